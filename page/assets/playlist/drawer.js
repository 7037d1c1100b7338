/*
 * The drawer with the playlist, and the buttons for the next stream and the one before: there where there is more than one.
 */

// @ts-check
/// <reference lib="dom" />

import { button, element } from "../dom.js";
import { Row } from "./row.js";

/** @typedef {import("./playlist.js").Playlist} Playlist */
/** @typedef {import("../stage/bubble.js").Bubble} Bubble */

/** How far the controls go above what is seen of them, in pixels. */
const FADE_PIXELS = 48;

/** Opens and closes, and plays what is clicked. */
export class Drawer {
  #playlist;
  #bubble;
  #drawer = element("#drawer");
  #list = element("#playlist");
  #button = button("#drawer-button");
  #shuffle = button("#shuffle");
  /** @type {Row[]} */
  #rows = [];
  /** @type {string | undefined} */
  #shown;

  /** @param {{ playlist: Playlist, bubble: Bubble }} parts */
  constructor({ playlist, bubble }) {
    this.#playlist = playlist;
    this.#bubble = bubble;
    playlist.addEventListener("change", () => this.#show());
    button("#previous").onclick = () => this.skip(-1);
    button("#next").onclick = () => this.skip(1);
    this.#button.onclick = () => this.toggle();
    button("#drawer-close").onclick = () => this.close();
    this.#shuffle.onclick = () => playlist.toggleShuffles();
    this.#drawer.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      this.close();
    });
    const controls = element("#controls");
    new ResizeObserver(() => {
      this.#drawer.style.setProperty("--controls", `${Math.max(0, controls.offsetHeight - FADE_PIXELS)}px`);
    }).observe(controls);
  }

  /** Plays the next stream (1), or the one before (-1). @param {1 | -1} direction */
  skip(direction) {
    const { hasNext, hasPrevious } = this.#playlist.list;
    if (direction > 0 ? hasNext : hasPrevious) this.#playlist.skip(direction);
  }

  toggle() {
    if (!this.#drawer.hidden) return this.close();
    this.#setOpen(true);
    this.#rows[this.#playlist.list.current]?.element.scrollIntoView({ block: "nearest" });
  }

  /** Closes it; the focus does not stay where nothing is seen any more. */
  close() {
    const hadFocus = this.#drawer.contains(document.activeElement);
    this.#setOpen(false);
    if (hadFocus) this.#button.focus();
  }

  /** @param {boolean} isOpen */
  #setOpen(isOpen) {
    this.#drawer.hidden = !isOpen;
    this.#button.setAttribute("aria-expanded", String(isOpen));
  }

  #show() {
    const { isThere, list: { items, current, hasNext, hasPrevious, shuffles } } = this.#playlist;
    for (const id of ["#previous", "#next", "#drawer-button"]) button(id).hidden = !isThere;
    if (!isThere) return this.#setOpen(false);
    button("#previous").disabled = !hasPrevious;
    button("#next").disabled = !hasNext;
    this.#shuffle.setAttribute("aria-pressed", String(shuffles));
    while (this.#rows.length < items.length) this.#add();
    for (const row of this.#rows.splice(items.length)) row.element.remove();
    const { name, server } = items[current];
    // One that all have in common is told once.
    const showsServer = items.some((item) => item.server !== server);
    element("#drawer-title").textContent = showsServer ? "Playlist" : `Playlist from ${server}`;
    items.forEach((item, index) => this.#rows[index].show(item, { isCurrent: index === current, showsServer }));
    const shown = `${name} ${server} ${current}`;
    if (this.#shown !== undefined && shown !== this.#shown) this.#bubble.show(name);
    this.#shown = shown;
  }

  #add() {
    const index = this.#rows.length;
    const row = new Row(index, () => this.#playlist.select(index));
    this.#rows.push(row);
    this.#list.append(row.element);
  }
}
