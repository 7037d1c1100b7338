/**
 * What the server has under a name: a file, the test source, a live feed. A source is shared by all sessions; each session
 * goes through it with a cursor of its own, which gives every frame with its time.
 *
 * @module
 */

import type { FrameTimes } from "./frame_times.ts";
import type { SoundTrack } from "./sound_track.ts";

/** What sessions and descriptions know of any source. */
export interface SourceProperties {
  /** The name under which it is served. */
  readonly name: string;
  /** Frames a second; `undefined` where they come at no steady rate, or at an unknown one. */
  readonly frameRate: number | undefined;
  /**
   * A whole JPEG to describe the stream by: the first frame, or the newest of a live source. Shared, not to be written to.
   * Rejects with a {@linkcode SourceUnusableError} where there is none.
   */
  firstFrame(): Uint8Array | Promise<Uint8Array>;
}

/** A source with a first and a last frame: any of them can be had at any time. */
export interface SeekableSource extends SourceProperties {
  readonly isLive: false;
  /** How many frames there are, and when each is shown. */
  readonly times: FrameTimes;
  /** Whether it starts again at its end. */
  readonly loops: boolean;
  /** Whether frames may come behind the last: its times are those of now. */
  readonly grows: boolean;
  /** The JPEG of frame `index`, 0 to `times.count` - 1: at once if it is in memory. Shared, not to be written to. */
  frame(index: number): Uint8Array | Promise<Uint8Array>;
  /**
   * The sound beside the frames, where there is some. Rejects where it cannot be read, with an error that says why, and once the signal
   * aborts.
   */
  sound?(signal: AbortSignal): Promise<SoundTrack | undefined>;
  /** A cursor at the first frame. */
  openCursor(): SeekableCursor;
}

/** A source whose frames come when they come: the past is gone, the future not there yet. */
export interface LiveSource extends SourceProperties {
  readonly isLive: true;
  /** Whether no more frames come: it is not there any more for those who come now. */
  readonly hasEnded: boolean;
  /** A cursor in front of the next frame that comes. */
  openCursor(): Cursor;
}

/** Anything that can be watched. */
export type Source = SeekableSource | LiveSource;

/** When a frame is due. */
export interface FrameSlot {
  /**
   * Microseconds from the source's first frame; they go on where the source loops, and fall where the cursor moves
   * backwards. At a live source: the time at which the frame came, on the server's clock.
   */
  readonly timeUs: number;
  /** Time until the next frame on the cursor's way, in microseconds, above 0; an estimate at a live source. */
  readonly durationUs: number;
  /** Number of the frame in its source, from 1; `undefined` at a live source. */
  readonly number?: number;
  /** Frames that were dropped in front of this one, since the cursor was behind a live source. */
  readonly droppedFrames: number;
}

/** One viewer's way through a source: look at the next frame, read it, move on. */
export interface Cursor {
  /**
   * When the next frame is due; `undefined` at the end. At a live source it resolves with the newest frame that the cursor has
   * not moved past, once there is one.
   */
  peek(): FrameSlot | undefined | Promise<FrameSlot | undefined>;
  /**
   * The JPEG of the frame that {@linkcode Cursor.peek} gave last, at once if it is in memory. The same bytes for all cursors,
   * not to be written to. Rejects where it cannot be read any more.
   */
  read(): Uint8Array | Promise<Uint8Array>;
  /** Moves on to the next frame. */
  advance(): void;
  /** Gives up what the cursor holds; a waiting {@linkcode Cursor.peek} gives `undefined`. */
  close(): void;
}

/** Where a cursor goes. */
export interface SeekOptions {
  /**
   * Time of the source at which it starts, in microseconds, in a later round where it loops and that is above `durationUs`; without it
   * the cursor goes on where it is.
   */
  readonly fromUs?: number;
  /**
   * Time at which it ends, in microseconds: forwards the first frame from there on is not given, backwards the frame shown at
   * that time is the last. Without it the end of the source, or none where that loops.
   */
  readonly toUs?: number;
  /** Frames to move at each step: 1 is every frame, 2 every other one, below 0 is backwards; default 1. */
  readonly step?: number;
}

/** A cursor that can go to any time. */
export interface SeekableCursor extends Cursor {
  /**
   * The JPEG of a frame on the cursor's way: 0 is the next, 1 the one behind it. Read as {@linkcode Cursor.read} does, without moving;
   * `undefined` where the way ends before.
   */
  readAhead(frames: number): Uint8Array | Promise<Uint8Array> | undefined;
  /** Time of the next frame within the source, 0 to `durationUs`, which is the end. */
  readonly positionUs: number;
  /** Goes elsewhere. At the end (backwards: at the start) and without `fromUs` it starts again from the other end. */
  seek(options: SeekOptions): void;
  peek(): FrameSlot | undefined;
  /**
   * Where the way has come to the last frame of a source that grows: resolves when there is more, or the cursor is closed, or this is
   * called again. `undefined` where nothing more can come.
   */
  more(): Promise<void> | undefined;
}

/** There is nothing of that name: 404. */
export class SourceNotFoundError extends Error {
  override name = "SourceNotFoundError";
}

/** There is something of that name, but no frames can be had of it: 415. */
export class SourceUnusableError extends Error {
  override name = "SourceUnusableError";
}

/** There is a live source of that name, but nothing comes of it for now: 503. */
export class SourceUnavailableError extends SourceUnusableError {
  override name = "SourceUnavailableError";
}

/** One frame cannot be had; others may be. */
export class FrameUnreadableError extends SourceUnusableError {
  override name = "FrameUnreadableError";
}
