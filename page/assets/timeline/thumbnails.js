/*
 * Small pictures of what was seen of the movie, for the timeline. Nothing is fetched for them: they are made of the frames that are
 * drawn, a few a second at most.
 */

// @ts-check
/// <reference lib="dom" />

/** @typedef {import("../player.js").Player} Player */
/** @typedef {import("../stage/picture.js").Picture} Picture */

/** The movie has so many places with a picture each, of at most so many pixels: 15 MB in all. */
const PLACES = 240;
const MAX_WIDTH = 160;
const MAX_HEIGHT = 100;
/** Time between two that are made, in milliseconds. */
const INTERVAL_MS = 250;
/** How far from a place its neighbours may stand for it, in places. */
const NEAR_PLACES = 1;

/** Makes and keeps them. */
export class Thumbnails {
  #player;
  #picture;
  /** By place. @type {Map<number, ImageBitmap>} */
  #pictures = new Map();
  /** Of the movie that they are of, in seconds. */
  #duration = 0;
  #isMaking = false;
  #madeMs = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {{ player: Player, picture: Picture }} parts */
  constructor({ player, picture }) {
    this.#player = player;
    this.#picture = picture;
    player.addEventListener("hello", () => this.#clear(0));
    player.addEventListener("status", () => this.#follow());
    picture.addEventListener("drawn", () => this.#take());
  }

  /** What was seen at a time of the movie, or near. @param {number} seconds @returns {ImageBitmap | undefined} */
  near(seconds) {
    const place = this.#placeOf(seconds);
    for (let distance = 0; distance <= NEAR_PLACES; distance++) {
      const found = this.#pictures.get(place - distance) ?? this.#pictures.get(place + distance);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #follow() {
    const { durationSeconds = 0, state } = this.#player.status;
    // While the session is down, nobody knows how long the movie is.
    if (state !== "INIT" && durationSeconds !== this.#duration) this.#clear(durationSeconds);
  }

  /** @param {number} duration */
  #clear(duration) {
    for (const picture of this.#pictures.values()) picture.close();
    this.#pictures.clear();
    this.#duration = duration;
  }

  /** @param {number} seconds */
  #placeOf(seconds) {
    return Math.min(PLACES - 1, Math.max(0, Math.floor(seconds / this.#duration * PLACES)));
  }

  /** One that is too soon is looked at again later: where a hand that drags has come to rest, there is one. */
  async #take() {
    clearTimeout(this.#timer);
    const { shown, size } = this.#picture;
    const seconds = shown?.positionSeconds;
    if (shown === undefined || seconds === undefined || this.#duration === 0) return;
    const [place, duration] = [this.#placeOf(seconds), this.#duration];
    if (this.#pictures.has(place)) return;
    const waitMs = this.#madeMs + INTERVAL_MS - performance.now();
    if (this.#isMaking || waitMs > 0) {
      this.#timer = setTimeout(() => this.#take(), Math.max(waitMs, INTERVAL_MS / 4));
      return;
    }
    this.#isMaking = true;
    this.#madeMs = performance.now();
    const scale = Math.min(MAX_WIDTH / size.width, MAX_HEIGHT / size.height);
    try {
      const picture = await createImageBitmap(new Blob([shown.jpeg], { type: "image/jpeg" }), {
        resizeWidth: Math.max(1, Math.round(size.width * scale)),
        resizeHeight: Math.max(1, Math.round(size.height * scale)),
        resizeQuality: "low",
      });
      if (duration === this.#duration && !this.#pictures.has(place)) this.#pictures.set(place, picture);
      else picture.close();
    } catch {
      // One that cannot be decoded is told of by the picture itself, where it matters.
    }
    this.#isMaking = false;
  }
}
