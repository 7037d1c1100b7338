/*
 * When frames and sound are presented, so that they are in step: each at its time on the time line of the stream, behind one delay.
 * The delay is as long as what came in the last seconds needed, but for the few that came latest; it grows at once, and shrinks
 * slowly.
 */

// @ts-check

/** @typedef {"frame" | "sound"} Kind */

/** How long the first one waits, in milliseconds: others may come later on their way. */
const FIRST_SLACK_MS = 60;
/** How long those that come late are to wait, in milliseconds. */
const SLACK_MS = 20;
/** Of so many the latest is in time: sound that is missing is heard, a frame that is late hardly seen. */
const IN_TIME = { frame: 0.9, sound: 0.97 };
/** How fast the delay shrinks, in milliseconds a second; from what is far too long, as after a stall, it shrinks at once. */
const SHRINK_MS = 5;
const MAX_EXCESS_MS = 100;
/** What is further from where it is awaited begins another time line, in milliseconds. */
const MAX_LEAP_MS = 1000;
/** How long they are remembered, in milliseconds, and how many of a kind. */
const WINDOW_MS = 3000;
const MAX_REMEMBERED = 256;

/** How late those of one kind came in the last seconds. */
class Lateness {
  /** @type {{ readyMs: number, lateness: number }[]} */
  #recent = [];

  /** @param {{ readyMs: number, lateness: number }} one */
  add(one) {
    this.#recent.push(one);
    const first = this.#recent.findIndex(({ readyMs }) => readyMs > one.readyMs - WINDOW_MS);
    this.#recent.splice(0, Math.max(first, this.#recent.length - MAX_REMEMBERED));
  }

  /** That of the last one. */
  get last() {
    return this.#recent.at(-1)?.lateness;
  }

  /** What a share of them does not exceed; less than all where there are none. @param {number} share */
  quantile(share) {
    const sorted = this.#recent.map(({ lateness }) => lateness).sort((one, other) => one - other);
    return sorted[Math.ceil(share * (sorted.length - 1))] ?? -Infinity;
  }
}

/** All times are in milliseconds: those of the stream from its first frame, the others by one clock of the page. */
export class PlayoutClock {
  /** When time 0 of the stream is presented. @type {number | undefined} */
  #offsetMs;
  #lastMs = -Infinity;
  #kinds = { frame: new Lateness(), sound: new Lateness() };

  /** When time 0 of the stream is presented; `undefined` before anything has come. */
  get offsetMs() {
    return this.#offsetMs;
  }

  /** What comes next has nothing to do with what came. */
  restart() {
    this.#offsetMs = undefined;
    this.#kinds = { frame: new Lateness(), sound: new Lateness() };
  }

  /**
   * Something has come that belongs to a time of the stream.
   *
   * @param {Kind} kind
   * @param {{ timeMs: number, readyMs: number }} times `readyMs` is when it can be presented at the earliest.
   */
  take(kind, { timeMs, readyMs }) {
    const lateness = readyMs - timeMs;
    if (Math.abs(lateness - (this.#kinds[kind].last ?? lateness)) > MAX_LEAP_MS) this.restart();
    this.#kinds[kind].add({ readyMs, lateness });
    const { frame, sound } = this.#kinds;
    const needed = Math.max(frame.quantile(IN_TIME.frame), sound.quantile(IN_TIME.sound)) + SLACK_MS;
    const seconds = Math.min(1, Math.max(0, readyMs - this.#lastMs) / 1000);
    this.#lastMs = Math.max(this.#lastMs, readyMs);
    const shrunk = this.#offsetMs === undefined ? lateness + FIRST_SLACK_MS : this.#offsetMs - SHRINK_MS * seconds;
    this.#offsetMs = shrunk > needed + MAX_EXCESS_MS ? needed : Math.max(needed, shrunk);
  }
}
