/**
 * One client's own way through a source: its state, its place, and the time of its frames. Driven by the methods that requests call
 * and by the pacer; packets are its sender's work.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import type { SessionState } from "../../rtsp/session_state.ts";
import { MAX_FRAMES_BEHIND } from "../limits.ts";
import type { FrameSender } from "../send/frame_sender.ts";
import type { Pacer } from "../send/pacer.ts";
import type { Cursor, FrameSlot, SeekableCursor, Source } from "../source/source.ts";
import { Pace } from "./pace.ts";
import type { PlayOptions, Session } from "./session.ts";
import { numberOf } from "./session_number.ts";

const log = getLogger(["mjpegrtsp", "session"]);

/** Constructor options of {@linkcode UnicastSession}. */
export interface UnicastSessionOptions {
  readonly id: string;
  /** The client as the log names it. */
  readonly peer: string;
  readonly source: Source;
  readonly sender: FrameSender;
  /** Says when frames are due. */
  readonly pacer: Pacer;
  /** The pacer's clock. */
  readonly clock: Clock;
}

/** A session with a cursor of its own. */
export class UnicastSession implements Session {
  readonly id: string;
  readonly source: Source;
  readonly sender: FrameSender;
  readonly isShared = false;
  readonly #options: UnicastSessionOptions;
  #state: SessionState = "READY";
  #cursor: Cursor;
  /** The same cursor where it can be sought. */
  #seekable: SeekableCursor | undefined;
  /** Stands for the frames being sent since the last PLAY; `undefined` while none are. */
  #run: symbol | undefined;
  /** Resolves when the frame that is leaving right now has left. */
  #sending: Promise<void> | undefined;
  #playingSinceMs: number | undefined;
  #playedMs = 0;
  #heardMs: number;
  #hasPlayed = false;

  /** A session in state READY, at the first frame. */
  constructor(options: UnicastSessionOptions) {
    this.id = options.id;
    this.source = options.source;
    this.sender = options.sender;
    this.#options = options;
    this.#heardMs = options.clock.nowMs();
    this.#cursor = this.#openCursor();
    const { peer, source, sender } = options;
    log.info("{peer} set up {name}: session {number}, {destination}", {
      peer,
      name: source.name,
      number: numberOf(this),
      destination: sender.destination,
    });
  }

  get state(): SessionState {
    return this.#state;
  }

  get hasPlayed(): boolean {
    return this.#hasPlayed;
  }

  get positionUs(): number {
    return this.#seekable?.positionUs ?? 0;
  }

  get heardMs(): number {
    return this.#heardMs;
  }

  touch(): void {
    this.#heardMs = this.#options.clock.nowMs();
  }

  async play(options: PlayOptions = {}): Promise<number> {
    const { peer, clock } = this.#options;
    this.#countPlayedTime();
    this.#state = "PLAYING";
    this.#hasPlayed = true;
    const run = this.#run = Symbol(this.id);
    if (this.#sending !== undefined) await this.#sending;
    const startMs = clock.nowMs();
    if (this.#run !== run) return startMs;
    const pace = this.#goTo(options, startMs);
    this.#playingSinceMs = startMs;
    log.info("{peer} plays session {number} from {seconds} s", {
      peer,
      number: numberOf(this),
      seconds: this.positionUs / 1e6,
    });
    // An error of the run before the last PLAY is no news.
    this.#sendFrames(run, pace).catch((error) => this.#run === run && this.fail(error));
    return startMs;
  }

  async pause(): Promise<void> {
    this.#stop();
    this.#state = "READY";
    const { peer } = this.#options;
    log.info("{peer} paused session {number} at {seconds} s", {
      peer,
      number: numberOf(this),
      seconds: this.positionUs / 1e6,
    });
    await this.#sending;
  }

  end(reason: string): void {
    if (this.#state === "INIT") return;
    this.#stop();
    this.#state = "INIT";
    this.#cursor.close();
    const { peer, sender } = this.#options;
    sender.close();
    const { frames, packets, bytes } = sender.counters;
    const seconds = Math.round(this.#playedMs) / 1000;
    log.info(
      "{peer} session {number} ended, {reason}: {frames} frames, {packets} packets, {bytes} bytes, {seconds} s",
      { peer, number: numberOf(this), reason, frames, packets, bytes, seconds },
    );
    const summary = sender.summary();
    if (summary !== undefined) {
      log.info(`{peer} session {number}: ${summary.template}`, { peer, number: numberOf(this), ...summary.properties });
    }
  }

  /** Frames cannot be read or sent any more: the client is told that the stream has ended, and may try PLAY again. */
  fail(error: unknown): void {
    if (this.#state === "INIT") return;
    const { peer, source } = this.#options;
    log.error("{peer} session {number} cannot go on with {name}: {reason}", {
      peer,
      number: numberOf(this),
      name: source.name,
      reason: error instanceof Error ? error.message : String(error),
    });
    this.#stop();
    this.#state = "READY";
    this.sender.finish();
  }

  #openCursor(): Cursor {
    const { source } = this.#options;
    if (source.isLive) return source.openCursor();
    return this.#seekable = source.openCursor();
  }

  /** Moves the cursor to where PLAY asks for, and gives the pace of the frames from there on. */
  #goTo({ fromUs, toUs, scale = 1, speed = 1 }: PlayOptions, startMs: number): Pace {
    if (this.#seekable === undefined) {
      // What came during a pause is gone: go on with the next frame.
      this.#cursor.close();
      this.#cursor = this.#openCursor();
      return Pace.live();
    }
    // Slow motion shows every frame for longer; fast motion skips frames.
    this.#seekable.seek({ fromUs, toUs, step: Math.abs(scale) < 1 ? Math.sign(scale) : scale });
    const first = this.#seekable.peek();
    return first === undefined ? Pace.live() : Pace.from(first, { startMs, rate: Math.abs(scale) * speed });
  }

  /** Sends no more frames; one whose packets are leaving right now is finished. */
  #stop(): void {
    this.#run = undefined;
    this.#countPlayedTime();
    this.sender.pause();
  }

  #countPlayedTime(): void {
    if (this.#playingSinceMs === undefined) return;
    this.#playedMs += this.#options.clock.nowMs() - this.#playingSinceMs;
    this.#playingSinceMs = undefined;
  }

  /** Sends one frame after the other, each at its time, up to the end of the cursor's way, for as long as `run` is the current one. */
  async #sendFrames(run: symbol, pace: Pace): Promise<void> {
    const { pacer, peer, source } = this.#options;
    const cursor = this.#cursor;
    for (;;) {
      const next = cursor.peek();
      let slot = next instanceof Promise ? await next : next;
      if (this.#run !== run) return;
      if (slot !== undefined && !source.isLive) {
        await pacer.until(pace.at(slot).dueMs);
        if (this.#run !== run) return;
        slot = this.#dropOverdue(slot, pace);
      }
      if (slot === undefined) break;
      if (!this.sender.isReady) {
        // A frame that nobody takes need not be read.
        cursor.advance();
        this.sender.drop(slot.droppedFrames + 1);
        continue;
      }
      const frame = cursor.read();
      const jpeg = frame instanceof Uint8Array ? frame : await frame;
      if (this.#run !== run) return;
      cursor.advance();
      if (slot.droppedFrames > 0) this.sender.drop(slot.droppedFrames);
      const sending = this.sender.send(jpeg, pace.at(slot));
      if (sending !== undefined) await this.#keep(sending);
      if (this.#run !== run) return;
    }
    // The session stays PLAYING, without frames, until its client asks for something else or goes.
    log.info("{peer} session {number} reached the end of {name}", { peer, number: numberOf(this), name: source.name });
    this.#stop();
    this.sender.finish();
  }

  /**
   * The frame to send now. A few overdue frames are sent all the same; of more than that, those are dropped whose successor is due
   * already, or, where the sender drops none, all are delayed.
   */
  #dropOverdue(slot: FrameSlot, pace: Pace): FrameSlot | undefined {
    const nowMs = this.#options.clock.nowMs();
    const { dueMs, intervalMs } = pace.at(slot);
    if (Math.floor((nowMs - dueMs) / intervalMs) <= MAX_FRAMES_BEHIND) return slot;
    if (!this.sender.dropsOverdueFrames) {
      pace.delay(nowMs - dueMs);
      return slot;
    }
    for (let next: FrameSlot | undefined = slot; next !== undefined; next = this.#seekable?.peek()) {
      const due = pace.at(next);
      if (due.dueMs + due.intervalMs > nowMs) return next;
      this.#cursor.advance();
      this.sender.drop(1);
    }
    return undefined;
  }

  /** Lets {@linkcode play} and {@linkcode pause} wait for a frame that is leaving. */
  async #keep(sending: Promise<void>): Promise<void> {
    // They wait until it has left, whether it arrives or not.
    this.#sending = sending.catch(() => {});
    try {
      await sending;
    } finally {
      this.#sending = undefined;
    }
  }
}
