/*
 * The grid: the streams of the playlist all at once, on the stage. A click plays one of them large; Escape goes back.
 */

// @ts-check
/// <reference lib="dom" />

import { button, element } from "../dom.js";
import { Cell } from "./cell.js";

/** @typedef {import("../player.js").Player} Player */
/** @typedef {import("../connection.js").Frame} Frame */
/** @typedef {import("../playlist/playlist.js").Playlist} Playlist */
/** @typedef {import("../playlist/drawer.js").Drawer} Drawer */
/** @typedef {import("../record/recording.js").Recording} Recording */
/** @typedef {import("../stage/bubble.js").Bubble} Bubble */

/** Opens and closes. */
export class Grid {
  #player;
  #playlist;
  #drawer;
  #recording;
  #bubble;
  #grid = element("#grid");
  #cellsElement = element("#cells");
  #screen = element("#screen");
  #button = button("#grid-button");
  /** @type {Cell[]} */
  #cells = [];
  /** Whether the large picture was chosen in the grid. */
  #isLeft = false;
  /** Whether pages were to begin with the grid, and have. */
  #hasBegun = false;

  /** @param {{ player: Player, playlist: Playlist, drawer: Drawer, recording: Recording, bubble: Bubble }} parts */
  constructor({ player, playlist, drawer, recording, bubble }) {
    this.#player = player;
    this.#playlist = playlist;
    this.#drawer = drawer;
    this.#recording = recording;
    this.#bubble = bubble;
    this.#button.onclick = () => this.toggle();
    button("#grid-close").onclick = () => this.close();
    playlist.addEventListener("change", () => this.#follow());
    player.addEventListener("cell", (event) => {
      const { index, frame } = /** @type {CustomEvent<{ index: number, frame: Frame }>} */ (event).detail;
      this.#cells[index]?.show(frame);
    });
    player.addEventListener("grid", (event) => {
      const { rates } = /** @type {CustomEvent<{ rates: { fps: number, bitrate: number }[] }>} */ (event).detail;
      rates.forEach((each, index) => this.#cells[index]?.tellRates(each));
    });
    // Another socket knows nothing of what this page shows.
    player.addEventListener("gone", () => this.#leave());
  }

  get isOpen() {
    return !this.#grid.hidden;
  }

  /** Whether Escape leads back to the grid. */
  get canGoBack() {
    return this.#isLeft && !this.isOpen && this.#playlist.isThere;
  }

  toggle() {
    if (this.isOpen) this.close();
    else this.open();
  }

  open() {
    if (this.isOpen || !this.#playlist.isThere) return;
    // It has the frames of the one stream, which do not come meanwhile.
    if (this.#recording.isRunning) return this.#bubble.show("Stop recording first");
    this.#drawer.close();
    this.#grid.hidden = false;
    this.#screen.dataset.grid = "true";
    this.#follow();
    this.#player.ask({ command: "grid", wanted: true });
    this.#cells[this.#playlist.list.current]?.element.focus();
  }

  /** Goes back to the one stream. */
  close() {
    if (!this.isOpen) return;
    this.#player.ask({ command: "grid", wanted: false });
    this.#leave();
    this.#isLeft = false;
  }

  /** Plays one large. It is the first to know, so that it goes on where it is. @param {number} index */
  #choose(index) {
    this.#playlist.select(index);
    this.close();
    this.#isLeft = true;
  }

  #leave() {
    const hadFocus = this.#grid.contains(document.activeElement);
    this.#grid.hidden = true;
    this.#screen.dataset.grid = "false";
    for (const cell of this.#cells.splice(0)) cell.end();
    this.#cellsElement.replaceChildren();
    if (hadFocus) button("#toggle").focus();
  }

  #follow() {
    const { isThere, list } = this.#playlist;
    if (!isThere) return this.#leave();
    if (list.opensGrid && !this.#hasBegun) {
      this.#hasBegun = true;
      this.open();
    }
    if (!this.isOpen) return;
    const items = list.items.slice(0, list.cells);
    while (this.#cells.length < items.length) this.#add();
    items.forEach((item, index) => this.#cells[index].tell(item));
    this.#cellsElement.style.setProperty("--columns", String(Math.ceil(Math.sqrt(items.length))));
    const left = list.items.length - items.length;
    element("#grid-title").textContent = `${items.length} streams${left === 0 ? "" : `, ${left} more in the playlist`}`;
  }

  #add() {
    const index = this.#cells.length;
    const cell = new Cell(() => this.#choose(index));
    this.#cells.push(cell);
    this.#cellsElement.append(cell.element);
  }
}
