/**
 * Which missing packets to ask the sender for again, and when (generic NACK, RFC 4585, 6.2.1). For senders that keep what they have
 * sent for a while. Stands beside the reorder buffer, which waits for what is missing. No socket, clock or timer.
 *
 * @module
 */

import {
  MAX_MISSING_PACKETS,
  MAX_NACKED_PACKETS,
  MAX_REMEMBERED_PACKETS,
  MAX_REPAIR_TRIES,
  REPAIR_DELAY_MS,
  REPAIR_INTERVAL_MS,
} from "../limits.ts";

/** A packet that was asked for. */
interface Asked {
  readonly askedMs: number;
  readonly tries: number;
}

/** How much longer than the slowest answer of late to wait for one. */
const PATIENCE = 1.25;
/** The slowest answer is forgotten by so much with each that comes. */
const DECAY = 0.95;

const NONE: readonly number[] = [];

/** The missing packets of one stream, by their extended sequence numbers. */
export class LossRepair {
  /** When those were missed that nobody has been asked for yet, the earliest first. */
  readonly #missed = new Map<number, number>();
  /** Those that were asked for, the earliest first. */
  readonly #asked = new Map<number, Asked>();
  /** Those that nobody asks for any more, the earliest first: they may come all the same. */
  readonly #givenUp = new Set<number>();
  /** Those that have come since they were asked for, the earliest first: they may come again. */
  readonly #answered = new Set<number>();
  /** How long the slowest answer of late took, in milliseconds. */
  #answerMs = 0;
  #repaired = 0;

  /** Packets that have come since they were asked for. */
  get repaired(): number {
    return this.#repaired;
  }

  /** When {@linkcode take} gives something, in milliseconds of the caller's clock; `undefined` while nothing is missing. */
  get dueMs(): number | undefined {
    if (this.#missed.size === 0 && this.#asked.size === 0) return undefined;
    const missedMs = this.#missed.values().next().value ?? Infinity;
    const askedMs = this.#asked.values().next().value?.askedMs ?? Infinity;
    return Math.min(missedMs + REPAIR_DELAY_MS, askedMs + this.#intervalMs);
  }

  /** The packets from `first` up to, not including, `end` have been skipped. Packets that only changed their order have a while to come. */
  miss(first: number, end: number, nowMs: number): void {
    // Of a gap that is too large, the newest are the likeliest to be there still.
    for (let extended = Math.max(first, end - MAX_MISSING_PACKETS); extended < end; extended++) {
      this.#missed.set(extended, nowMs);
    }
    for (const oldest of this.#missed.keys()) {
      if (this.#missed.size <= MAX_MISSING_PACKETS) break;
      this.#missed.delete(oldest);
    }
  }

  /** A packet has come that had been skipped. */
  arrive(extended: number, nowMs: number): void {
    this.#missed.delete(extended);
    const asked = this.#asked.get(extended);
    if (asked !== undefined) {
      this.#asked.delete(extended);
      this.#repaired++;
      // An answer to the second question may be one to the first.
      if (asked.tries === 1) this.#answerMs = Math.max(this.#answerMs * DECAY, nowMs - asked.askedMs);
    } else if (!this.#givenUp.delete(extended)) return;
    remember(this.#answered, extended);
  }

  /** Whether a packet has come that was asked for: where it comes again, both questions were answered. */
  isAnswered(extended: number): boolean {
    return this.#answered.has(extended);
  }

  /** The packets to ask for now, by extended sequence number; nobody asks for ever. */
  take(nowMs: number): readonly number[] {
    if (this.dueMs === undefined || this.dueMs > nowMs) return NONE;
    const due: number[] = [];
    for (const [extended, { askedMs, tries }] of this.#asked) {
      if (askedMs + this.#intervalMs > nowMs || due.length >= MAX_NACKED_PACKETS) break;
      this.#asked.delete(extended);
      if (tries < MAX_REPAIR_TRIES) this.#ask(extended, { askedMs: nowMs, tries: tries + 1 }, due);
      else remember(this.#givenUp, extended);
    }
    for (const [extended, missedMs] of this.#missed) {
      if (missedMs + REPAIR_DELAY_MS > nowMs || due.length >= MAX_NACKED_PACKETS) break;
      this.#missed.delete(extended);
      this.#ask(extended, { askedMs: nowMs, tries: 1 }, due);
    }
    return due.sort((one, other) => one - other);
  }

  /** What is missing will not come. */
  clear(): void {
    this.#missed.clear();
    this.#asked.clear();
    this.#givenUp.clear();
    this.#answered.clear();
  }

  #ask(extended: number, asked: Asked, due: number[]): void {
    this.#asked.set(extended, asked);
    due.push(extended);
    for (const oldest of this.#asked.keys()) {
      if (this.#asked.size <= MAX_MISSING_PACKETS) break;
      this.#asked.delete(oldest);
      remember(this.#givenUp, oldest);
    }
  }

  /** Time until a packet is asked for again: not before the answer can be there. */
  get #intervalMs(): number {
    return Math.max(REPAIR_INTERVAL_MS, PATIENCE * this.#answerMs);
  }
}

/** Adds a number, and forgets the oldest where there are too many. */
function remember(numbers: Set<number>, number: number): void {
  numbers.add(number);
  for (const oldest of numbers) {
    if (numbers.size <= MAX_REMEMBERED_PACKETS) break;
    numbers.delete(oldest);
  }
}
