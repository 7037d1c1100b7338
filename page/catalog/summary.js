/*
 * How many streams there are and how many watch, in a line, and whether the server is there.
 */

// @ts-check
/// <reference lib="dom" />

import { element } from "../assets/dom.js";

/** @typedef {import("./server_feed.js").ServerFeed} ServerFeed */
/** @typedef {import("./server_feed.js").Stream} Stream */

/** Keeps the line. */
export class Summary {
  #line = element("#link");

  /** @param {ServerFeed} feed */
  constructor(feed) {
    feed.addEventListener("streams", (event) => {
      const streams = /** @type {CustomEvent<Stream[]>} */ (event).detail;
      const viewers = streams.reduce((sum, stream) => sum + stream.viewers, 0);
      this.#tell("live", `${count(streams.length, "stream")}, ${viewers} watching`);
    });
    feed.addEventListener("gone", () => this.#tell("gone", "the server is gone"));
  }

  /** @param {string} link @param {string} text */
  #tell(link, text) {
    this.#line.dataset.link = link;
    // Screen readers hear what is new only.
    if (this.#line.textContent !== text) this.#line.textContent = text;
  }
}

/** @param {number} number @param {string} thing */
function count(number, thing) {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}
