/*
 * What a mouse or a finger does on the picture itself. Mouse: a click plays or pauses, two make it full screen, dragging moves a
 * picture that is enlarged. Finger: a tap shows the controls, two taps on a side skip, a swipe seeks, two fingers zoom.
 */

// @ts-check
/// <reference lib="dom" />

import { element, formatTime } from "../dom.js";
import { SKIP_SECONDS } from "./controls.js";

/** @typedef {import("../player.js").Player} Player */
/** @typedef {import("./bubble.js").Bubble} Bubble */
/** @typedef {import("./controls.js").Controls} Controls */
/** @typedef {import("./fading.js").Fading} Fading */
/** @typedef {import("./view.js").View} View */
/** @typedef {{ x: number, y: number }} Point */

/** What a finger or a mouse may move and still mean a tap, in CSS pixels. */
const SLOP_PIXELS = 12;
/** Time in which a second tap belongs to the first, in milliseconds. */
const DOUBLE_TAP_MS = 300;
/** A swipe over the whole picture goes so far, in seconds, or through all of a shorter movie. */
const SWIPE_SECONDS = 90;

/** Follows the pointers on the picture. */
export class Pointer {
  #parts;
  #canvas = element("#picture");
  /** Where each pointer is that is down. @type {Map<number, Point>} */
  #down = new Map();
  /** Where the first one went down. @type {Point} */
  #start = { x: 0, y: 0 };
  #hasMoved = false;
  #isMouse = true;
  /** Where a swipe would lead, in seconds. @type {number | undefined} */
  #swipedTo;
  #lastTapMs = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #tapTimer;

  /** @param {{ player: Player, bubble: Bubble, controls: Controls, fading: Fading, view: View }} parts */
  constructor(parts) {
    this.#parts = parts;
    const canvas = this.#canvas;
    canvas.addEventListener("pointerdown", (event) => this.#press(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    canvas.addEventListener("pointerup", (event) => this.#release(event));
    canvas.addEventListener("pointercancel", (event) => this.#forget(event));
    canvas.addEventListener("dblclick", () => this.#isMouse && this.#parts.view.toggleFullscreen());
  }

  /** @param {PointerEvent} event */
  #press(event) {
    if (event.button !== 0) return;
    this.#isMouse = event.pointerType === "mouse";
    this.#down.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.#canvas.setPointerCapture(event.pointerId);
    if (this.#down.size > 1) this.#hasMoved = true;
    else [this.#start, this.#hasMoved] = [{ x: event.clientX, y: event.clientY }, false];
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const before = this.#down.get(event.pointerId);
    if (before === undefined) return;
    const now = { x: event.clientX, y: event.clientY };
    const [other] = [...this.#down].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
    this.#down.set(event.pointerId, now);
    if (distance(this.#start, now) > SLOP_PIXELS) this.#hasMoved = true;
    const { view } = this.#parts;
    if (other !== undefined) {
      view.zoomBy(distance(now, other) / Math.max(1, distance(before, other)), middle(now, other));
    } else if (view.isLarger) view.pan(now.x - before.x, now.y - before.y);
    else if (event.pointerType === "touch" && this.#hasMoved) this.#swipe(now.x - this.#start.x);
  }

  /** @param {number} pixels */
  #swipe(pixels) {
    const { player, bubble } = this.#parts;
    const { status: { canSeek, durationSeconds = 0 }, positionSeconds } = player;
    if (!canSeek || positionSeconds === undefined) return;
    const seconds = pixels / this.#canvas.clientWidth * Math.min(SWIPE_SECONDS, durationSeconds);
    this.#swipedTo = Math.min(durationSeconds, Math.max(0, positionSeconds + seconds));
    bubble.show(`${formatTime(this.#swipedTo)} (${seconds < 0 ? "−" : "+"}${Math.abs(Math.round(seconds))} s)`);
  }

  /** @param {PointerEvent} event */
  #release(event) {
    if (!this.#forget(event)) return;
    const { player, controls } = this.#parts;
    const swipedTo = this.#swipedTo;
    this.#swipedTo = undefined;
    if (swipedTo !== undefined) player.seek(swipedTo);
    else if (this.#hasMoved) return;
    else if (event.pointerType === "touch") this.#tap(event);
    else controls.toggle();
  }

  /** Returns whether it was the last one that was down. @param {PointerEvent} event */
  #forget({ pointerId }) {
    return this.#down.delete(pointerId) && this.#down.size === 0;
  }

  /** @param {PointerEvent} event */
  #tap({ clientX, timeStamp }) {
    const { player, controls, fading } = this.#parts;
    const isSecond = timeStamp - this.#lastTapMs < DOUBLE_TAP_MS && player.status.canSeek;
    // A third one is the first of two others.
    this.#lastTapMs = isSecond ? -Infinity : timeStamp;
    clearTimeout(this.#tapTimer);
    if (!isSecond) {
      this.#tapTimer = setTimeout(() => fading.toggle(), player.status.canSeek ? DOUBLE_TAP_MS : 0);
      return;
    }
    const { left, width } = this.#canvas.getBoundingClientRect();
    controls.skip(clientX < left + width / 2 ? -SKIP_SECONDS : SKIP_SECONDS);
  }
}

/** @param {Point} one @param {Point} other */
function distance(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

/** @param {Point} one @param {Point} other */
function middle(one, other) {
  return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 };
}
