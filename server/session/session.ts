/**
 * One client's session: its state, its position in the movie, and the time of its frames. Driven by the methods that the
 * connection hands on and by the pacer; the packets are its sender's affair.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import type { SessionState } from "../../rtsp/session_state.ts";
import type { ClientSession, PlayOptions } from "./client_session.ts";
import type { FrameSender } from "../send/frame_sender.ts";
import { MAX_FRAMES_BEHIND } from "../limits.ts";
import type { Media } from "../source/media.ts";
import type { Pacer } from "../send/pacer.ts";

const log = getLogger(["mjpegrtsp", "session"]);

/** Constructor options of {@linkcode Session}. */
export interface SessionOptions {
  /** The session identifier. */
  readonly id: string;
  /** The client as the log names it. */
  readonly peer: string;
  /** What is played; released when the session ends. */
  readonly media: Media;
  /** Takes the frames. */
  readonly sender: FrameSender;
  /** Frames a second. */
  readonly frameRate: number;
  /** Begin again at the end. */
  readonly loop: boolean;
  /** Says when frames are due. */
  readonly pacer: Pacer;
  /** The pacer's clock. */
  readonly clock: Clock;
}

/** What is to be sent of a movie, from its present position on. */
interface FrameRun {
  readonly startMs: number;
  readonly step: number;
  readonly count: number;
  readonly intervalMs: number;
}

/** One client's way through a movie. */
export class Session implements ClientSession {
  readonly id: string;
  readonly media: Media;
  readonly sender: FrameSender;
  readonly isShared = false;
  readonly #options: SessionOptions;
  #state: SessionState = "READY";
  /** Index of the next frame, with a fraction in slow motion; frameCount at the end of the movie. */
  #position = 0;
  /** Stands for the frames being sent since the last PLAY; `undefined` while none are. */
  #stream: symbol | undefined;
  /** Resolves when the frame that is leaving right now has left. */
  #sending: Promise<void> | undefined;
  #playingSinceMs: number | undefined;
  #playedMs = 0;
  #heardMs: number;

  /** A session in state READY, at the movie's first frame. */
  constructor(options: SessionOptions) {
    this.id = options.id;
    this.media = options.media;
    this.sender = options.sender;
    this.#options = options;
    this.#heardMs = options.clock.nowMs();
    const { peer, media, sender } = options;
    log.info("{peer} set up {name}: session {id}, {destination}", {
      peer,
      name: media.name,
      id: this.id,
      destination: sender.destination,
    });
  }

  get state(): SessionState {
    return this.#state;
  }

  get frameRate(): number {
    return this.#options.frameRate;
  }

  get isCircular(): boolean {
    return this.#options.loop || this.media.isEndless;
  }

  get position(): number {
    return Math.floor(this.#position);
  }

  get heardMs(): number {
    return this.#heardMs;
  }

  touch(): void {
    this.#heardMs = this.#options.clock.nowMs();
  }

  async play(options: PlayOptions = {}): Promise<number> {
    const { peer, media, clock } = this.#options;
    this.#countPlayedTime();
    this.#state = "PLAYING";
    const stream = this.#stream = Symbol(this.id);
    if (this.#sending !== undefined) await this.#sending;
    const startMs = clock.nowMs();
    if (this.#stream !== stream) return startMs;
    const { from, to, scale = 1, speed = 1 } = options;
    const isBackwards = scale < 0;
    if (from !== undefined) this.#position = from;
    else if (!isBackwards && this.#position >= media.frameCount) this.#position = 0;
    else if (isBackwards && this.position <= 0) this.#position = media.frameCount - 1;
    this.#position = Math.min(this.#position, media.frameCount - 1);
    this.#playingSinceMs = startMs;
    log.info("{peer} plays session {id} from frame {frame}", { peer, id: this.id, frame: this.position + 1 });
    // In slow motion a frame is shown once and for longer; when fast, frames are passed over.
    const step = Math.abs(scale) < 1 ? Math.sign(scale) : scale;
    const end = isBackwards ? -1 : media.frameCount;
    const goal = this.isCircular ? to ?? step * Infinity : nearer(to ?? end, end, step);
    const count = Math.max(1, Math.ceil((goal - this.#position) / step));
    const intervalMs = 1000 / this.frameRate / speed / Math.min(1, Math.abs(scale));
    this.#sendFrames(stream, { startMs, step, count, intervalMs })
      // What went wrong before the last PLAY is over.
      .catch((error) => this.#stream === stream && this.fail(error));
    return startMs;
  }

  async pause(): Promise<void> {
    this.#stop();
    this.#state = "READY";
    const { peer } = this.#options;
    log.info("{peer} paused session {id} before frame {frame}", { peer, id: this.id, frame: this.position + 1 });
    await this.#sending;
  }

  end(reason: string): void {
    if (this.#state === "INIT") return;
    this.#stop();
    this.#state = "INIT";
    const { peer, media, sender } = this.#options;
    sender.close();
    media.release();
    const { frames, packets, bytes } = sender.counters;
    const seconds = Math.round(this.#playedMs) / 1000;
    log.info(
      "{peer} session {id} ended, {reason}: {frames} frames, {packets} packets, {bytes} bytes, {seconds} s",
      { peer, id: this.id, reason, frames, packets, bytes, seconds },
    );
    const summary = sender.summary();
    if (summary !== undefined) {
      log.info(`{peer} session {id}: ${summary.template}`, { peer, id: this.id, ...summary.properties });
    }
  }

  /** Frames cannot be read or sent any more: the client is told that the stream has ended, and may try PLAY again. */
  fail(error: unknown): void {
    if (this.#state === "INIT") return;
    const { peer, media } = this.#options;
    const reason = error instanceof Error ? error.message : String(error);
    log.error("{peer} session {id} cannot go on with {name}: {reason}", {
      peer,
      id: this.id,
      name: media.name,
      reason,
    });
    this.#stop();
    this.#state = "READY";
    this.#options.sender.finish();
  }

  /** Ends the sending of frames; a frame whose packets are leaving right now is finished. */
  #stop(): void {
    this.#stream = undefined;
    this.#countPlayedTime();
    this.#options.sender.pause();
  }

  #countPlayedTime(): void {
    if (this.#playingSinceMs === undefined) return;
    this.#playedMs += this.#options.clock.nowMs() - this.#playingSinceMs;
    this.#playingSinceMs = undefined;
  }

  /** Sends `count` frames one after the other, each at its time, for as long as `stream` is the current one. */
  async #sendFrames(stream: symbol, { startMs, step, count, intervalMs }: FrameRun): Promise<void> {
    const { media, clock, pacer, sender, peer } = this.#options;
    let dueMs = startMs;
    for (let sent = 0; sent < count; sent++, dueMs += intervalMs) {
      await pacer.until(dueMs);
      if (this.#stream !== stream) return;
      const behind = Math.floor((clock.nowMs() - dueMs) / intervalMs);
      if (behind > MAX_FRAMES_BEHIND) {
        const past = Math.min(behind, count - sent);
        if (!sender.leaveOut(past)) dueMs = clock.nowMs();
        else {
          this.#position += past * step;
          sent += past;
          dueMs += past * intervalMs;
          if (sent === count) break;
        }
      }
      this.#position = wrapped(this.#position, media.frameCount);
      const frame = media.frame(this.position);
      const jpeg = frame instanceof Uint8Array ? frame : await frame;
      if (this.#stream !== stream) return;
      this.#position += step;
      const sending = sender.send(jpeg, { dueMs, intervalMs });
      if (sending !== undefined) await this.#keep(sending);
      if (this.#stream !== stream) return;
    }
    // The session stays PLAYING, without frames, until its client asks for something else or goes.
    this.#position = Math.max(0, Math.min(this.#position, media.frameCount));
    log.info("{peer} session {id} reached the end of {name}", { peer, id: this.id, name: media.name });
    this.#stop();
    sender.finish();
  }

  /** Lets {@linkcode play} and {@linkcode pause} wait for a frame that is leaving. */
  async #keep(sending: Promise<void>): Promise<void> {
    // Who waits for the frame to have left does not ask whether it has arrived.
    this.#sending = sending.catch(() => {});
    try {
      await sending;
    } finally {
      this.#sending = undefined;
    }
  }
}

/** A position of a movie that begins again at either end. */
function wrapped(position: number, frameCount: number): number {
  const rest = position % frameCount;
  return rest < 0 ? rest + frameCount : rest;
}

/** The one of two ends that comes first on the way. */
function nearer(left: number, right: number, step: number): number {
  return step > 0 ? Math.min(left, right) : Math.max(left, right);
}
