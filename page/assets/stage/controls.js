/*
 * The buttons on the stage: play, stop, skip, step, speed, loop, snapshot.
 */

// @ts-check
/// <reference lib="dom" />

import { button, element, elements, nameOf, releaseFocus, saveFile } from "../dom.js";

/** @typedef {import("../player.js").Player} Player */
/** @typedef {import("./picture.js").Picture} Picture */
/** @typedef {import("./bubble.js").Bubble} Bubble */

/** How far the skip buttons go, in seconds. */
export const SKIP_SECONDS = 10;

/** Follows the player, and does what its buttons say. */
export class Controls {
  #player;
  #picture;
  #bubble;
  #speed = /** @type {HTMLSelectElement} */ (element("#speed"));
  #loop = button("#loop");

  /** @param {{ player: Player, picture: Picture, bubble: Bubble }} parts */
  constructor({ player, picture, bubble }) {
    this.#player = player;
    this.#picture = picture;
    this.#bubble = bubble;
    player.addEventListener("status", () => this.#show());
    picture.addEventListener("drawn", () => {
      this.#showWaiting();
      this.#showBig();
    });
    for (const toggle of elements("[data-toggle]")) toggle.onclick = () => this.toggle();
    button("#stop").onclick = () => player.send(player.commandsOf("stop"));
    button("#back").onclick = () => this.skip(-SKIP_SECONDS);
    button("#on").onclick = () => this.skip(SKIP_SECONDS);
    button("#step-back").onclick = () => picture.stepBack();
    button("#step-on").onclick = () => picture.stepOn();
    button("#snapshot").onclick = () => this.saveSnapshot();
    this.#loop.onclick = () => this.toggleLoop();
    player.addEventListener("loops", () => {
      this.#loop.setAttribute("aria-pressed", String(player.loops));
      this.#repeat();
    });
    releaseFocus(this.#speed);
    this.#speed.onchange = () => this.#setScale(Number(this.#speed.value));
  }

  toggle() {
    this.#bubble.show(this.#player.canPause ? "Pause" : "Play");
    this.#player.toggle();
  }

  /** Goes on or back. @param {number} seconds */
  skip(seconds) {
    if (!this.#player.status.canSeek) return;
    this.#bubble.show(`${seconds < 0 ? "−" : "+"}${Math.abs(seconds)} s`);
    this.#player.skip(seconds);
  }

  /** Goes to a share of the movie, 0 to 1. @param {number} share */
  goTo(share) {
    this.#player.seek(share * (this.#player.status.durationSeconds ?? 0));
  }

  /** Takes the next speed that there is, among those forwards. @param {1 | -1} direction */
  changeSpeed(direction) {
    const { scale, status: { canScale } } = this.#player;
    const speeds = [...this.#speed.options].map(({ value }) => Number(value)).filter((value) => value > 0);
    const others = speeds.filter((speed) => direction > 0 ? speed > scale : speed < scale);
    if (canScale && others.length > 0) this.#setScale(direction > 0 ? Math.min(...others) : Math.max(...others));
  }

  toggleLoop() {
    this.#player.setLoops(!this.#player.loops);
    this.#bubble.show(this.#player.loops ? "Loop" : "No loop");
  }

  /** Saves the JPEG that is shown, as the server sent it. */
  saveSnapshot() {
    const { shown } = this.#picture;
    if (shown === undefined) return;
    const name = nameOf(this.#player.title);
    saveFile(`${name}-${String(shown.number).padStart(6, "0")}.jpg`, new Blob([shown.jpeg], { type: "image/jpeg" }));
    this.#bubble.show("Snapshot");
  }

  /** @param {number} scale */
  #setScale(scale) {
    this.#bubble.show(`${scale}×`);
    this.#speed.value = String(scale);
    this.#player.setScale(scale);
  }

  #show() {
    const player = this.#player;
    const { status } = player;
    this.#showWaiting();
    // What is disabled loses the focus: not for a reply that comes at once.
    if (player.isBusy) return;
    const { canPause, isPlaying } = player;
    const canPlay = player.commandsOf("play").length > 0;
    const action = canPause ? "pause" : status.isAtEnd || isPlaying ? "replay" : "play";
    const name = { pause: "Pause", replay: "Play again", play: "Play" }[action];
    // What stands for it in scripts that drive the page: the first of that name is the one on the picture.
    button("#toggle").dataset.action = canPause ? "pause" : "play";
    for (const toggle of elements("[data-toggle]")) {
      toggle.dataset.toggle = action;
      toggle.setAttribute("aria-label", name);
      toggle.title = `${name} (k)`;
      /** @type {HTMLButtonElement} */ (toggle).disabled = !canPlay && !canPause;
    }
    this.#showBig();
    button("#stop").disabled = player.commandsOf("stop").length === 0;
    for (const id of ["#back", "#on"]) button(id).disabled = !status.canSeek;
    for (const id of ["#step-back", "#step-on"]) button(id).disabled = !player.canStep && !canPause;
    for (const id of ["#back", "#on", "#speed", "#loop"]) element(id).hidden = status.durationSeconds === undefined;
    this.#speed.disabled = !status.canScale;
    this.#showSpeed(player.scale);
    this.#repeat();
  }

  /** The large button is there to begin with, and does not lie on a picture that is looked at. */
  #showBig() {
    const { status } = this.#player;
    const isLookedAt = status.state === "READY" && !status.isAtEnd && this.#picture.shown !== undefined;
    element("#big").hidden = isLookedAt || this.#player.commandsOf("play").length === 0;
  }

  /** A server may grant a speed that the list does not have. @param {number} scale */
  #showSpeed(scale) {
    const isListed = [...this.#speed.options].some(({ value }) => Number(value) === scale);
    if (!isListed) this.#speed.add(new Option(`${scale}×`, String(scale)));
    this.#speed.value = String(scale);
  }

  /** A picture is awaited before the first one, and while a request is under way. */
  #showWaiting() {
    const { isPlaying, isBusy } = this.#player;
    element("#spinner").hidden = !(isPlaying ? this.#picture.shown === undefined : isBusy);
    element("#screen").dataset.busy = String(isBusy);
    button("#snapshot").disabled = this.#picture.shown === undefined;
  }

  #repeat() {
    if (this.#player.status.isAtEnd && this.#player.loops) this.#player.play();
  }
}
