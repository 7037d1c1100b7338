/*
 * Where in the movie the player is: elapsed and total time, and a slider to go elsewhere with; or that the stream is live. What is
 * under the pointer is told by hover.js.
 */

// @ts-check
/// <reference lib="dom" />

import { element, formatTime } from "../dom.js";

/** @typedef {import("../player.js").Player} Player */

/** Shows the time, and takes clicks and drags. */
export class Timeline {
  #player;
  #timeline = element("#timeline");
  #slider = /** @type {HTMLInputElement} */ (element("#seek"));
  #time = element("#time");
  #live = element("#live");
  #isDragging = false;
  /** Time of playing, for what has no other. */
  #playedSeconds = 0;

  /** @param {Player} player */
  constructor(player) {
    this.#player = player;
    player.addEventListener("status", () => this.#showKind());
    player.addEventListener("position", () => this.#showPosition());
    player.addEventListener("stats", (event) => {
      this.#playedSeconds = /** @type {CustomEvent} */ (event).detail.seconds;
      this.#showPosition();
    });
    this.#slider.addEventListener("input", () => this.#seek(true));
    this.#slider.addEventListener("change", () => this.#seek(false));
  }

  get #duration() {
    return this.#player.status.durationSeconds ?? 0;
  }

  #showKind() {
    const { isLive, canSeek, durationSeconds, state } = this.#player.status;
    const hasTimeline = durationSeconds !== undefined && !isLive;
    this.#timeline.hidden = !hasTimeline;
    // What is disabled loses the focus.
    this.#slider.disabled = !canSeek && !this.#player.isBusy;
    this.#slider.max = String(this.#duration);
    this.#live.hidden = !isLive;
    this.#live.dataset.isPlaying = String(state === "PLAYING");
    element("#live-text").textContent = state === "PLAYING" ? "Live" : "Live, paused";
    this.#showPosition();
  }

  #showPosition() {
    const { status, positionSeconds = 0 } = this.#player;
    if (this.#duration === 0) {
      this.#time.textContent = formatTime(this.#playedSeconds);
    } else if (!this.#isDragging) {
      this.#show(status.isAtEnd && status.scale > 0 ? this.#duration : positionSeconds);
    }
  }

  /** @param {number} seconds */
  #show(seconds) {
    const text = `${formatTime(seconds)} / ${formatTime(this.#duration)}`;
    if (this.#time.textContent !== text) {
      this.#time.textContent = text;
      this.#slider.setAttribute("aria-valuetext", `${formatTime(seconds)} of ${formatTime(this.#duration)}`);
    }
    this.#slider.value = String(seconds);
    this.#timeline.style.setProperty("--played", String(seconds / this.#duration));
  }

  /** @param {boolean} isDragging */
  #seek(isDragging) {
    this.#isDragging = isDragging;
    const seconds = Number(this.#slider.value);
    this.#show(seconds);
    this.#player.seek(seconds);
  }
}
