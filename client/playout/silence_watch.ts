/**
 * Watches that packets come while a stream is played: the one place that knows when the last one came.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import type { Notice } from "../../page/playback.ts";
import type { RtpReceiver } from "../../rtp/receiver/rtp_receiver.ts";
import { SILENCE_MS } from "../limits.ts";
import type { LabTarget, UrlTarget } from "../session/create_session.ts";

/** Constructor options of {@linkcode SilenceWatch}. */
export interface SilenceWatchOptions {
  /** Times the silence. */
  readonly clock: Clock;
  /** Lengths of a silence, in milliseconds and in order: each is told once, until a packet comes. */
  readonly stepsMs: readonly number[];
  /** Called when no packet has come for one of the steps. */
  readonly onSilence: (silentMs: number) => void;
}

/** Runs from `start` to `stop`. */
export class SilenceWatch {
  readonly #options: SilenceWatchOptions;
  #lastPacketMs: number | undefined;
  /** When the watch was started. */
  #startMs = 0;
  /** How many of the steps have passed since the last packet. */
  #passed = 0;
  #cancel: (() => void) | undefined;

  constructor(options: SilenceWatchOptions) {
    this.#options = options;
  }

  /** When the last packet came, in milliseconds of the clock; `undefined` before the first. */
  get lastPacketMs(): number | undefined {
    return this.#lastPacketMs;
  }

  /** Time since the last packet, or since the start where none came after it, in milliseconds. */
  get silentMs(): number {
    return this.#options.clock.nowMs() - this.#sinceMs;
  }

  /** Packets are to come from now on. */
  start(): void {
    this.#startMs = this.#options.clock.nowMs();
    this.#passed = 0;
    this.#schedule();
  }

  /** A packet has come. */
  note(): void {
    this.#lastPacketMs = this.#options.clock.nowMs();
    if (this.#passed === 0) return;
    this.#passed = 0;
    if (this.#cancel !== undefined) this.#schedule();
  }

  /** No packets are to come. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#passed = 0;
  }

  get #sinceMs(): number {
    return Math.max(this.#startMs, this.#lastPacketMs ?? 0);
  }

  #schedule(): void {
    const { clock, stepsMs } = this.#options;
    this.#cancel?.();
    const step = stepsMs[this.#passed];
    if (step === undefined) return;
    this.#cancel = clock.after(Math.max(1, this.#sinceMs + step - clock.nowMs()), () => this.#check(step));
  }

  #check(stepMs: number): void {
    const isSilent = this.silentMs >= stepMs;
    if (isSilent) this.#passed++;
    this.#schedule();
    if (isSilent) this.#options.onSilence(stepMs);
  }
}

/** What a silence may mean, after what `receiver` has received. */
export function silenceNotice(target: LabTarget | UrlTarget, receiver: RtpReceiver): Notice {
  const { statistics, frames, damagedFrames } = receiver;
  const seconds = SILENCE_MS / 1000;
  if (statistics === undefined) return { level: "warning", text: nothingCame(target, receiver) };
  if (frames === 0 && damagedFrames > 0) {
    const { lostPackets } = statistics;
    const text =
      `No frame for ${seconds} s: of ${damagedFrames} frames none was whole, ${lostPackets} packets were lost`;
    return { level: "warning", text };
  }
  const text = `No frame for ${seconds} s: the stream may have ended`;
  return { level: "warning", text, advice: "Stop, then Play shows it again" };
}

function nothingCame(
  target: LabTarget | UrlTarget,
  { malformedPackets, ignoredPackets, otherPayloadType }: RtpReceiver,
): string {
  const seconds = SILENCE_MS / 1000;
  if (malformedPackets + ignoredPackets > 0) {
    const what = otherPayloadType === undefined ? "RTP" : `of the video: their payload type is ${otherPayloadType}`;
    return `Packets come, but for ${seconds} s none was ${what}; check what the server sends`;
  }
  if ("url" in target) return `No packet has come for ${seconds} s: check the server, or try --transport tcp`;
  return `No packet has come for ${seconds} s: check that the server has a file ${JSON.stringify(target.file)} ` +
    `(the lab's server answers 200 even without it) and that no firewall blocks UDP port ${target.rtpPort}`;
}
