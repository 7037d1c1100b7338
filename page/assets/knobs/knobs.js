/*
 * The emulated network as sliders, where the server lets it be changed (serve --lab-knobs): what they do is seen in the statistics
 * beside them.
 */

// @ts-check
/// <reference lib="dom" />

import { button, element, releaseFocus } from "../dom.js";
import { KNOBS, PERFECT, stepOf } from "./scales.js";

/** @typedef {import("../player.js").Player} Player */
/** @typedef {import("./scales.js").Knob} Knob */
/** @typedef {import("./scales.js").Network} Network */

/** A slider that is dragged says no more often what it stands at, in milliseconds. */
const SEND_MS = 200;

/** Shows what the server emulates, and asks for something else. */
export class Knobs {
  #player;
  #section = element("#knobs");
  #rows = KNOBS.map((knob) => createRow(knob));
  /** What was asked for and is not sent yet. @type {Partial<Network>} */
  #wanted = {};
  #isWaiting = false;
  /** The slider that is held. @type {HTMLInputElement | undefined} */
  #held;

  /** @param {Player} player */
  constructor(player) {
    this.#player = player;
    element("#knob-list").append(...this.#rows.map(({ row }) => row));
    for (const { knob, input, output } of this.#rows) {
      input.addEventListener("pointerdown", () => this.#held = input);
      input.addEventListener("input", () => {
        const value = knob.steps[Number(input.value)];
        showValue({ knob, input, output }, value);
        this.#want({ [knob.key]: value });
      });
      input.addEventListener("change", () => this.#held = undefined);
      releaseFocus(input);
    }
    button("#knobs-reset").onclick = () => this.#want(PERFECT);
    player.addEventListener("status", () => this.#show(player.status.emulation));
  }

  /** @param {Network | undefined} network */
  #show(network) {
    this.#section.hidden = network === undefined;
    if (network === undefined) return;
    for (const { knob, input, output } of this.#rows) {
      if (input === this.#held || knob.key in this.#wanted) continue;
      input.value = String(stepOf(knob, network[knob.key]));
      showValue({ knob, input, output }, network[knob.key]);
    }
    button("#knobs-reset").disabled = KNOBS.every(({ key }) => network[key] === 0);
  }

  /** @param {Partial<Network>} change */
  #want(change) {
    Object.assign(this.#wanted, change);
    if (this.#isWaiting) return;
    this.#send();
    this.#isWaiting = true;
    setTimeout(() => {
      this.#isWaiting = false;
      if (Object.keys(this.#wanted).length > 0) this.#want({});
    }, SEND_MS);
  }

  #send() {
    this.#player.emulate(this.#wanted);
    this.#wanted = {};
  }
}

/** @param {Knob} knob */
function createRow(knob) {
  const row = document.createElement("div");
  const label = document.createElement("label");
  const input = document.createElement("input");
  const output = document.createElement("output");
  input.id = `knob-${knob.key}`;
  input.type = "range";
  input.min = "0";
  input.max = String(knob.steps.length - 1);
  input.value = "0";
  label.htmlFor = output.htmlFor.value = input.id;
  label.textContent = knob.name;
  row.append(label, output, input);
  return { knob, row, input, output };
}

/** @param {{ knob: Knob, input: HTMLInputElement, output: HTMLOutputElement }} row @param {number} value */
function showValue({ knob, input, output }, value) {
  const text = knob.format(value);
  output.textContent = text;
  input.setAttribute("aria-valuetext", text);
}
