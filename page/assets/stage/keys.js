/*
 * The keys, as on YouTube where it has them, and the list of them.
 */

// @ts-check
/// <reference lib="dom" />

import { button, element } from "../dom.js";
import { SKIP_SECONDS } from "./controls.js";

/** @typedef {import("../player.js").Player} Player */
/** @typedef {import("./controls.js").Controls} Controls */
/** @typedef {import("./picture.js").Picture} Picture */
/** @typedef {import("./record_button.js").RecordButton} RecordButton */
/** @typedef {import("./view.js").View} View */
/** @typedef {import("./volume.js").Volume} Volume */
/** @typedef {import("../playlist/playlist.js").Playlist} Playlist */
/** @typedef {import("../playlist/drawer.js").Drawer} Drawer */
/** @typedef {import("../grid/grid.js").Grid} Grid */
/**
 * The parts of the page that keys are for.
 *
 * @typedef {{
 *   player: Player, picture: Picture, controls: Controls, recordButton: RecordButton, view: View, volume: Volume,
 *   playlist: Playlist, drawer: Drawer, grid: Grid,
 * }} Parts
 */

/** How far arrows go, in seconds. */
const ARROW_SECONDS = 5;

/**
 * What keys do, and how the list says it. `isOff` tells that they are the browser's for now.
 *
 * @typedef {{ keys: string[], shown: string, does: string, act: (key: string) => void, isOff?: () => boolean }} Binding
 */

/** Hears the keys. */
export class Keys {
  /** @type {Binding[]} */
  #bindings;
  #help = /** @type {HTMLDialogElement} */ (element("#help"));

  /** @param {Parts} parts */
  constructor({ player, picture, controls, recordButton, view, volume, playlist, drawer, grid }) {
    const digits = [..."0123456789"];
    const isOff = () => !volume.isShown;
    const isAlone = () => !playlist.isThere;
    this.#bindings = [
      { keys: [" ", "k"], shown: "Space k", does: "Play or pause", act: () => controls.toggle() },
      { keys: ["j"], shown: "j", does: "10 s back", act: () => controls.skip(-SKIP_SECONDS) },
      { keys: ["l"], shown: "l", does: "10 s on", act: () => controls.skip(SKIP_SECONDS) },
      { keys: ["ArrowLeft"], shown: "←", does: "5 s back", act: () => controls.skip(-ARROW_SECONDS) },
      { keys: ["ArrowRight"], shown: "→", does: "5 s on", act: () => controls.skip(ARROW_SECONDS) },
      { keys: [","], shown: ",", does: "The frame before", act: () => picture.stepBack() },
      { keys: ["."], shown: ".", does: "The next frame", act: () => picture.stepOn() },
      {
        keys: digits,
        shown: "0–9",
        does: "To a tenth of the movie",
        act: (digit) => controls.goTo(Number(digit) / 10),
      },
      { keys: ["Home"], shown: "Home", does: "To the beginning", act: () => controls.goTo(0) },
      { keys: ["End"], shown: "End", does: "To the end", act: () => controls.goTo(1) },
      { keys: ["N"], shown: "Shift n", does: "The next stream", act: () => drawer.skip(1), isOff: isAlone },
      { keys: ["P"], shown: "Shift p", does: "The stream before", act: () => drawer.skip(-1), isOff: isAlone },
      { keys: ["g"], shown: "g", does: "All streams at once, or one", act: () => grid.toggle(), isOff: isAlone },
      { keys: ["Escape"], shown: "Esc", does: "Back to all", act: () => grid.open(), isOff: () => !grid.canGoBack },
      { keys: ["<"], shown: "<", does: "Slower", act: () => controls.changeSpeed(-1) },
      { keys: [">"], shown: ">", does: "Faster", act: () => controls.changeSpeed(1) },
      { keys: ["m"], shown: "m", does: "Sound, or none", act: () => volume.toggle(), isOff },
      { keys: ["ArrowUp"], shown: "↑", does: "Louder", act: () => volume.change(1), isOff },
      { keys: ["ArrowDown"], shown: "↓", does: "Quieter", act: () => volume.change(-1), isOff },
      { keys: ["f"], shown: "f", does: "Full screen", act: () => view.toggleFullscreen() },
      { keys: ["i"], shown: "i", does: "A window of its own", act: () => view.toggleWindow() },
      { keys: ["+", "="], shown: "+", does: "Enlarge", act: () => view.zoomIn() },
      { keys: ["-"], shown: "−", does: "Reduce", act: () => view.zoomOut() },
      { keys: ["r"], shown: "r", does: "Loop", act: () => controls.toggleLoop() },
      { keys: ["s"], shown: "s", does: "Save a snapshot", act: () => controls.saveSnapshot() },
      { keys: ["R"], shown: "Shift R", does: "Record, or end it", act: () => recordButton.toggle() },
      { keys: ["x"], shown: "x", does: "Stop", act: () => player.send(player.commandsOf("stop")) },
      { keys: ["?"], shown: "?", does: "These keys", act: () => this.toggleHelp() },
    ];
    element("#key-list").append(...this.#bindings.map(line));
    button("#help-button").onclick = () => this.toggleHelp();
    button("#help-close").onclick = () => this.#help.close();
    document.addEventListener("keydown", (event) => this.#press(event));
  }

  toggleHelp() {
    if (this.#help.open) this.#help.close();
    else this.#help.showModal();
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const binding = this.#bindings.find(({ keys }) => keys.includes(event.key));
    if (binding === undefined || binding.isOff?.() || isMeantFor(event.target, event.key)) return;
    if (this.#help.open && event.key !== "?") return;
    event.preventDefault();
    binding.act(event.key);
  }
}

/**
 * Whether an element does something of its own with a key: buttons with Space, choices with arrows and Space, lists with all, sliders
 * with those that move them.
 *
 * @param {EventTarget | null} target
 * @param {string} key
 */
function isMeantFor(target, key) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("select") !== null) return true;
  if (target.closest("#volume, #knobs input") !== null) {
    return key.startsWith("Arrow") || key === "Home" || key === "End";
  }
  if (target.id === "seek" && (key === "ArrowUp" || key === "ArrowDown")) return true;
  if (target.closest("[type=radio]") !== null) return key === " " || key.startsWith("Arrow");
  return key === " " && target.closest("button, a, summary") !== null;
}

/** @param {Binding} binding */
function line({ shown, does }) {
  const row = document.createElement("div");
  const [term, meaning] = [document.createElement("dt"), document.createElement("dd")];
  for (const key of shown.split(" ")) {
    term.append(Object.assign(document.createElement("kbd"), { textContent: key }), " ");
  }
  meaning.textContent = does;
  row.append(term, meaning);
  return row;
}
