/*
 * The tiles, one for each stream: new ones come, those that are gone go, and those that are not searched for are hidden.
 */

// @ts-check
/// <reference lib="dom" />

import { element } from "../assets/dom.js";
import { StreamTile } from "./stream_tile.js";

/** @typedef {import("./server_feed.js").ServerFeed} ServerFeed */
/** @typedef {import("./server_feed.js").Stream} Stream */

/** Keeps the tiles. */
export class StreamGrid {
  #list = element("#streams");
  #search = /** @type {HTMLInputElement} */ (element("#search"));
  #nothing = element("#nothing");
  /** By the names of their streams. @type {Map<string, StreamTile>} */
  #tiles = new Map();

  /** @param {ServerFeed} feed */
  constructor(feed) {
    feed.addEventListener("streams", (event) => this.#show(/** @type {CustomEvent<Stream[]>} */ (event).detail));
    this.#search.addEventListener("input", () => this.#filter());
    document.addEventListener("keydown", (event) => this.#obey(event));
  }

  /** @param {Stream[]} streams */
  #show(streams) {
    const names = new Set(streams.map(({ name }) => name));
    for (const [name, tile] of this.#tiles) {
      if (names.has(name)) continue;
      tile.remove();
      this.#tiles.delete(name);
    }
    // Tiles stay where they are, and who has the focus keeps it.
    let next = this.#list.firstElementChild;
    for (const stream of streams) {
      const tile = this.#tiles.get(stream.name) ?? this.#add(stream);
      tile.show(stream);
      if (tile.element === next) next = next.nextElementSibling;
      else this.#list.insertBefore(tile.element, next);
    }
    this.#filter();
  }

  /** @param {Stream} stream */
  #add({ name }) {
    const tile = new StreamTile();
    this.#tiles.set(name, tile);
    return tile;
  }

  #filter() {
    const words = this.#search.value.toLowerCase().split(/\s+/);
    let shown = 0;
    for (const [name, tile] of this.#tiles) {
      const isFound = words.every((word) => name.toLowerCase().includes(word));
      tile.element.hidden = !isFound;
      if (isFound) shown++;
    }
    this.#nothing.hidden = shown > 0;
    const text = shown > 0 ? "" : `No stream has ${this.#search.value.trim()} in its name`;
    if (this.#nothing.textContent !== text) this.#nothing.textContent = text;
  }

  /** As on YouTube, a slash searches. @param {KeyboardEvent} event */
  #obey(event) {
    const isTyping = event.target instanceof HTMLInputElement;
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      this.#search.focus();
    } else if (event.key === "Escape" && event.target === this.#search) {
      this.#search.value = "";
      this.#filter();
    }
  }
}
