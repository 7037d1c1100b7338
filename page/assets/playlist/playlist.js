/*
 * The playlist as the page knows it, where there is one: what is in it, which stream is played, and what may be asked for.
 */

// @ts-check
/// <reference lib="dom" />

/** @typedef {import("../player.js").Player} Player */
/** @typedef {"idle" | "waiting" | "playing" | "paused" | "ended" | "failed"} ItemState */
/**
 * A stream of the list, with the size of its pictures and its frames a second, where they are known.
 *
 * @typedef {{
 *   name: string, server: string, durationSeconds?: number, isLive: boolean, state: ItemState,
 *   width?: number, height?: number, frameRate?: number,
 * }} Item
 */
/**
 * The list, as page/playlist.ts has it.
 *
 * @typedef {{
 *   items: Item[], current: number, hasNext: boolean, hasPrevious: boolean, loops: boolean, shuffles: boolean,
 *   opensGrid: boolean, cells: number,
 * }} List
 */

/** @type {List} */
const NOTHING = {
  ...{ items: [], current: 0, hasNext: false, hasPrevious: false, loops: false, shuffles: false },
  ...{ opensGrid: false, cells: 0 },
};

/** Event: `change`. */
export class Playlist extends EventTarget {
  /** @type {List} */
  list = NOTHING;
  #player;

  /** @param {Player} player */
  constructor(player) {
    super();
    this.#player = player;
    player.addEventListener("playlist", (event) => this.#show(/** @type {CustomEvent<List>} */ (event).detail));
    player.addEventListener("gone", () => this.#show(NOTHING));
    player.addEventListener("loops", () => {
      if (this.isThere && player.loops !== this.list.loops) player.ask({ command: "loop", wanted: player.loops });
    });
  }

  /** Whether there is more than one stream. */
  get isThere() {
    return this.list.items.length > 1;
  }

  /** Plays a stream. @param {number} index */
  select(index) {
    this.#player.ask({ command: "select", index });
  }

  /** Plays the next stream (1), or the one before (-1). @param {1 | -1} direction */
  skip(direction) {
    this.#player.ask({ command: "skip", direction });
  }

  toggleShuffles() {
    this.#player.ask({ command: "shuffle", wanted: !this.list.shuffles });
  }

  /** @param {List} list */
  #show(list) {
    this.list = list;
    if (this.isThere && list.loops !== this.#player.loops) this.#player.setLoops(list.loops);
    this.dispatchEvent(new Event("change"));
  }
}
