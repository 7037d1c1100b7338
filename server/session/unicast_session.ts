/**
 * One client's own way through a source: its state, its place, and the time of its frames. Driven by the methods that requests call
 * and by the pacer; packets are its sender's work.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import type { SessionState } from "../../rtsp/session_state.ts";
import { MAX_FRAMES_BEHIND, PREPARED_FRAMES } from "../limits.ts";
import type { FrameSender } from "../send/frame_sender.ts";
import type { Adaptation } from "../adaptation/adaptation.ts";
import { describeQuality, hasFrame, QUALITIES } from "../adaptation/quality_ladder.ts";
import type { Pacer } from "../send/pacer.ts";
import {
  type Cursor,
  type FrameSlot,
  FrameUnreadableError,
  type SeekableCursor,
  type Source,
} from "../source/source.ts";
import { Pace } from "./pace.ts";
import type { PlayOptions, Session } from "./session.ts";
import { numberOf } from "./session_number.ts";
import { Thinning } from "./thinning.ts";

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
  /** Called when all frames up to the end have been sent, or no more can be. */
  readonly onEnd?: () => void;
}

/** A session with a cursor of its own. */
export class UnicastSession implements Session {
  readonly id: string;
  readonly source: Source;
  readonly sender: FrameSender;
  readonly isShared = false;
  readonly #options: UnicastSessionOptions;
  /** What it knows holds until the next PLAY. */
  #thinning = new Thinning();
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
  /** Frames that had been sent at the last PLAY. */
  #framesAtPlay = 0;
  #isSlowLogged = false;
  #isUnreadableLogged = false;
  #heardMs: number;
  #hasPlayed = false;
  /** Place of the next frame among all that could be sent; the same for all sessions that play a movie on from its start. */
  #order = 0;
  /** What the log told of last. */
  #toldQuality = QUALITIES[0];

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
    this.#thinning = new Thinning();
    this.#order = (this.#seekable?.peek()?.number ?? 1) - 1;
    if (this.sender.dialect === "rtsp") this.#adaptation?.restart(this.sender.nextSequenceNumber);
    this.#playingSinceMs = startMs;
    this.#framesAtPlay = this.sender.counters.frames;
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
    this.#options.onEnd?.();
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
    const end = { timeUs: this.#seekable.positionUs, durationUs: 0, droppedFrames: 0 };
    return Pace.from(this.#seekable.peek() ?? end, { startMs, rate: Math.abs(scale) * speed });
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
      if (slot === undefined) {
        const more = this.#seekable?.more();
        if (more === undefined) break;
        await more;
        if (this.#run !== run) return;
        const newest = this.#seekable?.peek();
        if (newest !== undefined) pace.catchUp(newest, this.#options.clock.nowMs());
        continue;
      }
      const isLeftOut = this.#adaptation !== undefined && this.#leavesOut(this.#adaptation);
      if (isLeftOut || !this.sender.isReady) {
        // A frame that nobody takes need not be read.
        this.#advance();
        this.sender.drop(slot.droppedFrames + (isLeftOut ? 0 : 1));
        if (!isLeftOut) this.#adaptation?.noteFrame({ isDropped: true });
        continue;
      }
      const frame = cursor.read();
      const jpeg = frame instanceof Uint8Array ? frame : await this.#readOrDrop(frame);
      if (this.#run !== run) return;
      this.#advance();
      if (slot.droppedFrames > 0) this.sender.drop(slot.droppedFrames);
      if (jpeg === undefined) continue;
      const sending = this.sender.send(jpeg, pace.at(slot));
      this.#adaptation?.noteFrame({ isDropped: false });
      this.#skip();
      this.#prepareNext();
      if (sending !== undefined) await this.#keep(sending);
      if (this.#run !== run) return;
    }
    // The session stays PLAYING, without frames, until its client asks for something else or goes.
    log.info("{peer} session {number} reached the end of {name}", { peer, number: numberOf(this), name: source.name });
    this.#stop();
    this.sender.finish();
    this.#options.onEnd?.();
  }

  /** A frame that is being read; `undefined` where it alone cannot be had, of which the log tells once. */
  async #readOrDrop(frame: Promise<Uint8Array>): Promise<Uint8Array | undefined> {
    try {
      return await frame;
    } catch (error) {
      if (!(error instanceof FrameUnreadableError)) throw error;
      this.sender.drop(1);
      if (!this.#isUnreadableLogged) {
        log.warn("{peer} session {number} goes on without a frame of {name}: {reason}", {
          peer: this.#options.peer,
          number: numberOf(this),
          name: this.source.name,
          reason: error.message,
        });
      }
      this.#isUnreadableLogged = true;
      return undefined;
    }
  }

  /**
   * The frame to send now. A few overdue frames are sent all the same; of more than that, those are dropped whose successor is due
   * already, or, where the sender drops none, all are delayed.
   */
  #dropOverdue(slot: FrameSlot, pace: Pace): FrameSlot | undefined {
    const nowMs = this.#options.clock.nowMs();
    const { dueMs, intervalMs } = pace.at(slot);
    const lateMs = nowMs - dueMs;
    if (!this.sender.dropsOverdueFrames) {
      if (Math.floor(lateMs / intervalMs) > MAX_FRAMES_BEHIND) pace.delay(lateMs);
      return slot;
    }
    const isPrepared = this.#preparesFrames;
    const most = this.#thinning.mostBehind({ lateMs, intervalMs, isPrepared, nowMs });
    if (Math.floor(lateMs / intervalMs) <= most) return slot;
    for (let next: FrameSlot | undefined = slot; next !== undefined; next = this.#seekable?.peek()) {
      const due = pace.at(next);
      if (due.dueMs + due.intervalMs > nowMs) return next;
      this.#thinning.noteDropped(nowMs);
      this.#dropNext();
      this.#logSlowTranscoding(nowMs);
    }
    return undefined;
  }

  get #preparesFrames(): boolean {
    const { sender } = this;
    return sender.dialect === "rtsp" && sender.preparesFrames;
  }

  get #adaptation(): Adaptation | undefined {
    return this.sender.dialect === "rtsp" ? this.sender.adaptation : undefined;
  }

  #advance(): void {
    this.#cursor.advance();
    this.#order++;
  }

  /** Whether the client's network has no room for the next frame; the log tells where that has changed. */
  #leavesOut(adaptation: Adaptation): boolean {
    const { quality } = adaptation;
    if (quality !== this.#toldQuality) {
      const isBetter = quality.rate > this.#toldQuality.rate;
      this.#toldQuality = quality;
      log.info(
        `{peer} session {number} gets {quality} now: ${isBetter ? "its network has room" : "its network is too slow"}`,
        {
          peer: this.#options.peer,
          number: numberOf(this),
          quality: describeQuality(quality),
        },
      );
    }
    if (hasFrame(quality, this.#order)) return false;
    adaptation.noteLeftOut();
    return true;
  }

  #dropNext(): void {
    this.#advance();
    this.sender.drop(1);
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

  /** Says once why frames are dropped that have to be transcoded, and what helps. */
  #logSlowTranscoding(nowMs: number): void {
    const { sender, source } = this;
    // Requantized frames are late for other reasons, which the pacer's watch tells.
    if (this.#isSlowLogged || !this.#preparesFrames || this.#toldQuality.level > 0) return;
    this.#isSlowLogged = true;
    const seconds = (nowMs - (this.#playingSinceMs ?? nowMs)) / 1000;
    log.warn(
      "{peer} session {number} drops frames of {name}: this machine is too slow to transcode them, it does {rate} a second; " +
        "ffmpeg -i IN -c:v mjpeg -huffman default OUT makes frames that need none",
      {
        peer: this.#options.peer,
        number: numberOf(this),
        name: source.name,
        rate: Math.round(10 * (sender.counters.frames - this.#framesAtPlay) / Math.max(seconds, 0.001)) / 10,
      },
    );
  }

  /** Frames that have to be transcoded are ready when they are due, and keep all workers busy. */
  #prepareNext(): void {
    const { sender } = this;
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
