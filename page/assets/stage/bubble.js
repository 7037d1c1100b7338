/*
 * A word in the middle of the picture that says what a key or a touch has done, and goes by itself.
 */

// @ts-check
/// <reference lib="dom" />

import { element } from "../dom.js";

const SHOWN_MS = 700;

/** Shows one word at a time. Screen readers hear it, too. */
export class Bubble {
  #bubble = element("#bubble");
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {string} text */
  show(text) {
    this.#bubble.textContent = text;
    this.#bubble.dataset.shown = "true";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#bubble.dataset.shown = "false";
      this.#bubble.textContent = "";
    }, SHOWN_MS);
  }
}
