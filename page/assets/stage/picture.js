/*
 * The picture: has the frames that come drawn, a few at a time, and the newest last (drawing/). Keeps the last ones, so that one can step through
 * them once the player is paused.
 */

// @ts-check
/// <reference lib="dom" />

import { element } from "../dom.js";
import { openPainter } from "../drawing/painter.js";
import { FrameHistory } from "./frame_history.js";

/** @typedef {import("../connection.js").Frame} Frame */
/** @typedef {import("../drawing/easel.js").Size} Size */
/** @typedef {import("../player.js").Player} Player */
/** @typedef {import("../sound/held_frames.js").HeldFrames} HeldFrames */

/** How long no frame can be decoded before the user is told. */
const UNDECODABLE_NOTICE_MS = 500;
/**
 * Frames that are decoded at once. The browser does so in threads of its own: one after the other, 4K would take longer than a
 * frame lasts.
 */
const MAX_DECODING_FRAMES = 3;
/** How long a frame lasts where nothing says, in seconds. */
const USUAL_FRAME_SECONDS = 1 / 25;
/** How much the newest frame counts in the time that drawing takes. */
const NEWEST_SHARE = 0.1;

/** Events: `drawn`, `size` (of the picture, which has changed), `undecodable` (with a reason, or none where it is over). */
export class Picture extends EventTarget {
  /** Frames that came whole and that the browser cannot decode all the same. */
  undecodableFrames = 0;
  /** What is drawn. @type {Frame | undefined} */
  shown;
  /** Its size, in pixels. @type {Size} */
  size = { width: 640, height: 360 };
  #player;
  #frames;
  #canvas = /** @type {HTMLCanvasElement} */ (element("#picture"));
  #painter = openPainter(this.#canvas);
  #history = new FrameHistory();
  /** What the picture is of. @type {string | undefined} */
  #stream;
  /** @type {Frame | undefined} */
  #waiting;
  #decodingFrames = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #undecodableTimer;

  /** @param {{ player: Player, frames: HeldFrames }} parts */
  constructor({ player, frames }) {
    super();
    this.#player = player;
    this.#frames = frames;
    player.addEventListener("hello", () => this.#restart());
    frames.addEventListener("frame", (event) => {
      const frame = /** @type {CustomEvent<Frame>} */ (event).detail;
      this.#history.add(frame);
      this.#show(frame);
    });
  }

  /** Another player counts from 1. What is drawn of another stream goes, and what is being decoded of it is not drawn any more. */
  async #restart() {
    this.undecodableFrames = 0;
    this.#history = new FrameHistory();
    this.#waiting = undefined;
    const [before, { stream }] = [this.#stream, this.#player];
    this.#stream = stream;
    if (before === undefined || before === stream) return;
    this.shown = undefined;
    delete this.#canvas.dataset.frame;
    (await this.#painter).clear();
  }

  /** Time from one frame of the movie to the next, in seconds, where it is known. */
  get frameSeconds() {
    return this.#history.frameSeconds;
  }

  /** Shows the frame before. A player that plays is paused first. */
  stepBack() {
    if (this.#pauses()) return;
    const before = this.#history.before(this.shown);
    const { positionSeconds } = this.#player;
    if (before !== undefined) this.#show(before);
    else if (positionSeconds !== undefined) {
      // The server gives the frame that is shown at a time.
      this.#player.seek(positionSeconds - 0.5 * (this.frameSeconds ?? USUAL_FRAME_SECONDS));
    }
  }

  /** Shows the next frame; where the page does not have it, the server is asked for it. */
  stepOn() {
    if (this.#pauses()) return;
    const after = this.#history.after(this.shown);
    if (after !== undefined) this.#show(after);
    else this.#player.step();
  }

  /** A stream of what is drawn, for a window of its own. */
  capture() {
    return this.#canvas.captureStream();
  }

  #pauses() {
    if (!this.#player.canPause) return false;
    this.#player.send(["PAUSE"]);
    return true;
  }

  /** Decodes a frame, at once or when there is room. The newest one waits, and no other. @param {Frame} frame */
  #show(frame) {
    this.#waiting = frame;
    if (this.#decodingFrames < MAX_DECODING_FRAMES) this.#decodeNext();
  }

  async #decodeNext() {
    const frame = this.#waiting;
    if (frame === undefined) return;
    this.#waiting = undefined;
    this.#decodingFrames++;
    const startMs = performance.now();
    const stream = this.#stream;
    try {
      const painter = await this.#painter;
      const size = await painter.show(frame.jpeg);
      // One that was overtaken has none, and is of no use any more.
      if (size !== undefined && stream === this.#stream) this.#tellDrawn(frame, size);
      this.#frames.leadMs += NEWEST_SHARE * (performance.now() - startMs - this.#frames.leadMs);
    } catch (error) {
      this.undecodableFrames++;
      this.#undecodableTimer ??= setTimeout(() => this.#tellUndecodable(error), UNDECODABLE_NOTICE_MS);
    }
    this.#decodingFrames--;
    this.#decodeNext();
  }

  /** @param {Frame} frame @param {Size} size */
  #tellDrawn(frame, size) {
    const isOther = this.size.width !== size.width || this.size.height !== size.height;
    this.size = size;
    this.shown = frame;
    Object.assign(this.#canvas.dataset, { ...size, frame: frame.number, arrivalMs: frame.arrivalMs });
    if (isOther) this.dispatchEvent(new Event("size"));
    this.#player.show(frame.positionSeconds, { isBehind: !this.#history.isNewest(frame) });
    this.dispatchEvent(new Event("drawn"));
    this.#tellUndecodable(null);
  }

  /** @param {unknown} reason `null` where frames can be decoded again. */
  #tellUndecodable(reason) {
    if (reason === null && this.#undecodableTimer === undefined) return;
    clearTimeout(this.#undecodableTimer);
    if (reason === null) this.#undecodableTimer = undefined;
    this.dispatchEvent(new CustomEvent("undecodable", { detail: reason }));
  }
}
