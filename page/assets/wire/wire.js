/*
 * The dialogue with the server, as it goes over the wire: requests and replies side by side, with their times.
 */

// @ts-check
/// <reference lib="dom" />

import { element, nameOf, saveFile } from "../dom.js";
import { addMessage, dialogueText, formatClock } from "./exchanges.js";

/** @typedef {import("../player.js").Player} Player */
/** @typedef {import("./exchanges.js").WireMessage} WireMessage */
/** @typedef {import("./exchanges.js").Exchange} Exchange */

const OPEN_KEY = "mjpegrtsp-wire";
/** Messages that are shown; the player keeps as many. */
const MAX_MESSAGES = 100;
/** How far from its end the list may be to follow what comes, in pixels. */
const NEAR_END = 24;

/** Shows what goes over the wire. */
export class Wire {
  #player;
  #section = element("#wire");
  #list = element("#wire-list");
  /** @type {WireMessage[]} */
  #messages = [];
  /** @type {Exchange[]} */
  #exchanges = [];
  /** @type {Map<Exchange, HTMLElement>} */
  #rows = new Map();

  /** @param {Player} player */
  constructor(player) {
    this.#player = player;
    player.addEventListener("hello", () => this.#clear());
    player.addEventListener("wire", (event) => this.#show(/** @type {CustomEvent<WireMessage[]>} */ (event).detail));
    const details = /** @type {HTMLDetailsElement} */ (element("#wire-details"));
    const isWide = matchMedia("(min-width: 821px)").matches;
    details.open = (localStorage.getItem(OPEN_KEY) ?? (isWide ? "open" : "closed")) === "open";
    details.ontoggle = () => {
      localStorage.setItem(OPEN_KEY, details.open ? "open" : "closed");
      this.#list.scrollTop = this.#list.scrollHeight;
    };
    element("#wire-save").onclick = () => this.#save();
  }

  #clear() {
    this.#messages = [];
    this.#exchanges = [];
    this.#rows.clear();
    this.#list.replaceChildren();
    this.#section.hidden = true;
  }

  /** @param {WireMessage[]} messages */
  #show(messages) {
    const list = this.#list;
    const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END;
    for (const message of messages) this.#add(message);
    this.#section.hidden = false;
    if (isAtEnd) list.scrollTop = list.scrollHeight;
  }

  /** @param {WireMessage} message */
  #add(message) {
    this.#messages.push(message);
    const exchange = addMessage(this.#exchanges, message);
    const row = this.#rows.get(exchange) ?? this.#list.appendChild(document.createElement("li"));
    this.#rows.set(exchange, row);
    row.replaceChildren(...cellsOf(exchange));
    if (this.#messages.length > MAX_MESSAGES) this.#forgetOldest();
  }

  #forgetOldest() {
    const oldest = this.#exchanges.shift();
    if (oldest === undefined) return;
    this.#messages = this.#messages.filter((message) => message !== oldest.request && message !== oldest.reply);
    this.#rows.get(oldest)?.remove();
    this.#rows.delete(oldest);
  }

  #save() {
    saveFile(
      `${nameOf(this.#player.title)}-dialogue.txt`,
      new Blob([dialogueText(this.#messages)], { type: "text/plain" }),
    );
  }
}

/** @param {Exchange} exchange */
function cellsOf({ request, reply }) {
  return [request, reply].flatMap((message) => {
    if (message === undefined) return [];
    const cell = document.createElement("div");
    cell.dataset.direction = message.direction;
    const time = document.createElement("p");
    const took = message === reply && request !== undefined
      ? `, after ${Math.round(message.atMs - request.atMs)} ms`
      : "";
    time.textContent = `${formatClock(message.atMs)} ${message.direction}${took}`;
    const text = document.createElement("pre");
    const first = document.createElement("strong");
    first.textContent = message.lines[0];
    text.append(first, ...message.lines.slice(1).map((line) => `\n${line}`));
    cell.append(time, text);
    return [cell];
  });
}
