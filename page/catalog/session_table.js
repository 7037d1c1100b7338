/*
 * Who watches: a row for each session, with what it was sent since the last look, and a button that ends it.
 */

// @ts-check
/// <reference lib="dom" />

import { element, formatNumber, formatTime } from "../assets/dom.js";

/** @typedef {import("./server_feed.js").ServerFeed} ServerFeed */
/** @typedef {import("./server_feed.js").Session} Session */
/** @typedef {{ frames: number, bytes: number, seconds: number }} Sent */

/** Keeps the table. */
export class SessionTable {
  #section = element("#sessions");
  #title = element("#sessions-title");
  #rows = element("#session-rows");
  #news = element("#session-news");
  #feed;
  /** Rows, and what their sessions had been sent at the last look, by their numbers. @type {Map<number, { row: HTMLElement, sent: Sent }>} */
  #known = new Map();

  /** @param {ServerFeed} feed */
  constructor(feed) {
    this.#feed = feed;
    feed.addEventListener("sessions", (event) => this.#show(/** @type {CustomEvent<Session[]>} */ (event).detail));
  }

  /** @param {Session[]} sessions */
  #show(sessions) {
    this.#section.hidden = sessions.length === 0 && this.#news.textContent === "";
    const title = sessions.length === 1 ? "1 session" : `${sessions.length} sessions`;
    if (this.#title.textContent !== title) this.#title.textContent = title;
    const numbers = new Set(sessions.map(({ number }) => number));
    for (const [number, { row }] of this.#known) {
      if (numbers.has(number)) continue;
      row.remove();
      this.#known.delete(number);
    }
    for (const session of sessions) this.#showOne(session);
  }

  /** @param {Session} session */
  #showOne(session) {
    const { number, frames, bytes, seconds } = session;
    const known = this.#known.get(number);
    const row = known?.row ?? this.#add(session);
    const before = known?.sent ?? { frames, bytes, seconds };
    const passed = seconds - before.seconds;
    const fill = (/** @type {string} */ name, /** @type {string} */ text) => {
      const cell = /** @type {HTMLElement} */ (row.querySelector(`.${name}`));
      if (cell.textContent !== text) cell.textContent = text;
    };
    fill("stream", session.name);
    fill("client", session.peer);
    fill(
      "over",
      session.dialect === "lab"
        ? "lab, UDP"
        : session.transport === "multicast"
        ? "multicast"
        : session.transport.toUpperCase(),
    );
    fill("state", session.state);
    fill("since", formatTime(seconds));
    if (passed > 0) {
      fill("rate", formatNumber((frames - before.frames) / passed, 1));
      fill("bits", formatNumber((bytes - before.bytes) * 8 / passed / 1e6, 2));
    }
    fill("dropped", formatNumber(session.droppedFrames));
    this.#known.set(number, { row, sent: { frames, bytes, seconds } });
  }

  /** @param {Session} session */
  #add({ number, name }) {
    const template = /** @type {HTMLTemplateElement} */ (element("#session"));
    const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    const row = /** @type {HTMLElement} */ (copy.firstElementChild);
    const end = /** @type {HTMLButtonElement} */ (row.querySelector("button"));
    end.setAttribute("aria-label", `End session ${number}, ${name}`);
    end.onclick = () => this.#end(number, end);
    this.#rows.append(row);
    return row;
  }

  /** @param {number} number @param {HTMLButtonElement} button */
  async #end(number, button) {
    button.disabled = true;
    try {
      const response = await fetch(`/api/sessions/${number}`, { method: "DELETE" });
      this.#news.textContent = response.ok ? `Session ${number} was ended` : (await response.text()).trim();
    } catch {
      this.#news.textContent = `Session ${number} was not ended: the server does not answer`;
    }
    button.disabled = false;
    // The button is about to go: who used it by keyboard goes on from the title.
    if (document.activeElement === document.body || document.activeElement === button) this.#title.focus();
    this.#feed.ask();
  }
}
