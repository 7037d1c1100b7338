/*
 * The session as the networking lab has it: its states, and its buttons, three or four.
 */

// @ts-check
/// <reference lib="dom" />

import { element, elements, setStatistic } from "../dom.js";

/** @typedef {import("../player.js").Player} Player */
/** @typedef {import("../player.js").Command} Command */

const MODE_KEY = "mjpegrtsp-buttons";

/** Shows the state, and sends what the buttons stand for. */
export class SessionPanel {
  #player;
  #modes = elements('[name="mode"]').map((mode) => /** @type {HTMLInputElement} */ (mode));

  /** @param {Player} player */
  constructor(player) {
    this.#player = player;
    player.addEventListener("hello", () => this.#showPlayer());
    player.addEventListener("gone", (event) => this.#showGone(/** @type {CustomEvent} */ (event).detail));
    player.addEventListener("status", () => this.#showStatus());
    for (const choice of elements("[data-command]")) choice.onclick = () => player.send([commandOf(choice)]);
    for (const choice of elements("#three [data-action]")) {
      choice.onclick = () => choice.dataset.action === "play" ? player.play() : player.send(this.#meaning(choice));
    }
    const saved = localStorage.getItem(MODE_KEY);
    for (const mode of this.#modes) {
      mode.checked = mode.value === (saved ?? "player");
      mode.onchange = () => this.#setMode();
    }
    this.#setMode();
  }

  #setMode() {
    const mode = this.#modes.find(({ checked }) => checked)?.value ?? "player";
    localStorage.setItem(MODE_KEY, mode);
    element("#three").hidden = mode !== "three";
    element("#four").hidden = mode !== "four";
  }

  #showPlayer() {
    const { title, server } = this.#player;
    element("#title").textContent = title;
    element("h1").title = `${title} from ${server}`;
    element("#server").textContent = server;
    document.title = `${title} · mjpegrtsp`;
    showLink("live", "connected to the player");
  }

  /** @param {string | null} refusal */
  #showGone(refusal) {
    showLink("gone", refusal === null ? "the player is gone" : "waiting for the player");
  }

  #showStatus() {
    const { status } = this.#player;
    for (const item of elements(".states li")) {
      if (item.dataset.state === status.state) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    }
    setStatistic("state", status.state);
    setStatistic("dialect", status.dialect ?? "–");
    setStatistic("transport", status.transport === "multicast" ? "multicast" : status.transport.toUpperCase());
    for (const choice of elements("[data-command]")) disable(choice, !this.#player.can(commandOf(choice)));
    for (const choice of elements("#three [data-action]")) disable(choice, this.#meaning(choice).length === 0);
  }

  /** @param {HTMLElement} choice */
  #meaning(choice) {
    return this.#player.commandsOf(choice.dataset.action);
  }
}

/** @param {HTMLElement} choice */
function commandOf(choice) {
  return /** @type {Command} */ (choice.dataset.command);
}

/** @param {HTMLElement} choice @param {boolean} isDisabled */
function disable(choice, isDisabled) {
  /** @type {HTMLButtonElement} */ (choice).disabled = isDisabled;
}

/** @param {string} state @param {string} text */
function showLink(state, text) {
  element("#link").dataset.link = state;
  element("#link").textContent = text;
}
