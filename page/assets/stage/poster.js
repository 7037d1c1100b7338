/*
 * What stands in place of the picture before there is one: the name of the movie, how long it is, and what to do.
 */

// @ts-check
/// <reference lib="dom" />

import { element, formatTime } from "../dom.js";

/** @typedef {import("../player.js").Player} Player */
/** @typedef {import("./picture.js").Picture} Picture */

/** Stands there until the first frame is drawn. */
export class Poster {
  #player;
  #picture;
  #poster = element("#poster");
  #title = element("#poster-title");
  #text = element("#poster-text");

  /** @param {{ player: Player, picture: Picture }} parts */
  constructor({ player, picture }) {
    this.#player = player;
    this.#picture = picture;
    for (const name of ["hello", "status"]) player.addEventListener(name, () => this.#show());
    picture.addEventListener("drawn", () => this.#show());
  }

  #show() {
    const { isPlaying, title, status: { ended, isLive, durationSeconds, state } } = this.#player;
    this.#poster.hidden = this.#picture.shown !== undefined;
    // A picture that was left behind by a session is not what the server has now.
    element("#picture").dataset.stale = String(state === "INIT");
    if (this.#poster.hidden) return;
    const length = isLive ? "Live" : durationSeconds === undefined ? "" : formatTime(durationSeconds);
    const advice = isPlaying ? "Waiting for the first frame" : ended ? "" : "Press Play";
    this.#title.textContent = title;
    this.#text.textContent = [length, advice].filter((part) => part !== "").join(" · ");
  }
}
