/*
 * The controls go when nobody needs them: while the picture moves, and neither pointer nor keys do. They stay for whoever has the
 * focus on one of them, and while the pointer rests on them.
 */

// @ts-check
/// <reference lib="dom" />

import { element } from "../dom.js";

/** @typedef {import("../player.js").Player} Player */

const IDLE_MS = 2500;

/** Shows and hides the controls. */
export class Fading {
  #player;
  #screen = element("#screen");
  #controls = element("#controls");
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {Player} player */
  constructor(player) {
    this.#player = player;
    player.addEventListener("status", () => this.wake());
    for (const name of ["pointermove", "pointerdown", "focusin", "input"]) {
      this.#screen.addEventListener(name, (event) => isTouch(event) || this.wake());
    }
    document.addEventListener("keydown", () => this.wake());
    this.#screen.addEventListener("pointerleave", (event) => isTouch(event) || this.#rest());
  }

  get isAwake() {
    return this.#screen.dataset.idle !== "true";
  }

  /** Shows the controls for a while. */
  wake() {
    this.#screen.dataset.idle = "false";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#rest(), IDLE_MS);
  }

  /** Shows them, or hides them. */
  toggle() {
    if (this.isAwake) this.#screen.dataset.idle = "true";
    else this.wake();
  }

  #rest() {
    const isNeeded = !this.#player.isPlaying || this.#controls.matches(":hover, :has(:focus-visible)");
    this.#screen.dataset.idle = String(!isNeeded);
  }
}

/** A touch shows the controls by a tap, and moves without them. @param {Event} event */
function isTouch(event) {
  return event instanceof PointerEvent && event.pointerType === "touch";
}
