/*
 * What both ends have reported to each other last, in words.
 */

// @ts-check
/// <reference lib="dom" />

import { element, setStatistic } from "../dom.js";
import { formatClock } from "./exchanges.js";
import { adaptationText, sentencesOf } from "./report_words.js";

/** @typedef {import("../player.js").Player} Player */
/** @typedef {import("./report_words.js").Reports} Exchanged */

const OPEN_KEY = "mjpegrtsp-reports";

/** Lists the newest report of each kind. */
export class Reports {
  #section = element("#reports");
  #list = element("#report-list");
  #shown = "";

  /** @param {Player} player */
  constructor(player) {
    const details = /** @type {HTMLDetailsElement} */ (element("#reports-details"));
    details.open = localStorage.getItem(OPEN_KEY) === "open";
    details.ontoggle = () => localStorage.setItem(OPEN_KEY, details.open ? "open" : "closed");
    player.addEventListener("hello", () => this.#show({}));
    player.addEventListener("stats", (event) => {
      const { reports } = /** @type {CustomEvent<{ reports?: Exchanged }>} */ (event).detail;
      if (reports !== undefined) this.#show(reports);
    });
  }

  /** @param {Exchanged} reports */
  #show(reports) {
    const { adaptation } = reports;
    element("#adaptation").hidden = adaptation === undefined;
    if (adaptation !== undefined) setStatistic("adaptation", adaptationText(adaptation));
    const sentences = sentencesOf(reports);
    this.#section.hidden = sentences.length === 0;
    // Whoever reads a sentence, or has it read, is not disturbed by the same one.
    const text = JSON.stringify(sentences);
    if (text === this.#shown) return;
    this.#shown = text;
    this.#list.replaceChildren(...sentences.map(({ atMs, kind, from, text }) => {
      const item = document.createElement("li");
      const head = document.createElement("p");
      head.textContent = `${formatClock(atMs)} ${kind}, ${from === "sender" ? "server to player" : "player to server"}`;
      const words = document.createElement("p");
      words.textContent = text;
      item.dataset.from = from;
      item.append(head, words);
      return item;
    }));
  }
}
