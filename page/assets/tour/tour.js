/*
 * The guided tour: a card that goes through the steps of docs/TOUR.md, and marks the part of the page that each speaks of.
 */

// @ts-check
/// <reference lib="dom" />

import { button, element } from "../dom.js";
import { stepsOf, TARGETS } from "./steps.js";

/** @typedef {import("./steps.js").Step} Step */
/** @typedef {import("./steps.js").Block} Block */

/** The step that is open, from 0; `closed` for none. */
const STEP_KEY = "mjpegrtsp-tour";
const TAGS = { code: "code", strong: "strong", emphasis: "em" };

/** Opened from its link, and remembered from one visit to the next. */
export class Tour {
  #card = element("#tour");
  /** @type {Promise<Step[]> | undefined} */
  #steps;
  #index = 0;
  /** @type {HTMLElement | undefined} */
  #marked;

  constructor() {
    const link = button("#tour-link");
    link.onclick = () => this.#open(0);
    button("#tour-back").onclick = () => this.#open(this.#index - 1);
    button("#tour-next").onclick = () => this.#open(this.#index + 1);
    button("#tour-close").onclick = () => {
      this.#close();
      link.focus();
    };
    this.#card.onkeydown = (event) => {
      if (event.key === "Escape") button("#tour-close").click();
    };
    const saved = Number(localStorage.getItem(STEP_KEY) ?? NaN);
    if (Number.isInteger(saved)) this.#open(saved, { isReturn: true });
  }

  /** @param {number} index @param {{ isReturn?: boolean }} [options] Whether the page was loaded at this step. */
  async #open(index, { isReturn = false } = {}) {
    this.#steps ??= load();
    let steps;
    try {
      steps = await this.#steps;
    } catch {
      // The player is gone: its link says so.
      this.#steps = undefined;
      return;
    }
    const step = steps[index];
    if (step === undefined) return this.#close();
    this.#index = index;
    localStorage.setItem(STEP_KEY, String(index));
    this.#card.hidden = false;
    element("#tour-count").textContent = `Step ${index + 1} of ${steps.length}`;
    element("#tour-title").textContent = step.title;
    const text = element("#tour-text");
    text.replaceChildren(...step.blocks.map(blockElement));
    text.scrollTop = 0;
    button("#tour-back").disabled = index === 0;
    button("#tour-next").textContent = index === steps.length - 1 ? "Done" : "Next";
    this.#mark(TARGETS[index], { scrolls: !isReturn });
    if (!isReturn) element("#tour-title").focus();
  }

  #close() {
    localStorage.setItem(STEP_KEY, "closed");
    this.#card.hidden = true;
    this.#unmark();
  }

  /** @param {string} target @param {{ scrolls: boolean }} options */
  #mark(target, { scrolls }) {
    this.#unmark();
    const found = target.split(", ").map((selector) => element(selector)).find((part) =>
      part.closest("[hidden]") === null
    );
    if (found === undefined) return;
    const marked = found.closest("details") ?? found;
    const details = marked instanceof HTMLDetailsElement ? marked : marked.querySelector("details");
    if (details !== null) details.open = true;
    this.#marked = marked;
    marked.dataset.tour = "marked";
    if (scrolls) marked.scrollIntoView({ block: "start" });
  }

  #unmark() {
    delete this.#marked?.dataset.tour;
    this.#marked = undefined;
  }
}

/** @returns {Promise<Step[]>} */
async function load() {
  const response = await fetch(new URL("./tour.md", import.meta.url));
  if (!response.ok) throw new Error(`The tour cannot be had: ${response.status}`);
  return stepsOf(await response.text());
}

/** @param {Block} block */
function blockElement(block) {
  if (block.kind === "commands") {
    const commands = document.createElement("pre");
    commands.textContent = block.text;
    // Long lines can be scrolled by keys.
    commands.tabIndex = 0;
    return commands;
  }
  const paragraph = document.createElement("p");
  for (const { kind, text } of block.runs) {
    paragraph.append(kind === "text" ? text : Object.assign(document.createElement(TAGS[kind]), { textContent: text }));
  }
  return paragraph;
}
