/*
 * The way to the loudspeakers, by Web Audio: a worklet that keeps sound at its times, and the volume behind it.
 */

// @ts-check
/// <reference lib="dom" />

/** @typedef {import("./sound_reel.js").Piece} Piece */

const WORKLET = "/assets/sound/sound_worklet.js";
/** How fast the volume changes, in seconds: at once, without a click. */
const VOLUME_SECONDS = 0.01;
/** How long what was heard last takes to fade, in milliseconds. */
const FADE_MS = 60;
/** Samples that the browser makes at once (Web Audio API, "render quantum"). */
const QUANTUM_SAMPLES = 128;
/** How much of a new measurement of the output's delay counts. */
const DELAY_SHARE = 0.05;
/** Measurements that are further apart are of another state of the output, in milliseconds. */
const MAX_DELAY_LEAP_MS = 100;

/** Plays sound of one rate. */
export class SoundOutput {
  sampleRate;
  #context;
  #gain;
  /** @type {AudioWorkletNode | undefined} */
  #node;
  /** When time 0 of the output is heard, by the clock of the page, in milliseconds. @type {number | undefined} */
  #heardFromMs;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** Begins within a click or a key, as browsers demand. Nothing is heard before {@link open}. @param {number} sampleRate */
  constructor(sampleRate) {
    this.sampleRate = sampleRate;
    this.#context = createContext(sampleRate);
    this.#gain = this.#context.createGain();
    this.#gain.gain.value = 0;
    this.#gain.connect(this.#context.destination);
  }

  /** Rejects where the browser has no sound. */
  async open() {
    await this.#context.audioWorklet.addModule(WORKLET);
    this.#node = new AudioWorkletNode(this.#context, "sound", { numberOfInputs: 0, outputChannelCount: [2] });
    this.#node.connect(this.#gain);
  }

  /** Whether sound would be heard. */
  get isOpen() {
    return this.#node !== undefined && this.#context.state === "running";
  }

  /** How long it takes until what is handed over now is heard, in milliseconds. */
  get delayMs() {
    const { currentTime, sampleRate } = this.#context;
    const quantumMs = QUANTUM_SAMPLES / sampleRate * 1000;
    return this.#measure() + currentTime * 1000 + quantumMs - performance.now();
  }

  /** @param {Piece} piece @param {number} offsetMs When time 0 of the stream is heard, by the clock of the page. */
  play(piece, offsetMs) {
    const aim = (offsetMs - this.#measure()) / 1000;
    this.#node?.port.postMessage({ piece, aim });
  }

  /** Forgets what has not been heard. */
  flush() {
    this.#node?.port.postMessage({ flush: true });
  }

  /** @param {number} volume 0 to 1, as loud as it seems. */
  setVolume(volume) {
    this.#gain.gain.setTargetAtTime(volume ** 2, this.#context.currentTime, VOLUME_SECONDS);
  }

  /** Goes on. */
  resume() {
    clearTimeout(this.#timer);
    this.#heardFromMs = undefined;
    return this.#context.resume();
  }

  /** Rests, once what was heard last has faded. */
  suspend() {
    clearTimeout(this.#timer);
    this.flush();
    this.#timer = setTimeout(() => this.#context.suspend(), FADE_MS);
  }

  close() {
    clearTimeout(this.#timer);
    return this.#context.close();
  }

  /** When time 0 of the output is heard, by the clock of the page: measured each time, and even. */
  #measure() {
    const { contextTime = 0, performanceTime = 0 } = this.#context.getOutputTimestamp();
    const { currentTime, baseLatency, outputLatency = 0 } = this.#context;
    const measured = performanceTime > 0
      ? performanceTime - contextTime * 1000
      : performance.now() + (baseLatency + outputLatency - currentTime) * 1000;
    const before = this.#heardFromMs ?? measured;
    const isElsewhere = Math.abs(measured - before) > MAX_DELAY_LEAP_MS;
    return this.#heardFromMs = isElsewhere ? measured : before + DELAY_SHARE * (measured - before);
  }
}

/** At the rate of the sound, so that the browser resamples; where it refuses, the worklet does. @param {number} sampleRate */
function createContext(sampleRate) {
  try {
    return new AudioContext({ sampleRate, latencyHint: "interactive" });
  } catch {
    return new AudioContext({ latencyHint: "interactive" });
  }
}
