/*
 * The session as a whole, with mean and peak: folded up while it goes on, and open when it is over.
 */

// @ts-check
/// <reference lib="dom" />

import { element, formatNumber, formatTime } from "../dom.js";
import { METERS } from "./meters.js";

/** @typedef {import("../player.js").Player} Player */
/**
 * The counters of page/playback.ts that it needs.
 *
 * @typedef {{
 *   frames: number, damagedFrames: number, packets: number, lostPackets: number, lossRate: number, bytes: number, seconds: number,
 *   fps: number, peakFps: number, bitrate: number, peakBitrate: number, largestFrameBytes: number, peakJitterMs: number,
 * }} Counters
 */
/** @typedef {{ name: string, mean: string, peak: string }} Row */

const NONE = "–";

/** Follows the reports of the player. */
export class Summary {
  #player;
  #card = element("#summary");
  #details = /** @type {HTMLDetailsElement} */ (element("#summary details"));
  #rows = element("#summary-rows");
  #text = element("#summary-text");
  #wasOver = true;

  /** @param {Player} player */
  constructor(player) {
    this.#player = player;
    player.addEventListener("stats", (event) => this.#show(/** @type {CustomEvent<Counters>} */ (event).detail));
    player.addEventListener("status", () => this.#unfold());
  }

  /** @param {Counters} counters */
  #show(counters) {
    this.#card.hidden = counters.frames === 0;
    const { frames, damagedFrames, packets, lostPackets, seconds } = counters;
    this.#text.textContent = `${formatNumber(frames)} frames in ${formatTime(seconds)}, ` +
      `${formatNumber(damagedFrames)} damaged; ${formatNumber(packets)} packets, ${formatNumber(lostPackets)} lost`;
    this.#rows.replaceChildren(...rowsOf(counters).map(createRow));
  }

  /** Opens when the session is over; whoever folds it up then, has it folded up. */
  #unfold() {
    const { status: { state, isAtEnd, ended } } = this.#player;
    const isOver = state === "INIT" || isAtEnd || ended;
    if (isOver && !this.#wasOver) this.#details.open = true;
    this.#wasOver = isOver;
  }
}

/** @param {Counters} counters @returns {Row[]} */
export function rowsOf(counters) {
  const { frames, bytes, fps, peakFps, bitrate, peakBitrate, largestFrameBytes, lossRate, peakJitterMs } = counters;
  /** @type {Record<string, [mean: number | undefined, peak: number | undefined]>} */
  const values = {
    fps: [fps, peakFps],
    bitrate: [bitrate, peakBitrate],
    lossRate: [lossRate, undefined],
    jitter: [undefined, peakJitterMs],
    frameSize: [frames === 0 ? undefined : bytes / frames, largestFrameBytes],
  };
  return METERS.filter(({ stat }) => stat in values).map(({ stat, name, format }) => {
    const [mean, peak] = values[stat].map((value) => value === undefined ? NONE : format(value));
    return { name, mean, peak };
  });
}

/** @param {Row} row */
function createRow({ name, mean, peak }) {
  const row = document.createElement("tr");
  const head = Object.assign(document.createElement("th"), { scope: "row", textContent: name });
  row.append(head, ...[mean, peak].map((text) => Object.assign(document.createElement("td"), { textContent: text })));
  return row;
}
