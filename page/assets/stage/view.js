/*
 * How the picture lies on the stage: as large as it fits, pixel by pixel, or enlarged and moved about; in full screen, or in a window
 * of its own.
 */

// @ts-check
/// <reference lib="dom" />

import { button, element, releaseFocus } from "../dom.js";

/** @typedef {import("./picture.js").Picture} Picture */
/** @typedef {import("./bubble.js").Bubble} Bubble */

/** Largest zoom against what fits. */
const MAX_ZOOM = 16;
/** What a key or a turn of the wheel makes of it. */
const ZOOM_STEP = 1.25;

/** Zooms and moves the picture. */
export class View {
  #picture;
  #bubble;
  #screen = element("#screen");
  /** What of the stage is the picture's: all of it, or on a phone what is above the controls. */
  #room = element("#view");
  #canvas = element("#picture");
  #choice = /** @type {HTMLSelectElement} */ (element("#zoom"));
  /** Against what fits; the size in pixels where it is `undefined`. @type {number | undefined} */
  #zoom = 1;
  /** Where the middle of the picture is, from that of the stage, in CSS pixels. */
  #offset = { x: 0, y: 0 };
  /** @type {HTMLVideoElement | undefined} */
  #video;

  /** @param {{ picture: Picture, bubble: Bubble }} parts */
  constructor({ picture, bubble }) {
    this.#picture = picture;
    this.#bubble = bubble;
    picture.addEventListener("size", () => this.#lay());
    new ResizeObserver(() => this.#lay()).observe(this.#room);
    releaseFocus(this.#choice);
    this.#choice.onchange = () => this.#choose(this.#choice.value);
    button("#fullscreen").hidden = !document.fullscreenEnabled;
    button("#fullscreen").onclick = () => this.toggleFullscreen();
    document.addEventListener("fullscreenchange", () => this.#showFullscreen());
    button("#window").hidden = !document.pictureInPictureEnabled;
    button("#window").onclick = () => this.toggleWindow();
    this.#room.addEventListener("wheel", (event) => this.#turn(event), { passive: false });
    this.#lay();
  }

  /** Whether there is more of the picture than the stage shows. */
  get isLarger() {
    const { width, height } = this.#canvas.getBoundingClientRect();
    return width > this.#room.clientWidth + 1 || height > this.#room.clientHeight + 1;
  }

  /** Moves the picture, as far as there is more of it. @param {number} x @param {number} y */
  pan(x, y) {
    this.#offset = { x: this.#offset.x + x, y: this.#offset.y + y };
    this.#lay();
  }

  /** Enlarges or reduces it, about a point on the screen or the middle. @param {number} factor @param {{ x: number, y: number }} [about] */
  zoomBy(factor, about) {
    const { left, top, width, height } = this.#room.getBoundingClientRect();
    const point = {
      x: (about?.x ?? left + width / 2) - left - width / 2,
      y: (about?.y ?? top + height / 2) - top - height / 2,
    };
    const before = this.#scale;
    this.#zoom = Math.min(MAX_ZOOM, Math.max(1, before * factor / this.#fitting));
    const grown = this.#scale / before;
    this.#offset = {
      x: point.x - (point.x - this.#offset.x) * grown,
      y: point.y - (point.y - this.#offset.y) * grown,
    };
    this.#lay();
    this.#bubble.show(this.#zoom === 1 ? "Fit" : `${Math.round(this.#zoom * 100)} %`);
  }

  zoomIn() {
    this.zoomBy(ZOOM_STEP);
  }

  zoomOut() {
    this.zoomBy(1 / ZOOM_STEP);
  }

  toggleFullscreen() {
    if (document.fullscreenElement === null) this.#screen.requestFullscreen();
    else document.exitFullscreen();
  }

  /** Shows the picture in a window above all others. */
  async toggleWindow() {
    if (document.pictureInPictureElement !== null) return await document.exitPictureInPicture();
    const video = this.#video ??= Object.assign(document.createElement("video"), { muted: true });
    video.srcObject = this.#picture.capture();
    try {
      await video.play();
      await video.requestPictureInPicture();
    } catch {
      this.#bubble.show("This browser opens no window for the picture");
    }
  }

  /** CSS pixels a pixel of the picture, where it is as large as it fits. */
  get #fitting() {
    const { width, height } = this.#picture.size;
    return Math.min(this.#room.clientWidth / width, this.#room.clientHeight / height);
  }

  /** CSS pixels a pixel of the picture. */
  get #scale() {
    return this.#zoom === undefined ? 1 / devicePixelRatio : this.#zoom * this.#fitting;
  }

  /** @param {string} choice */
  #choose(choice) {
    this.#zoom = choice === "pixels" ? undefined : choice === "fit" ? 1 : Number(choice);
    this.#offset = { x: 0, y: 0 };
    this.#lay();
  }

  #lay() {
    const { width, height } = this.#picture.size;
    // The stage has the shape of the picture where there is room.
    this.#screen.style.setProperty("--shape", String(width / height));
    const size = { width: width * this.#scale, height: height * this.#scale };
    const [spareX, spareY] = [size.width - this.#room.clientWidth, size.height - this.#room.clientHeight];
    const [x, y] = [limited(this.#offset.x, spareX), limited(this.#offset.y, spareY)];
    this.#offset = { x, y };
    Object.assign(this.#canvas.style, {
      width: `${size.width}px`,
      height: `${size.height}px`,
      transform: `translate(-50%, -50%) translate(${x}px, ${y}px)`,
    });
    this.#canvas.dataset.enlarged = String(this.isLarger);
    const choice = this.#zoom === undefined ? "pixels" : this.#zoom === 1 ? "fit" : String(this.#zoom);
    const isListed = [...this.#choice.options].some(({ value }) => value === choice);
    this.#choice.value = isListed ? choice : "other";
  }

  /** With Ctrl the wheel zooms, as trackpads do for two fingers that part. @param {WheelEvent} event */
  #turn(event) {
    if (!event.ctrlKey) return;
    event.preventDefault();
    this.zoomBy(event.deltaY < 0 ? ZOOM_STEP : 1 / ZOOM_STEP, { x: event.clientX, y: event.clientY });
  }

  #showFullscreen() {
    const isFull = document.fullscreenElement !== null;
    const name = isFull ? "Leave full screen" : "Full screen";
    button("#fullscreen").setAttribute("aria-label", name);
    button("#fullscreen").title = `${name} (f)`;
    button("#fullscreen").dataset.full = String(isFull);
  }
}

/** @param {number} offset @param {number} spare */
function limited(offset, spare) {
  const most = Math.max(0, spare / 2);
  return Math.min(most, Math.max(-most, offset));
}
