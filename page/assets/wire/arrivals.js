/*
 * Packets as they come: which of them are missing, which come twice, and which come after one that was sent behind them.
 */

// @ts-check

/** @typedef {{ sequenceNumber: number, atMs: number, marker: boolean }} Packet */
/**
 * A packet with its number, which does not wrap; `dueMs` is when a late one was first missed.
 *
 * @typedef {{ number: number, atMs: number, marker: boolean, kind: "next" | "late" | "double", dueMs?: number }} Arrival
 */
/** @typedef {{ number: number, atMs: number }} Missing */
/** @typedef {{ arrivals: Arrival[], missing: Missing[] }} Span */

/** A number that is further from the others is that of another session. */
const MAX_JUMP = 3000;
/** Numbers that are told one by one. */
const MAX_TOLD = 6;

/** The packets of the last seconds. */
export class Arrivals {
  #keptMs;
  /** @type {Arrival[]} */
  #arrivals = [];
  /** Numbers that have not come, and when the packet behind them has. @type {Map<number, number>} */
  #missing = new Map();
  #first = 0;
  /** @type {number | undefined} */
  #highest;

  /** @param {number} keptMs For how long packets are kept, in milliseconds. */
  constructor(keptMs) {
    this.#keptMs = keptMs;
  }

  /** Packets in the order in which they have come. @param {readonly Packet[]} packets */
  add(packets) {
    for (const packet of packets) {
      // Of another session, it takes the place of all that came before.
      const arrival = this.#place(packet);
      this.#arrivals.push(arrival);
    }
    const newest = this.#arrivals.at(-1)?.atMs ?? 0;
    const oldest = this.#arrivals.findIndex(({ atMs }) => atMs >= newest - this.#keptMs);
    if (oldest > 0) this.#arrivals.splice(0, oldest);
    for (const [number, atMs] of this.#missing) if (atMs < newest - this.#keptMs) this.#missing.delete(number);
  }

  /** What follows does not follow on what has come. */
  restart() {
    this.#arrivals = [];
    this.#missing.clear();
    this.#highest = undefined;
  }

  /** When the newest packet has come. */
  get newestMs() {
    return this.#arrivals.at(-1)?.atMs;
  }

  /** What has come from one time to another. @param {number} fromMs @param {number} toMs @returns {Span} */
  between(fromMs, toMs) {
    const isIn = /** @param {{ atMs: number }} at */ ({ atMs }) => atMs >= fromMs && atMs <= toMs;
    return {
      arrivals: this.#arrivals.filter(isIn),
      missing: [...this.#missing].map(([number, atMs]) => ({ number, atMs })).filter(isIn),
    };
  }

  /** @param {Packet} packet @returns {Arrival} */
  #place({ sequenceNumber, atMs, marker }) {
    const jump = this.#highest === undefined ? 0 : ((sequenceNumber - this.#highest + 0x8000) & 0xffff) - 0x8000;
    if (Math.abs(jump) > MAX_JUMP) this.restart();
    if (this.#highest === undefined) {
      this.#first = this.#highest = sequenceNumber;
      return { number: sequenceNumber, atMs, marker, kind: "next" };
    }
    const number = this.#highest + jump;
    if (jump > 0) {
      for (let missing = this.#highest + 1; missing < number; missing++) this.#missing.set(missing, atMs);
      this.#highest = number;
      return { number, atMs, marker, kind: "next" };
    }
    const dueMs = this.#missing.get(number);
    this.#missing.delete(number);
    return { number, atMs, marker, kind: dueMs === undefined && number >= this.#first ? "double" : "late", dueMs };
  }
}

/** The sequence number as it stands in the packet. @param {number} number */
export function wireNumber(number) {
  return ((number % 0x10000) + 0x10000) % 0x10000;
}

/** What a span shows, for people. @param {Span} span */
export function describe({ arrivals, missing }) {
  if (arrivals.length === 0) return "No packet has come.";
  const numbers = arrivals.map(({ number }) => number);
  const count = /** @param {Arrival["kind"]} kind */ (kind) =>
    arrivals.filter((arrival) => arrival.kind === kind).length;
  const range = `${wireNumber(Math.min(...numbers))} to ${wireNumber(Math.max(...numbers))}`;
  const lost = missing.length === 0 ? "none is missing" : `${missing.length} missing (${ranges(missing)})`;
  const packets = arrivals.length === 1 ? "packet" : "packets";
  return `${arrivals.length} ${packets}, numbers ${range}; ${lost}, ${count("double")} twice, ${
    count("late")
  } out of order.`;
}

/** Numbers, those that follow each other together. @param {readonly Missing[]} missing */
function ranges(missing) {
  /** @type {[first: number, last: number][]} */
  const found = [];
  for (const number of missing.map(({ number }) => number).sort((left, right) => left - right)) {
    const last = found.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else found.push([number, number]);
  }
  const told = found.slice(-MAX_TOLD).map(([first, last]) =>
    first === last ? wireNumber(first) : `${wireNumber(first)} to ${wireNumber(last)}`
  );
  return `${found.length > MAX_TOLD ? "…, " : ""}${told.join(", ")}`;
}
