/*
 * The sound of the stream: muted until somebody wants it, as browsers demand, and in step with the picture while it is heard. At
 * another speed than that of the stream, and while it goes elsewhere, there is none.
 */

// @ts-check
/// <reference lib="dom" />

import { SoundOutput } from "./sound_output.js";

/** @typedef {import("../player.js").Player} Player */
/** @typedef {import("./held_frames.js").HeldFrames} HeldFrames */
/** @typedef {import("./playout_clock.js").PlayoutClock} PlayoutClock */
/** @typedef {import("./sound_reel.js").Piece} Piece */

const VOLUME_KEY = "mjpegrtsp-volume";
/** How long frames wait for a sound that does not come any more, in milliseconds. */
const PATIENCE_MS = 2000;

/** Events: `change` (of what is heard), `failed` (with an error). */
export class Sound extends EventTarget {
  isMuted = true;
  /** As loud as it seems, 0 to 1; also while it is muted. */
  volume = savedVolume();
  #player;
  #frames;
  #clock;
  /** @type {SoundOutput | undefined} */
  #output;
  #isRunning = false;
  /** What the stream has; while there is none, what it had. @type {{ sampleRate: number, channels: number } | undefined} */
  #format;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #patience;

  /** @param {{ player: Player, frames: HeldFrames, clock: PlayoutClock }} parts */
  constructor({ player, frames, clock }) {
    super();
    this.#player = player;
    this.#frames = frames;
    this.#clock = clock;
    player.addEventListener("status", () => this.#follow());
    player.addEventListener("sound", (event) => this.#take(/** @type {CustomEvent<Piece>} */ (event).detail));
    document.addEventListener("visibilitychange", () => document.hidden || this.#restart());
  }

  /** Whether the stream has sound. */
  get isThere() {
    return this.#format !== undefined;
  }

  /** Call this within a click or a key. @param {boolean} isMuted */
  setMuted(isMuted) {
    if (isMuted === this.isMuted || (!isMuted && !this.isThere)) return;
    this.isMuted = isMuted;
    if (isMuted) this.#output?.suspend();
    else this.#open();
    this.#player.wantSound("loudspeaker", !isMuted);
    this.#restart();
    this.#tell("change");
  }

  /** @param {number} volume 0 to 1; what lies outside becomes the nearest. */
  setVolume(volume) {
    this.volume = Math.min(1, Math.max(0, volume));
    localStorage.setItem(VOLUME_KEY, String(this.volume));
    this.#output?.setVolume(this.volume);
    this.#tell("change");
  }

  #follow() {
    const { status, isPlaying, isBusy } = this.#player;
    if (status.state !== "INIT") this.#format = status.sound;
    const isRunning = isPlaying && !isBusy && status.scale === 1;
    if (isRunning !== this.#isRunning) {
      this.#isRunning = isRunning;
      this.#restart();
    }
    this.#tell("change");
  }

  /** @param {Piece} piece */
  #take(piece) {
    if (this.isMuted || !this.#isRunning) return;
    if (this.#output?.sampleRate !== piece.sampleRate) return this.#reopen(piece.sampleRate);
    if (!this.#output.isOpen) return;
    const readyMs = performance.now() + this.#output.delayMs;
    this.#clock.take("sound", { timeMs: piece.timestampUs / 1000, readyMs });
    this.#output.play(piece, this.#clock.offsetMs ?? 0);
    this.#frames.hold();
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => this.#restart(), PATIENCE_MS);
  }

  /** What was to be heard is of the past; nothing waits for it. */
  #restart() {
    clearTimeout(this.#patience);
    this.#output?.flush();
    this.#clock.restart();
    this.#frames.release();
  }

  #open() {
    const sampleRate = this.#format?.sampleRate ?? 0;
    if (this.#output?.sampleRate === sampleRate) this.#output.resume().catch((error) => this.#fail(error));
    else this.#reopen(sampleRate);
  }

  /** Another stream may have sound of another rate. @param {number} sampleRate */
  #reopen(sampleRate) {
    this.#output?.close();
    this.#restart();
    try {
      const output = this.#output = new SoundOutput(sampleRate);
      output.open().catch((error) => output === this.#output && this.#fail(error));
      output.setVolume(this.volume);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @param {unknown} error */
  #fail(error) {
    this.#output = undefined;
    this.setMuted(true);
    this.dispatchEvent(new CustomEvent("failed", { detail: error }));
  }

  /** @param {string} name */
  #tell(name) {
    this.dispatchEvent(new Event(name));
  }
}

function savedVolume() {
  const saved = Number(localStorage.getItem(VOLUME_KEY) ?? 1);
  return saved >= 0 && saved <= 1 ? saved : 1;
}
