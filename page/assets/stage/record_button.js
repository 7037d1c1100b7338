/*
 * The button that records what comes, and on the picture how long that is already.
 */

// @ts-check
/// <reference lib="dom" />

import { button, element, formatNumber, formatTime } from "../dom.js";

/** @typedef {import("../player.js").Player} Player */
/** @typedef {import("../record/recording.js").Recording} Recording */
/** @typedef {import("./bubble.js").Bubble} Bubble */

/** Begins a recording and ends it, and shows that there is one. */
export class RecordButton {
  #player;
  #recording;
  #button = button("#record");
  #state = element("#recording");
  #text = element("#recording-text");

  /** @param {{ player: Player, recording: Recording, bubble: Bubble }} parts */
  constructor({ player, recording, bubble }) {
    this.#player = player;
    this.#recording = recording;
    this.#button.onclick = () => this.toggle();
    for (const name of ["hello", "gone", "status"]) player.addEventListener(name, () => this.#show());
    recording.addEventListener("change", () => this.#show());
    recording.addEventListener("ended", (event) => {
      const { text, isTrouble } = /** @type {CustomEvent<{ text: string, isTrouble?: boolean }>} */ (event).detail;
      // What went wrong stays: stage/notices.js.
      if (!isTrouble) bubble.show(text);
    });
    this.#show();
  }

  toggle() {
    if (!this.#button.disabled) this.#recording.toggle();
  }

  #show() {
    const { isRunning, seconds, bytes } = this.#recording;
    const name = isRunning ? "Stop recording" : "Record";
    this.#button.disabled = !isRunning && !this.#player.isConnected;
    this.#state.hidden = !isRunning;
    const text = `${formatTime(seconds)} · ${formatNumber(bytes / 1e6, 1)} MB`;
    if (this.#text.textContent !== text) this.#text.textContent = text;
    if (this.#button.ariaLabel === name) return;
    this.#button.ariaLabel = name;
    this.#button.title = `${name} (Shift R)`;
    this.#button.dataset.isOn = String(isRunning);
  }
}
