/*
 * What is under the pointer on the timeline: the time, the number of the frame, and the picture if it was seen.
 */

// @ts-check
/// <reference lib="dom" />

import { element, formatNumber, formatTime } from "../dom.js";

/** @typedef {import("../player.js").Player} Player */
/** @typedef {import("../stage/picture.js").Picture} Picture */
/** @typedef {import("./thumbnails.js").Thumbnails} Thumbnails */

/** How far from a frame rounding may lead, in frames. */
const ROUNDING = 0.01;

/** Follows the pointer. */
export class Hover {
  #player;
  #picture;
  #thumbnails;
  #timeline = element("#timeline");
  #slider = element("#seek");
  #bubble = element("#hover");
  #text = element("#hover-text");
  #canvas = /** @type {HTMLCanvasElement} */ (element("#hover-picture"));

  /** @param {{ player: Player, picture: Picture, thumbnails: Thumbnails }} parts */
  constructor({ player, picture, thumbnails }) {
    this.#player = player;
    this.#picture = picture;
    this.#thumbnails = thumbnails;
    this.#timeline.addEventListener("pointermove", (event) => this.#point(event));
    this.#timeline.addEventListener("pointerleave", () => this.#bubble.hidden = true);
  }

  /** @param {PointerEvent} event */
  #point({ clientX }) {
    const { left, width } = this.#slider.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (clientX - left) / width));
    const seconds = share * (this.#player.status.durationSeconds ?? 0);
    this.#bubble.hidden = false;
    this.#timeline.style.setProperty("--pointed", String(share));
    const { frameSeconds } = this.#picture;
    const number = frameSeconds && formatNumber(Math.floor(seconds / frameSeconds + ROUNDING) + 1);
    this.#text.textContent = number === undefined ? formatTime(seconds) : `${formatTime(seconds)} · frame ${number}`;
    this.#draw(this.#thumbnails.near(seconds));
    // It stays on the stage.
    this.#bubble.style.setProperty("--half", `${this.#bubble.offsetWidth / 2}px`);
  }

  /** @param {ImageBitmap | undefined} picture */
  #draw(picture) {
    this.#canvas.hidden = picture === undefined;
    if (picture === undefined) return;
    const { width, height } = picture;
    if (this.#canvas.width !== width || this.#canvas.height !== height) Object.assign(this.#canvas, { width, height });
    this.#canvas.getContext("2d")?.drawImage(picture, 0, 0);
  }
}
