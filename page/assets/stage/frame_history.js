/*
 * The last frames as they came, for stepping through them. A jump to another place in the movie begins another history.
 */

// @ts-check

/** @typedef {import("../connection.js").Frame} Frame */

const MAX_FRAMES = 250;
const MAX_BYTES = 32 * 1024 * 1024;
/** Frames that are further apart, in seconds, do not follow each other. */
const MAX_GAP_SECONDS = 1;

/** Holds a bounded number of frames, in order. */
export class FrameHistory {
  /** @type {Frame[]} */
  #frames = [];
  #bytes = 0;
  /** Shortest time from one frame to the next, in seconds: at other speeds, and where some were lost, it is longer. @type {number | undefined} */
  frameSeconds;

  /** @param {Frame} frame */
  add(frame) {
    const gap = gapBetween(this.#frames.at(-1), frame);
    if (gap !== undefined && (gap <= 0 || gap > MAX_GAP_SECONDS)) this.clear();
    else if (gap !== undefined) this.frameSeconds = Math.min(gap, this.frameSeconds ?? gap);
    this.#frames.push(frame);
    this.#bytes += frame.jpeg.length;
    while (this.#frames.length > MAX_FRAMES || (this.#bytes > MAX_BYTES && this.#frames.length > 1)) {
      this.#bytes -= this.#frames.shift()?.jpeg.length ?? 0;
    }
  }

  clear() {
    this.#frames = [];
    this.#bytes = 0;
  }

  /** @param {Frame} frame */
  isNewest(frame) {
    return this.#frames.at(-1) === frame;
  }

  /** The frame that came before. @param {Frame | undefined} frame */
  before(frame) {
    return frame && this.#frames[this.#frames.indexOf(frame) - 1];
  }

  /** The frame that came after. @param {Frame | undefined} frame */
  after(frame) {
    const index = frame === undefined ? -1 : this.#frames.indexOf(frame);
    return index < 0 ? undefined : this.#frames[index + 1];
  }
}

/** Seconds of the movie from one frame to the next. @param {Frame | undefined} before @param {Frame} frame */
function gapBetween(before, frame) {
  if (before?.positionSeconds === undefined || frame.positionSeconds === undefined) return undefined;
  return frame.positionSeconds - before.positionSeconds;
}
