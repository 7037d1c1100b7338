/*
 * A cell of the grid: the newest frame of its stream, drawn no larger than it is seen, with its name, its state and how fast it comes.
 */

// @ts-check
/// <reference lib="dom" />

import { formatNumber } from "../dom.js";
import { decodeSmall } from "./small_decoder.js";

/** @typedef {import("../connection.js").Frame} Frame */
/** @typedef {import("../playlist/playlist.js").Item} Item */

/** Draws frames one after the other; those that come meanwhile are left out but for the newest. */
export class Cell {
  element = document.createElement("button");
  #canvas = document.createElement("canvas");
  #name = document.createElement("span");
  #rate = document.createElement("span");
  #context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d", { alpha: false }));
  /** @type {Frame | undefined} */
  #waiting;
  /** How large it is seen, in pixels of the screen. */
  #room = { width: 0, height: 0 };
  #resizing = new ResizeObserver(([{ contentRect: { width, height } }]) => {
    this.#room = { width: width * devicePixelRatio, height: height * devicePixelRatio };
  });
  #isDecoding = false;
  #isOver = false;
  #state = "idle";

  /** `onChosen` is called for a click. @param {() => void} onChosen */
  constructor(onChosen) {
    this.element.type = "button";
    this.element.className = "cell";
    this.element.onclick = onChosen;
    const caption = document.createElement("span");
    caption.className = "caption";
    this.#name.className = "name";
    this.#rate.className = "rate";
    caption.append(this.#name, " ", this.#rate);
    this.#canvas.width = this.#canvas.height = 0;
    this.element.append(this.#canvas, caption);
    this.#resizing.observe(this.element);
  }

  /** @param {Item} item */
  tell({ name, state }) {
    this.#state = state;
    this.#name.textContent = name;
    this.element.dataset.state = state;
    if (state !== "playing") this.#rate.textContent = state === "waiting" ? "asked for" : state;
  }

  /** How fast it comes. @param {{ fps: number, bitrate: number }} rates */
  tellRates({ fps, bitrate }) {
    if (this.#state !== "playing") return;
    this.#rate.textContent = `${formatNumber(fps)} fps · ${formatNumber(bitrate / 1e6, 1)} Mbit/s`;
  }

  /** @param {Frame} frame */
  show(frame) {
    this.#waiting = frame;
    if (!this.#isDecoding) this.#drawWaiting();
  }

  /** Nothing is drawn any more. */
  end() {
    this.#isOver = true;
    this.#resizing.disconnect();
    this.#waiting = undefined;
  }

  async #drawWaiting() {
    this.#isDecoding = true;
    for (let frame = this.#waiting; frame !== undefined; frame = this.#waiting) {
      this.#waiting = undefined;
      try {
        const image = await decodeSmall(frame.jpeg, this.#room);
        if (!this.#isOver) this.#draw(frame, image);
        image.close();
      } catch {
        // The cell stays as it is; the large picture says what is wrong.
      }
    }
    this.#isDecoding = false;
  }

  /** @param {Frame} frame @param {import("./small_decoder.js").SmallImage} image */
  #draw(frame, { image, width, height }) {
    const canvas = this.#canvas;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    this.#context.drawImage(image, 0, 0, width, height);
    canvas.dataset.frame = String(frame.number);
    canvas.dataset.drawn = String(Number(canvas.dataset.drawn ?? 0) + 1);
  }
}
