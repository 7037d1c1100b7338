/*
 * The loudspeaker on the stage, with its slider: there where the stream has sound.
 */

// @ts-check
/// <reference lib="dom" />

import { button, element, releaseFocus } from "../dom.js";

/** @typedef {import("../sound/sound.js").Sound} Sound */
/** @typedef {import("./bubble.js").Bubble} Bubble */

/** What a key makes louder or quieter, of 1. */
const STEP = 0.05;
/** Below this the loudspeaker has one wave, of 1. */
const QUIET = 0.5;

/** Shows how loud it is, and changes it. */
export class Volume {
  #sound;
  #bubble;
  #slider = /** @type {HTMLInputElement} */ (element("#volume"));

  /** @param {{ sound: Sound, bubble: Bubble }} parts */
  constructor({ sound, bubble }) {
    this.#sound = sound;
    this.#bubble = bubble;
    sound.addEventListener("change", () => this.#show());
    sound.addEventListener("failed", () => bubble.show("This browser plays no sound here"));
    button("#mute").onclick = () => this.toggle();
    releaseFocus(this.#slider);
    this.#slider.addEventListener("input", () => this.#slide());
    this.#show();
  }

  /** Whether there is something to hear. */
  get isShown() {
    return this.#sound.isThere;
  }

  toggle() {
    const { isMuted, volume } = this.#sound;
    const isSilent = isMuted || volume === 0;
    // Sound that was turned down to nothing is wanted back.
    if (isSilent && volume === 0) this.#sound.setVolume(QUIET);
    this.#sound.setMuted(!isSilent);
    this.#tell();
  }

  /** Makes it louder, or quieter. @param {1 | -1} direction */
  change(direction) {
    this.#sound.setVolume(Math.round((this.#sound.volume + direction * STEP) * 100) / 100);
    if (direction > 0) this.#sound.setMuted(false);
    this.#tell();
  }

  #slide() {
    const volume = Number(this.#slider.value);
    this.#sound.setVolume(volume);
    this.#sound.setMuted(volume === 0);
  }

  #tell() {
    const { isMuted } = this.#sound;
    this.#bubble.show(isMuted ? "Muted" : `Volume ${this.#percent}`);
  }

  get #percent() {
    return `${Math.round(this.#sound.volume * 100)} %`;
  }

  #show() {
    const { isMuted, volume, isThere } = this.#sound;
    const isSilent = isMuted || volume === 0;
    element("#sound").hidden = !isThere;
    const mute = button("#mute");
    mute.dataset.level = isSilent ? "none" : volume < QUIET ? "low" : "high";
    const name = isSilent ? "Unmute" : "Mute";
    mute.setAttribute("aria-label", name);
    mute.title = `${name} (m)`;
    this.#slider.value = String(isMuted ? 0 : volume);
    this.#slider.style.setProperty("--volume", this.#slider.value);
    this.#slider.setAttribute("aria-valuetext", isMuted ? "Muted" : this.#percent);
  }
}
