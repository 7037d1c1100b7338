/*
 * Statistics: what is drawn over the last minute, and the counters behind it.
 */

// @ts-check
/// <reference lib="dom" />

import { element, formatNumber, formatTime, nameOf, saveFile, setStatistic } from "../dom.js";
import { csvOf } from "./csv.js";
import { jsonOf } from "./json.js";
import { METERS } from "./meters.js";
import { MAX_VALUES, Sparkline } from "./sparkline.js";

/** @typedef {import("../player.js").Player} Player */
/** @typedef {import("../stage/picture.js").Picture} Picture */
/** @typedef {import("./meters.js").Report} Report */
/** @typedef {{ encoding: string, packets: number, lostPackets: number, jitterMs: number }} Track */

/** Counters that are shown as they are. */
const COUNTERS = [
  ...["frames", "packets", "lostPackets", "duplicatePackets", "reorderedPackets", "repairedPackets"],
  ...["malformedPackets", "otherPayloadTypePackets", "strayPackets", "unexpectedSourcePackets"],
];

/** Follows the reports of the player. */
export class Statistics {
  #player;
  #picture;
  #lines = METERS.map((meter) => ({ meter, ...createLine(meter) }));
  /** When each of the values was measured that are drawn, in milliseconds since 1970. @type {number[]} */
  #times = [];
  /** @type {Report | undefined} */
  #before;
  /** The newest counters. @type {Record<string, unknown>} */
  #counters = {};

  /** @param {{ player: Player, picture: Picture }} parts */
  constructor({ player, picture }) {
    this.#player = player;
    this.#picture = picture;
    element("#statistics-save").onclick = () => this.#save();
    element("#statistics-json").onclick = () => this.#saveJson();
    element("#meters").append(...this.#lines.map(({ row }) => row));
    player.addEventListener("hello", () => this.#restart());
    player.addEventListener("stats", (event) => this.#show(/** @type {CustomEvent} */ (event).detail));
  }

  /** Another player counts from 0. */
  #restart() {
    this.#before = undefined;
    this.#times = [];
    for (const { sparkline } of this.#lines) sparkline.clear();
  }

  /** @param {any} stats */
  #show(stats) {
    this.#measure(stats);
    const { type: _, packet: __, ...counters } = stats;
    this.#counters = counters;
    for (const name of COUNTERS) setStatistic(name, formatNumber(stats[name]));
    setStatistic("droppedFrames", `${formatNumber(stats.droppedFrames)} frames`);
    setStatistic("totalLoss", `${(stats.lossRate * 100).toFixed(1)} %`);
    setStatistic("seconds", formatTime(stats.seconds));
    setStatistic("playout", playoutOf(stats));
    setStatistic("damagedFrames", this.#damage(stats));
    const senderTimeMs = /** @type {number | undefined} */ (stats.senderTimeMs);
    setStatistic("senderTime", senderTimeMs === undefined ? "–" : new Date(senderTimeMs).toLocaleTimeString());
    showTracks(stats.tracks);
  }

  /** @param {Report} now */
  #measure(now) {
    const before = this.#before;
    this.#before = now;
    this.#times.push(Date.now());
    if (this.#times.length > MAX_VALUES) this.#times.shift();
    for (const { meter, sparkline, value, summary } of this.#lines) {
      const measured = this.#player.isPlaying && before !== undefined ? meter.read(now, before) : undefined;
      sparkline.push(measured);
      value.textContent = measured === undefined ? "–" : meter.format(measured);
      summary.textContent = sparkline.summary;
    }
  }

  /** Stores what is drawn. */
  #save() {
    const text = csvOf(this.#times, this.#columns);
    saveFile(`${nameOf(this.#player.title)}-statistics.csv`, new Blob([text], { type: "text/csv" }));
  }

  #saveJson() {
    const { title, server } = this.#player;
    const text = jsonOf({ title, server, counters: this.#counters }, this.#times, this.#columns);
    saveFile(`${nameOf(title)}-statistics.json`, new Blob([text], { type: "application/json" }));
  }

  get #columns() {
    return this.#lines.map(({ meter, sparkline }) => ({ name: meter.stat, values: sparkline.values }));
  }

  /** Damaged frames by cause. @param {{ damagedFrames: number, damageCauses: Record<string, number> }} stats */
  #damage({ damagedFrames, damageCauses }) {
    const causes = Object.entries(damageCauses).map(([cause, count]) => `${count} ${cause.replaceAll("-", " ")}`);
    const { undecodableFrames } = this.#picture;
    if (undecodableFrames > 0) causes.push(`${undecodableFrames} not decodable`);
    return causes.length === 0 ? String(damagedFrames) : causes.join(", ");
  }
}

/** How long frames wait to be shown, and how many came too late. @param {{ playoutDelayMs: number, lateFrames: number }} stats */
function playoutOf({ playoutDelayMs, lateFrames }) {
  const delay = playoutDelayMs === 0 ? "none" : `${Math.round(playoutDelayMs)} ms`;
  return lateFrames === 0 ? delay : `${delay}, ${formatNumber(lateFrames)} late`;
}

/** A line of the list. @param {import("./meters.js").Meter} meter */
function createLine({ stat, name, format }) {
  const sparkline = new Sparkline(name, format);
  const [row, term] = [document.createElement("div"), document.createElement("dt")];
  const [value, drawing, summary] = ["dd", "dd", "dd"].map((tag) => document.createElement(tag));
  term.textContent = name;
  value.textContent = "–";
  value.dataset.stat = stat;
  drawing.className = "drawing";
  drawing.append(sparkline.element);
  summary.className = "summary";
  row.append(term, value, drawing, summary);
  return { row, sparkline, value, summary };
}

/** A line for each track of sound. @param {Track[]} tracks */
function showTracks(tracks) {
  const list = element("#tracks");
  list.hidden = tracks.length === 0;
  list.replaceChildren(...tracks.map(({ encoding, packets, lostPackets, jitterMs }) => {
    const line = document.createElement("div");
    const [name, value] = [document.createElement("dt"), document.createElement("dd")];
    name.textContent = `Sound (${encoding})`;
    value.textContent = `${formatNumber(packets)} packets, ${formatNumber(lostPackets)} lost`;
    value.title = `Jitter ${jitterMs.toFixed(1)} ms`;
    line.append(name, value);
    return line;
  }));
}
