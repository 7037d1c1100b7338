/**
 * Whether anything comes while a stream is played. The one place that knows when the last packet came: silence, reconnection and
 * the rates of a run all go by it.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";

/** Constructor options of {@linkcode Liveness}. */
export interface LivenessOptions {
  /** Times packets and silence. */
  readonly clock: Clock;
  /** Lengths of a silence that matter, in ascending order, in milliseconds. */
  readonly stepsMs: readonly number[];
  /** No packet has come for one of the steps. Called once for each step, until a packet comes. */
  readonly onSilence: (silentMs: number) => void;
  /** A packet has come after a silence, or after the end. */
  readonly onResumed: () => void;
}

/** Follows the packets of a run, over all its sessions. Time counts from {@linkcode start} to {@linkcode stop}. */
export class Liveness {
  readonly #options: LivenessOptions;
  #lastPacketMs: number | undefined;
  /** When packets were asked for; `undefined` while none are to come. */
  #startedMs: number | undefined;
  /** Since when nothing comes, once that is noticed. */
  #quietSinceMs: number | undefined;
  #isAtEnd = false;
  /** How many of the steps have passed since the last packet. */
  #passedSteps = 0;
  #cancel: (() => void) | undefined;
  /** Time of playing, and the quiet part of it, before the last start. */
  #playedBeforeMs = 0;
  #quietBeforeMs = 0;
  #playingSinceMs: number | undefined;

  constructor(options: LivenessOptions) {
    this.#options = options;
  }

  /** When the last packet of the run came, in milliseconds of the clock; `undefined` before the first. */
  get lastPacketMs(): number | undefined {
    return this.#lastPacketMs;
  }

  /** Whether the server has said that the stream has ended, and no packet has come since. */
  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  /** Whether the first of the steps has passed without a packet. */
  get isSilent(): boolean {
    return this.#passedSteps > 0;
  }

  /** Time since the last packet, or since packets were asked for. */
  get silentMs(): number {
    return this.#options.clock.nowMs() - this.#silentSinceMs;
  }

  /** Time of playing, whether anything came or not. */
  get playedMs(): number {
    return this.#playedBeforeMs + this.#since(this.#playingSinceMs);
  }

  /** Time of playing without the part in which nothing came. */
  get activeMs(): number {
    return this.playedMs - this.#quietBeforeMs - this.#since(this.#quietSinceMs);
  }

  /** Packets are to come from now on. */
  start(): void {
    this.#startedMs = this.#options.clock.nowMs();
    this.#playingSinceMs ??= this.#startedMs;
    this.#passedSteps = 0;
    this.#schedule();
  }

  /** A packet has come, at `nowMs` of the clock. */
  note(nowMs: number): void {
    this.#lastPacketMs = nowMs;
    if (this.#quietSinceMs === undefined && this.#passedSteps === 0 && !this.#isAtEnd) return;
    this.#isAtEnd = false;
    this.#endQuiet();
    if (this.#passedSteps > 0) {
      this.#passedSteps = 0;
      if (this.#startedMs !== undefined) this.#schedule();
    }
    this.#options.onResumed();
  }

  /** The server says that nothing more comes. The time since the last packet is quiet, not played. */
  end(): void {
    this.#isAtEnd = true;
    if (this.#playingSinceMs !== undefined) this.#quietSinceMs ??= this.#silentSinceMs;
  }

  /** No packets are to come from now on. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#endQuiet();
    this.#playedBeforeMs = this.playedMs;
    this.#playingSinceMs = this.#startedMs = undefined;
    this.#isAtEnd = false;
    this.#passedSteps = 0;
  }

  get #silentSinceMs(): number {
    return Math.max(this.#lastPacketMs ?? -Infinity, this.#startedMs ?? -Infinity);
  }

  #since(timeMs: number | undefined): number {
    return timeMs === undefined ? 0 : this.#options.clock.nowMs() - timeMs;
  }

  #endQuiet(): void {
    this.#quietBeforeMs += this.#since(this.#quietSinceMs);
    this.#quietSinceMs = undefined;
  }

  #schedule(): void {
    const { clock, stepsMs } = this.#options;
    this.#cancel?.();
    this.#cancel = undefined;
    const step = stepsMs[this.#passedSteps];
    if (step === undefined) return;
    this.#cancel = clock.after(Math.max(1, this.#silentSinceMs + step - clock.nowMs()), () => this.#check(step));
  }

  #check(stepMs: number): void {
    const isSilent = this.silentMs >= stepMs;
    if (isSilent) {
      this.#passedSteps++;
      this.#quietSinceMs ??= this.#silentSinceMs;
    }
    this.#schedule();
    if (isSilent) this.#options.onSilence(stepMs);
  }
}
