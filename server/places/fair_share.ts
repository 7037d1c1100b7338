/**
 * Places that clients share: connections, or sessions. No address may take more than its part of them, and where none is left, whoever
 * does nothing with its place gives way to a newcomer. Knows neither sockets nor requests.
 *
 * @module
 */

import { ownerOf } from "../../net/addresses.ts";

/** How little a member does with its place. */
export interface Idleness {
  /** Those with the lowest rank give way first. */
  readonly rank: number;
  /** Since when it has been silent, in milliseconds of the clock; among equals, the longest silent gives way first. */
  readonly sinceMs: number;
  /** How long it must have been silent to give way to one of the same address, or of one that holds as much; in milliseconds. */
  readonly patienceMs: number;
}

/** Constructor options of {@linkcode FairShare}. */
export interface FairShareOptions<T> {
  /** Places for all together. */
  readonly max: number;
  /** Places for the members of one address. */
  readonly maxPerAddress: number;
  /** `undefined` for a member that is not idle, which never gives way. */
  readonly idleness: (member: T) => Idleness | undefined;
}

/** What there is for a newcomer. */
export type Room<T> =
  | { readonly isFree: true }
  /** Who has to leave first; `undefined` where nobody is idle. */
  | { readonly isFree: false; readonly givesWay: T | undefined };

/** The members, by their addresses. */
export class FairShare<T> {
  readonly #options: FairShareOptions<T>;
  readonly #byOwner = new Map<string, Set<T>>();
  #max: number;
  #size = 0;

  constructor(options: FairShareOptions<T>) {
    this.#options = options;
    this.#max = options.max;
  }

  get size(): number {
    return this.#size;
  }

  /** Places for all together. */
  get max(): number {
    return this.#max;
  }

  /** All members. */
  *[Symbol.iterator](): Generator<T> {
    for (const members of this.#byOwner.values()) yield* members;
  }

  /** Allows fewer members until {@linkcode restore}: the system gives no more. */
  limit(max: number): void {
    this.#max = Math.max(1, Math.min(max, this.#max));
  }

  /** Allows as many members as at first. */
  restore(): void {
    this.#max = this.#options.max;
  }

  add(hostname: string, member: T): void {
    const owner = ownerOf(hostname);
    const members = this.#byOwner.get(owner) ?? new Set();
    if (members.has(member)) return;
    this.#byOwner.set(owner, members.add(member));
    this.#size++;
  }

  delete(hostname: string, member: T): void {
    const owner = ownerOf(hostname);
    const members = this.#byOwner.get(owner);
    if (members?.delete(member) !== true) return;
    this.#size--;
    if (members.size === 0) this.#byOwner.delete(owner);
  }

  /** Whether there is room for one more member of an address at `nowMs` of the clock, or who gives way to it. */
  roomFor(hostname: string, nowMs: number): Room<T> {
    const own = this.#byOwner.get(ownerOf(hostname)) ?? new Set();
    if (own.size >= this.#options.maxPerAddress) return { isFree: false, givesWay: this.#idlest(own, nowMs) };
    if (this.#size < this.#max) return { isFree: true };
    for (const members of this.#largestFirst()) {
      // An address that holds more than the newcomer's would then hold gives way at once.
      const givesWay = this.#idlest(members, members.size > own.size + 1 ? Infinity : nowMs);
      if (givesWay !== undefined) return { isFree: false, givesWay };
    }
    return { isFree: false, givesWay: undefined };
  }

  /** Who gives way where the system itself has no more room; `undefined` where nobody is idle. */
  idlest(): T | undefined {
    return this.#idlest(this, Infinity);
  }

  #largestFirst(): Set<T>[] {
    return [...this.#byOwner.values()].sort((one, other) => other.size - one.size);
  }

  /** Of those whose patience is over at `nowMs`. */
  #idlest(members: Iterable<T>, nowMs: number): T | undefined {
    let idlest: { readonly member: T; readonly idleness: Idleness } | undefined;
    for (const member of members) {
      const idleness = this.#options.idleness(member);
      if (idleness === undefined || idleness.sinceMs + idleness.patienceMs > nowMs) continue;
      if (idlest === undefined || isIdler(idleness, idlest.idleness)) idlest = { member, idleness };
    }
    return idlest?.member;
  }
}

function isIdler(one: Idleness, other: Idleness): boolean {
  return one.rank === other.rank ? one.sinceMs < other.sinceMs : one.rank < other.rank;
}
