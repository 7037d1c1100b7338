/*
 * A small line of the last minute, with its mean and its peak.
 */

// @ts-check
/// <reference lib="dom" />

const SVG = "http://www.w3.org/2000/svg";
/** Two values a second (page/socket/frame_socket.ts). */
export const MAX_VALUES = 120;
/** Of the drawing, which is stretched to the room that there is. */
const HEIGHT = 24;
/** Keeps the line inside. */
const MARGIN = 1.5;

/** Draws numbers from 0 on, the newest at the end. */
export class Sparkline {
  /** What stands on the page. */
  element = document.createElementNS(SVG, "svg");
  #name;
  #format;
  #line = document.createElementNS(SVG, "polyline");
  #area = document.createElementNS(SVG, "polygon");
  /** `undefined` where there was nothing to measure. @type {(number | undefined)[]} */
  #values = [];

  /** @param {string} name @param {(value: number) => string} format For people. */
  constructor(name, format) {
    this.#name = name;
    this.#format = format;
    this.element.setAttribute("viewBox", `0 0 ${MAX_VALUES - 1} ${HEIGHT}`);
    this.element.setAttribute("preserveAspectRatio", "none");
    this.element.setAttribute("role", "img");
    this.element.setAttribute("aria-label", `${name}: nothing yet`);
    this.element.append(this.#area, this.#line);
  }

  /** What is drawn, the newest last. */
  get values() {
    return this.#values;
  }

  /** Mean and peak for people, a line each; empty before the first number. */
  get summary() {
    const known = this.#known;
    if (known.length === 0) return "";
    const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
    return `mean ${this.#format(mean)}\npeak ${this.#format(Math.max(...known))}`;
  }

  /** @param {number | undefined} value */
  push(value) {
    this.#values.push(value);
    if (this.#values.length > MAX_VALUES) this.#values.shift();
    const peak = Math.max(...this.#known) || 1;
    const start = MAX_VALUES - this.#values.length;
    const points = this.#values.map((known = 0, index) =>
      `${start + index},${(HEIGHT - MARGIN - known / peak * (HEIGHT - 2 * MARGIN)).toFixed(1)}`
    );
    this.#line.setAttribute("points", points.join(" "));
    this.#area.setAttribute("points", [`${start},${HEIGHT}`, ...points, `${MAX_VALUES - 1},${HEIGHT}`].join(" "));
    const summary = this.summary.replace("\n", ", ") || "nothing yet";
    this.element.setAttribute("aria-label", `${this.#name} in the last minute: ${summary}`);
  }

  clear() {
    this.#values = [];
  }

  get #known() {
    return this.#values.filter((value) => value !== undefined);
  }
}
