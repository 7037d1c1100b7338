/*
 * The packets of the last seconds as a chart: sequence number over the time of arrival. The player is asked for packets only while
 * somebody looks.
 */

// @ts-check
/// <reference lib="dom" />

import { button, element } from "../dom.js";
import { Arrivals, describe } from "./arrivals.js";
import { drawSequence } from "./sequence_drawing.js";

/** @typedef {import("../player.js").Player} Player */
/** @typedef {{ startMs: number, packets: [number, number, number, 0 | 1][], omitted: number, isCaptured: boolean }} PacketsMessage */

const OPEN_KEY = "mjpegrtsp-sequence";
const DRAW_MS = 100;
/** How often the chart is told in words, in milliseconds: more often, nobody could read it. */
const TELL_MS = 1000;
/** The longest span. */
const KEPT_MS = 5000;

/** Draws what comes. */
export class SequenceChart {
  #player;
  #section = element("#sequence");
  #details = /** @type {HTMLDetailsElement} */ (element("#sequence-details"));
  #canvas = /** @type {HTMLCanvasElement} */ (element("#sequence-chart"));
  #span = /** @type {HTMLSelectElement} */ (element("#sequence-span"));
  #hold = button("#sequence-hold");
  #arrivals = new Arrivals(KEPT_MS);
  /** When the newest packets were told of, by the page's clock. */
  #toldMs = 0;
  /** Where the chart ends while it is held, in milliseconds since 1970. @type {number | undefined} */
  #heldMs;
  #wordsMs = 0;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  /** @param {Player} player */
  constructor(player) {
    this.#player = player;
    this.#details.open = localStorage.getItem(OPEN_KEY) === "open";
    this.#details.ontoggle = () => {
      localStorage.setItem(OPEN_KEY, this.#details.open ? "open" : "closed");
      this.#look();
    };
    document.addEventListener("visibilitychange", () => this.#look());
    player.addEventListener("hello", () => {
      this.#section.hidden = true;
      this.#arrivals.restart();
      this.#stop();
    });
    player.addEventListener("stats", (event) => {
      const { packet } = /** @type {CustomEvent<{ packet?: number[] }>} */ (event).detail;
      if (packet === undefined || !this.#section.hidden) return;
      this.#section.hidden = false;
      this.#look();
    });
    player.addEventListener(
      "packets",
      (event) => this.#take(/** @type {CustomEvent<PacketsMessage>} */ (event).detail),
    );
    this.#span.onchange = () => this.#draw();
    this.#hold.onclick = () => {
      // What came while the picture was held is not drawn, and not missing either.
      if (this.#heldMs !== undefined) this.#arrivals.restart();
      this.#heldMs = this.#heldMs === undefined ? this.#nowMs : undefined;
      this.#hold.setAttribute("aria-pressed", String(this.#heldMs !== undefined));
      this.#draw();
    };
  }

  /** Begins to look, or ceases to. */
  #look() {
    const isLooking = this.#details.open && !this.#section.hidden && !document.hidden;
    if (isLooking === (this.#timer !== undefined)) return;
    if (!isLooking) return this.#stop();
    this.#arrivals.restart();
    this.#player.wantPackets(true);
    this.#timer = setInterval(() => this.#draw(), DRAW_MS);
    this.#draw();
  }

  #stop() {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#player.wantPackets(false);
  }

  /** @param {PacketsMessage} message */
  #take({ startMs, packets, omitted, isCaptured }) {
    element("#sequence-save").hidden = !isCaptured;
    if (this.#heldMs !== undefined) return;
    if (omitted > 0) this.#arrivals.restart();
    this.#arrivals.add(
      packets.map(([sequenceNumber, atMs, , marker]) => ({
        sequenceNumber,
        atMs: startMs + atMs,
        marker: marker === 1,
      })),
    );
    this.#toldMs = performance.now();
  }

  /** The time by the player's clock: that of the newest packet, and what has gone by since. */
  get #nowMs() {
    return (this.#arrivals.newestMs ?? 0) + performance.now() - this.#toldMs;
  }

  #draw() {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const context = this.#canvas.getContext("2d");
    if (context === null || width === 0) return;
    const ratio = devicePixelRatio;
    const [pixelWidth, pixelHeight] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.#canvas.width !== pixelWidth || this.#canvas.height !== pixelHeight) {
      this.#canvas.width = pixelWidth;
      this.#canvas.height = pixelHeight;
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const toMs = this.#heldMs ?? this.#nowMs;
    const fromMs = toMs - Number(this.#span.value);
    const span = this.#arrivals.between(fromMs, toMs);
    drawSequence(context, { span, fromMs, toMs, width, height, colours: coloursOf(this.#canvas) });
    if (performance.now() - this.#wordsMs < TELL_MS && this.#heldMs === undefined) return;
    this.#wordsMs = performance.now();
    element("#sequence-summary").textContent = describe(span);
  }
}

/** The colours of the page's scheme, or of the system where it forces its own. @param {HTMLElement} canvas */
function coloursOf(canvas) {
  const style = getComputedStyle(canvas);
  const colour = /** @param {string} name */ (name) => style.getPropertyValue(`--chart-${name}`).trim();
  return {
    ...{ line: colour("line"), packet: colour("packet"), missing: colour("missing") },
    ...{ double: colour("double"), late: colour("late"), text: colour("text") },
  };
}
