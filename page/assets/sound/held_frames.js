/*
 * Frames on their way to the picture. They go there as they come, unless sound is heard: then each waits until its sound is due.
 */

// @ts-check
/// <reference lib="dom" />

/** @typedef {import("../connection.js").Frame} Frame */
/** @typedef {import("../player.js").Player} Player */
/** @typedef {import("./playout_clock.js").PlayoutClock} PlayoutClock */

/** How long a frame waits at most, in milliseconds: sound that is later than that is late. */
const MAX_HOLD_MS = 600;
/** Frames that wait at most. */
const MAX_HELD_FRAMES = 64;

/** Event: `frame` (one is to be shown), a `CustomEvent`. */
export class HeldFrames extends EventTarget {
  /** How long it takes to draw a frame, in milliseconds. */
  leadMs = 0;
  #clock;
  #isHolding = false;
  /** In the order in which they came. @type {{ frame: Frame, dueMs: number }[]} */
  #held = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {{ player: Player, clock: PlayoutClock }} parts */
  constructor({ player, clock }) {
    super();
    this.#clock = clock;
    // Those of another stream are shown no more.
    player.addEventListener("hello", () => this.#held = []);
    player.addEventListener("frame", (event) => this.#take(/** @type {CustomEvent<Frame>} */ (event).detail));
  }

  /** From now on frames wait for their sound. */
  hold() {
    this.#isHolding = true;
  }

  /** From now on frames go on as they come, those that wait at once. */
  release() {
    this.#isHolding = false;
    this.#pass(this.#held.length);
  }

  /** @param {Frame} frame */
  #take(frame) {
    if (!this.#isHolding) return this.#show(frame);
    const nowMs = performance.now();
    const timeMs = frame.timestampUs / 1000;
    this.#clock.take("frame", { timeMs, readyMs: nowMs + this.leadMs });
    const dueMs = (this.#clock.offsetMs ?? 0) + timeMs - this.leadMs;
    this.#held.push({ frame, dueMs: Math.min(dueMs, nowMs + MAX_HOLD_MS) });
    this.#pass(this.#held.length - MAX_HELD_FRAMES);
    this.#wait();
  }

  /** Waits for the first one; those behind it wait for it. */
  #wait() {
    clearTimeout(this.#timer);
    const [first] = this.#held;
    if (first === undefined) return;
    this.#timer = setTimeout(() => {
      const nowMs = performance.now();
      const later = this.#held.findIndex(({ dueMs }) => dueMs > nowMs);
      this.#pass(later < 0 ? this.#held.length : Math.max(1, later));
      this.#wait();
    }, first.dueMs - performance.now());
  }

  /** @param {number} count */
  #pass(count) {
    for (const { frame } of this.#held.splice(0, Math.max(0, count))) this.#show(frame);
  }

  /** @param {Frame} frame */
  #show(frame) {
    this.dispatchEvent(new CustomEvent("frame", { detail: frame }));
  }
}
