/*
 * The picture of a tile: a thumbnail once the tile can be seen, a newer one of a live stream now and then, and the stream itself while
 * the mouse rests on it.
 */

// @ts-check
/// <reference lib="dom" />

/** @typedef {import("./server_feed.js").Stream} Stream */

/** How old the thumbnail of a live stream gets, in milliseconds. */
const LIVE_MS = 10_000;
/** How soon the thumbnail of a movie that did not come is asked for again, in milliseconds. */
const RETRY_MS = 60_000;
/** How long the mouse rests before the stream is played, in milliseconds. */
const REST_MS = 500;

const shown = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    target.dispatchEvent(new CustomEvent("seen", { detail: isIntersecting }));
  }
}, { rootMargin: "200px" });

/** Keeps the picture of one tile. */
export class Thumbnail {
  #tile;
  #image;
  #none;
  /** Where the stream is. */
  #path = "";
  #isLive = false;
  #isSeen = false;
  #isShown = false;
  /** When the thumbnail was asked for last. */
  #askedMs = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #rest;

  /** @param {HTMLElement} tile */
  constructor(tile) {
    this.#tile = tile;
    this.#image = /** @type {HTMLImageElement} */ (tile.querySelector("img"));
    this.#none = /** @type {HTMLElement} */ (tile.querySelector(".none"));
    this.#image.onload = () => this.#tell(true);
    this.#image.onerror = () => this.#tell(false);
    tile.addEventListener("seen", (event) => {
      this.#isSeen = /** @type {CustomEvent<boolean>} */ (event).detail;
      this.#ask();
    });
    const watch = /** @type {HTMLElement} */ (tile.querySelector(".watch"));
    watch.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && this.#wait());
    watch.addEventListener("pointerleave", () => this.#leave());
    shown.observe(tile);
  }

  /** What is known of the stream now. @param {Stream} stream */
  follow({ path, isLive, problem }) {
    this.#path = problem === undefined ? path : "";
    if (problem !== undefined) this.#tell(false);
    this.#isLive = isLive;
    this.#ask();
  }

  /** Its tile is gone. */
  stop() {
    shown.unobserve(this.#tile);
    this.#leave();
    this.#image.removeAttribute("src");
  }

  get #isPreviewed() {
    return this.#tile.hasAttribute("data-previewed");
  }

  #ask() {
    const nowMs = performance.now();
    const sinceMs = nowMs - this.#askedMs;
    const isOld = this.#isLive ? sinceMs > LIVE_MS : sinceMs > RETRY_MS && (!this.#isShown || sinceMs === Infinity);
    if (!this.#isSeen || this.#path === "" || !isOld || this.#isPreviewed) return;
    this.#askedMs = nowMs;
    // The same address again would be the same picture.
    this.#image.src = `${this.#path}thumbnail.jpg?${Math.round(nowMs)}`;
  }

  #wait() {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    this.#rest = setTimeout(() => {
      this.#tile.setAttribute("data-previewed", "");
      this.#image.src = `${this.#path}stream.mjpeg`;
    }, REST_MS);
  }

  #leave() {
    clearTimeout(this.#rest);
    if (!this.#isPreviewed) return;
    this.#tile.removeAttribute("data-previewed");
    this.#askedMs = -Infinity;
    this.#ask();
  }

  /** @param {boolean} isThere */
  #tell(isThere) {
    this.#isShown = isThere;
    this.#image.hidden = !isThere;
    this.#none.textContent = isThere ? "" : "No picture";
  }
}
