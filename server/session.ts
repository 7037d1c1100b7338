/**
 * One client's session: its state, its position in the movie, and the time of its frames. Driven by the methods that the
 * connection hands on and by the pacer; the packets are its sender's affair.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../rtp/clock.ts";
import type { SessionState } from "../rtsp/session_state.ts";
import type { FrameSender } from "./frame_sender.ts";
import { MAX_FRAMES_BEHIND } from "./limits.ts";
import type { Media } from "./media.ts";
import type { Pacer } from "./pacer.ts";

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

/** What of a movie is to be played, and how. */
export interface PlayOptions {
  /** Index of the first frame; without it the session goes on where it was. */
  readonly from?: number;
  /** Index behind the last frame, or, backwards, in front of it; without it to the end of the movie. */
  readonly to?: number;
  /** Frames of the movie for one that is shown (RFC 2326, 12.34): -1 is backwards, 0.5 slow motion; default 1. */
  readonly scale?: number;
  /** Frames are sent so many times as fast (RFC 2326, 12.35); default 1. */
  readonly speed?: number;
}

/** One client's way through a movie. */
export class Session {
  /** The session identifier. */
  readonly id: string;
  /** What is played. */
  readonly media: Media;
  /** Takes the frames. */
  readonly sender: FrameSender;
  readonly #options: SessionOptions;
  #state: SessionState = "READY";
  /** Index of the next frame, with a fraction in slow motion; frameCount at the end of the movie. */
  #position = 0;
  /** Stands for the frames being sent since the last PLAY; `undefined` while none are. */
  #stream: symbol | undefined;
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

  /** Where the session stands; INIT once it has ended. */
  get state(): SessionState {
    return this.#state;
  }

  /** Frames a second. */
  get frameRate(): number {
    return this.#options.frameRate;
  }

  /** Index of the next frame; frameCount at the end of the movie. */
  get position(): number {
    return Math.floor(this.#position);
  }

  /** When the client was last heard of, on the server's clock in milliseconds. */
  get heardMs(): number {
    return this.#heardMs;
  }

  /** The client has been heard of. */
  touch(): void {
    this.#heardMs = this.#options.clock.nowMs();
  }

  /** Sends frames from now on; returns when the first one is due, in milliseconds of the server's clock. */
  play(options: PlayOptions = {}): number {
    const { peer, media, clock } = this.#options;
    this.#countPlayedTime();
    this.#state = "PLAYING";
    if (options.from !== undefined) this.#position = options.from;
    const isBackwards = (options.scale ?? 1) < 0;
    if (!isBackwards && this.#position >= media.frameCount) this.#position = 0;
    if (isBackwards) this.#position = Math.min(this.#position, media.frameCount - 1);
    const startMs = this.#playingSinceMs = clock.nowMs();
    log.info("{peer} plays session {id} from frame {frame}", { peer, id: this.id, frame: this.position + 1 });
    const stream = this.#stream = Symbol(this.id);
    this.#sendFrames(stream, { startMs, ...options }).catch((error) => this.fail(error));
    return startMs;
  }

  /** Stops sending; {@linkcode play} goes on. */
  pause(): void {
    this.#stop();
    this.#state = "READY";
    const { peer } = this.#options;
    log.info("{peer} paused session {id} before frame {frame}", { peer, id: this.id, frame: this.position + 1 });
  }

  /** Stops sending for good and says in the log why, and what was sent. */
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

  /** Frames cannot be read or sent any more: the session stays as it is, without frames. */
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

  /** Sends one frame after the other at its time, for as long as `stream` is the current one. */
  async #sendFrames(
    stream: symbol,
    { startMs, to, scale = 1, speed = 1 }: PlayOptions & { readonly startMs: number },
  ): Promise<void> {
    const { media, loop, clock, pacer, sender, frameRate, peer } = this.#options;
    // In slow motion a frame is shown once and for longer; when fast, frames are passed over.
    const step = Math.abs(scale) < 1 ? Math.sign(scale) : scale;
    const intervalMs = 1000 / frameRate / speed / Math.min(1, Math.abs(scale));
    const end = to ?? (step > 0 ? media.frameCount : -1);
    for (let dueMs = startMs;; dueMs += intervalMs) {
      await pacer.until(dueMs);
      if (clock.nowMs() - dueMs > MAX_FRAMES_BEHIND * intervalMs) dueMs = clock.nowMs();
      if (this.#stream !== stream) return;
      const frame = media.frame(this.position);
      const jpeg = frame instanceof Uint8Array ? frame : await frame;
      if (this.#stream !== stream) return;
      this.#position += step;
      await sender.send(jpeg, { dueMs, intervalMs });
      if (this.#stream !== stream) return;
      if (step > 0 ? this.#position < end : this.#position > end) continue;
      if (to !== undefined || (!loop && !media.isEndless)) break;
      this.#position = step > 0 ? 0 : media.frameCount - 1;
    }
    // The session stays PLAYING, without frames, until its client asks for something else or goes.
    this.#position = Math.max(0, Math.min(this.#position, media.frameCount));
    log.info("{peer} session {id} reached the end of {name}", { peer, id: this.id, name: media.name });
    this.#stop();
    sender.finish();
  }
}
