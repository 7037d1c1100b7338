/*
 * The tile of one stream: thumbnail, name, what it is, and the ways to have it.
 */

// @ts-check
/// <reference lib="dom" />

import { formatNumber, formatTime } from "../assets/dom.js";
import { Thumbnail } from "./thumbnail.js";

/** @typedef {import("./server_feed.js").Stream} Stream */

/** Shows one stream. */
export class StreamTile {
  /** @type {HTMLElement} */
  element;
  #thumbnail;

  constructor() {
    const template = /** @type {HTMLTemplateElement} */ (document.querySelector("#tile"));
    const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    this.element = /** @type {HTMLElement} */ (copy.firstElementChild);
    this.#thumbnail = new Thumbnail(this.element);
  }

  /** @param {Stream} stream */
  show(stream) {
    const { name, path, rtsp, viewers, isLive, problem } = stream;
    const shownName = this.#part(".name");
    if (shownName.textContent !== name) this.#begin({ name, path, rtsp });
    const watching = this.#part(".viewers");
    watching.hidden = viewers === 0;
    setText(watching, `${formatNumber(viewers)} watching`);
    const length = this.#part(".length");
    length.toggleAttribute("data-live", isLive);
    length.hidden = !isLive && stream.durationSeconds === undefined;
    setText(length, isLive ? "LIVE" : formatTime(stream.durationSeconds ?? 0));
    this.element.toggleAttribute("data-problem", problem !== undefined);
    setText(this.#part(".facts"), problem ?? factsOf(stream));
    this.#thumbnail.follow(stream);
  }

  /** It is gone from the list. */
  remove() {
    this.#thumbnail.stop();
    this.element.remove();
  }

  /** @param {{ name: string, path: string, rtsp: string }} stream */
  #begin({ name, path, rtsp }) {
    this.#part(".name").textContent = name;
    for (
      const [part, href] of [["watch", path], ["stream", `${path}stream.mjpeg`], ["snapshot", `${path}snapshot.jpg`]]
    ) {
      this.#part(`.${part}`).setAttribute("href", href);
    }
    this.#part(".rtsp").setAttribute("href", rtsp);
    this.#part(".rtsp").title = rtsp;
    for (const way of this.element.querySelectorAll(".ways a")) {
      way.setAttribute("aria-label", `${way.textContent} of ${name}`);
    }
  }

  /** @param {string} selector */
  #part(selector) {
    return /** @type {HTMLElement} */ (this.element.querySelector(selector));
  }
}

/** What is known of a stream, in a line. @param {Stream} stream */
function factsOf({ size, frameRate, frames, loops }) {
  return [
    size && `${size.width} × ${size.height}`,
    frameRate && `${formatNumber(frameRate, frameRate < 10 && !Number.isInteger(frameRate) ? 1 : 0)} fps`,
    frames && (frames === 1 ? "a still" : `${formatNumber(frames)} frames`),
    loops && frames !== 1 && "loops",
  ].filter(Boolean).join(" · ");
}

/** @param {HTMLElement} part @param {string} text */
function setText(part, text) {
  if (part.textContent !== text) part.textContent = text;
}
