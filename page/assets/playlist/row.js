/*
 * A stream in the drawer: its name, its server, its length, and what it is doing.
 */

// @ts-check
/// <reference lib="dom" />

import { formatNumber, formatTime } from "../dom.js";

/** @typedef {import("./playlist.js").Item} Item */

/** What people call the states; one that does nothing is not worth a word. */
const STATES = {
  idle: "",
  waiting: "asked for",
  playing: "playing",
  paused: "paused",
  ended: "ended",
  failed: "failed",
};

/** A row, which stays the same element however its stream changes. */
export class Row {
  element = document.createElement("li");
  #button = document.createElement("button");
  #picture = document.createElement("img");
  #name = span("name");
  #details = span("details");
  #length = span("length");
  #state = span("state");

  /** `onChosen` is called for a click. @param {number} index @param {() => void} onChosen */
  constructor(index, onChosen) {
    this.#button.type = "button";
    this.#button.onclick = onChosen;
    // One that nobody scrolls to is not asked for.
    Object.assign(this.#picture, { alt: "", loading: "lazy", decoding: "async", src: `thumbnails/${index}.jpg` });
    const frame = span("thumbnail");
    frame.append(this.#picture);
    this.#picture.onerror = () => this.#picture.hidden = true;
    this.#button.append(frame, this.#name, " ", this.#length, " ", this.#details, " ", this.#state);
    this.element.append(this.#button);
  }

  /**
   * @param {Item} item
   * @param {{ isCurrent: boolean, showsServer: boolean }} options
   */
  show(item, { isCurrent, showsServer }) {
    const { name, durationSeconds, isLive, state } = item;
    write(this.#name, name);
    const details = detailsOf(item);
    write(this.#details, showsServer ? [item.server, ...details].join(" · ") : details.join(" · "));
    write(this.#length, isLive ? "LIVE" : durationSeconds === undefined ? "" : formatTime(durationSeconds));
    write(this.#state, STATES[state]);
    this.#length.dataset.live = String(isLive);
    this.#button.dataset.state = state;
    this.#button.title = [name, item.server, ...details].join(" · ");
    if (isCurrent) this.#button.setAttribute("aria-current", "true");
    else this.#button.removeAttribute("aria-current");
  }
}

/** What it is like, as far as is known. @param {Item} item */
function detailsOf({ width, height, frameRate }) {
  const size = width === undefined || height === undefined ? [] : [`${width}×${height}`];
  const rate = frameRate === undefined ? [] : [`${formatNumber(frameRate, Number.isInteger(frameRate) ? 0 : 2)} fps`];
  return [...size, ...rate];
}

/** @param {string} name */
function span(name) {
  return Object.assign(document.createElement("span"), { className: name });
}

/** @param {HTMLElement} element @param {string} text */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
