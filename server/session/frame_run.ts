/**
 * What one PLAY sends: one frame after the other, each at its time, up to the end of the cursor's way. Frames that come too late, that
 * cannot be read, or that the client's network has no room for are left out here.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import type { Adaptation } from "../adaptation/adaptation.ts";
import { hasFrame, QUALITIES } from "../adaptation/quality_ladder.ts";
import { MAX_DROPPED_AT_ONCE, MAX_FRAMES_BEHIND, PREPARED_FRAMES } from "../limits.ts";
import type { FrameSender } from "../send/frame_sender.ts";
import type { Pacer } from "../send/pacer.ts";
import { type Cursor, type FrameSlot, FrameUnreadableError, type SeekableCursor } from "../source/source.ts";
import type { Pace } from "./pace.ts";
import type { SessionLog } from "./session_log.ts";
import { Thinning } from "./thinning.ts";

/** Constructor options of {@linkcode FrameRun}. */
export interface FrameRunOptions {
  /** In front of the first frame to send. */
  readonly cursor: Cursor;
  /** The same cursor where it can be sought; `undefined` at a live source. */
  readonly seekable: SeekableCursor | undefined;
  /** When frames are due. */
  readonly pace: Pace;
  readonly sender: FrameSender;
  readonly pacer: Pacer;
  /** The pacer's clock. */
  readonly clock: Clock;
  readonly log: SessionLog;
}

/** Sends frames until the cursor's way ends, or it is stopped. */
export class FrameRun {
  readonly #options: FrameRunOptions;
  readonly #sender: FrameSender;
  readonly #seekable: SeekableCursor | undefined;
  readonly #adaptation: Adaptation | undefined;
  readonly #thinning = new Thinning();
  readonly #startMs: number;
  readonly #framesBefore: number;
  /** Place of the next frame among all that could be sent; the same for all sessions that play a movie on from its start. */
  #order: number;
  #isStopped = false;
  /** Resolves when the frame that is leaving right now has left, whether it arrives or not. */
  #leaving: Promise<void> | undefined;

  constructor(options: FrameRunOptions) {
    const { sender, seekable, clock } = this.#options = options;
    this.#sender = sender;
    this.#seekable = seekable;
    this.#adaptation = sender.dialect === "rtsp" ? sender.adaptation : undefined;
    this.#startMs = clock.nowMs();
    this.#framesBefore = sender.counters.frames;
    this.#order = (seekable?.peek()?.number ?? 1) - 1;
    if (sender.dialect === "rtsp") this.#adaptation?.restart(sender.stream?.nextSequenceNumber ?? 0);
  }

  /** The frame that is leaving right now, if one is: those that come after it wait. */
  get leaving(): Promise<void> | undefined {
    return this.#leaving;
  }

  /** Sends no more frames; one whose packets are leaving right now is finished. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Resolves to true at the end of the cursor's way, and to false where it was stopped. Rejects where it cannot go on. */
  async send(): Promise<boolean> {
    const { pacer, pace, cursor, clock } = this.#options;
    const sender = this.#sender;
    for (;;) {
      const next = cursor.peek();
      let slot = next instanceof Promise ? await next : next;
      if (this.#isStopped) return false;
      if (slot !== undefined && this.#seekable !== undefined) {
        await pacer.until(pace.at(slot).dueMs);
        if (this.#isStopped) return false;
        slot = this.#dropOverdue(slot);
      }
      if (slot === undefined) {
        const more = this.#seekable?.more();
        if (more === undefined) return true;
        await more;
        if (this.#isStopped) return false;
        const newest = this.#seekable?.peek();
        if (newest !== undefined) pace.catchUp(newest, clock.nowMs());
        continue;
      }
      const isLeftOut = this.#adaptation !== undefined && this.#leavesOut(this.#adaptation);
      if (isLeftOut || !sender.isReady) {
        // A frame that nobody takes need not be read.
        this.#advance();
        sender.drop(slot.droppedFrames + (isLeftOut ? 0 : 1));
        if (!isLeftOut) this.#adaptation?.noteFrame({ isDropped: true });
        continue;
      }
      const frame = cursor.read();
      const jpeg = frame instanceof Uint8Array ? frame : await this.#readOrDrop(frame);
      if (this.#isStopped) return false;
      this.#advance();
      if (slot.droppedFrames > 0) sender.drop(slot.droppedFrames);
      if (jpeg === undefined) continue;
      const sending = sender.send(jpeg, pace.at(slot));
      this.#adaptation?.noteFrame({ isDropped: false });
      this.#skip();
      this.#prepareNext();
      if (sending !== undefined) await this.#keep(sending);
      if (this.#isStopped) return false;
    }
  }

  /** A frame that is being read; `undefined` where it alone cannot be had. */
  async #readOrDrop(frame: Promise<Uint8Array>): Promise<Uint8Array | undefined> {
    try {
      return await frame;
    } catch (error) {
      if (!(error instanceof FrameUnreadableError)) throw error;
      this.#sender.drop(1);
      this.#options.log.tellUnreadable(error.message);
      return undefined;
    }
  }

  /**
   * The frame to send now. A few overdue frames are sent all the same; of more than that, those are dropped whose successor is due
   * already, or, where the sender drops none, all are delayed. So they are where there are more than can be dropped at once.
   */
  #dropOverdue(slot: FrameSlot): FrameSlot | undefined {
    const { pace, clock } = this.#options;
    const nowMs = clock.nowMs();
    const { dueMs, intervalMs } = pace.at(slot);
    const lateMs = nowMs - dueMs;
    if (!this.#sender.dropsOverdueFrames) {
      if (Math.floor(lateMs / intervalMs) > MAX_FRAMES_BEHIND) pace.delay(lateMs);
      return slot;
    }
    const isPrepared = this.#preparesFrames;
    const most = this.#thinning.mostBehind({ lateMs, intervalMs, isPrepared, nowMs });
    if (Math.floor(lateMs / intervalMs) <= most) return slot;
    let dropped = 0;
    for (let next: FrameSlot | undefined = slot; next !== undefined; next = this.#seekable?.peek()) {
      const due = pace.at(next);
      if (due.dueMs + due.intervalMs > nowMs) return next;
      if (dropped++ === MAX_DROPPED_AT_ONCE) {
        pace.delay(nowMs - due.dueMs);
        return next;
      }
      this.#thinning.noteDropped(nowMs);
      this.#dropNext();
      this.#tellSlowTranscoding(nowMs);
    }
    return undefined;
  }

  get #preparesFrames(): boolean {
    return this.#sender.dialect === "rtsp" && this.#sender.preparesFrames;
  }

  #advance(): void {
    this.#options.cursor.advance();
    this.#order++;
  }

  #dropNext(): void {
    this.#advance();
    this.#sender.drop(1);
  }

  /** Whether the client's network has no room for the next frame. */
  #leavesOut(adaptation: Adaptation): boolean {
    const { quality } = adaptation;
    this.#options.log.tellQuality(quality);
    if (hasFrame(quality, this.#order)) return false;
    adaptation.noteLeftOut();
    return true;
  }

  /** Leaves out what is known not to be ready in time. Sessions that watch the same have the same frames prepared. */
  #skip(): void {
    const { stride } = this.#thinning;
    if (stride === 1 || !this.#preparesFrames) return;
    for (let frames = 1; frames < stride; frames++) {
      const number = this.#seekable?.peek()?.number;
      if (number === undefined || number % stride === 0) return;
      this.#dropNext();
    }
  }

  /** Requantized frames are late for other reasons, which the pacer's watch tells. */
  #tellSlowTranscoding(nowMs: number): void {
    if (!this.#preparesFrames || (this.#adaptation?.quality.level ?? 0) > 0) return;
    const seconds = Math.max((nowMs - this.#startMs) / 1000, 0.001);
    this.#options.log.tellSlowTranscoding((this.#sender.counters.frames - this.#framesBefore) / seconds);
  }

  /** Frames that have to be transcoded are ready when they are due, and keep all workers busy. */
  #prepareNext(): void {
    const sender = this.#sender;
    if (sender.dialect !== "rtsp" || !sender.preparesFrames) return;
    const { stride } = this.#thinning;
    const { quality = QUALITIES[0] } = this.#adaptation ?? {};
    const furthest = PREPARED_FRAMES * stride * quality.frames[1];
    for (let ahead = 0, frames = 0; frames < PREPARED_FRAMES && ahead < furthest; ahead += stride) {
      if (!hasFrame(quality, this.#order + ahead)) continue;
      frames++;
      const frame = this.#seekable?.readAhead(ahead);
      if (frame instanceof Uint8Array) sender.prepare(frame);
      else frame?.then((jpeg) => sender.prepare(jpeg), () => {/* whoever sends the frame learns it */});
    }
  }

  async #keep(sending: Promise<void>): Promise<void> {
    this.#leaving = sending.catch(() => {/* told below */});
    try {
      await sending;
    } finally {
      this.#leaving = undefined;
    }
  }
}
