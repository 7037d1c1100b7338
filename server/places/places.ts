/**
 * Places for connections, and for sessions: each is taken before there is something to put there, and left in the end. Where none is
 * free, an idle occupant gives way.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import { SHRUNK_FOR_MS, SPARE_DESCRIPTORS } from "../limits.ts";
import { FairShare, type Idleness, type Room } from "./fair_share.ts";

/** A place that is taken. */
export interface Place<T> {
  /** What is there; without it the place is reserved, and gives way to nobody. */
  occupant: T | undefined;
  /** Gives the place back. */
  leave(): void;
}

/** Fewer places than before. */
export interface Shrunk {
  /** How many there may be for {@linkcode SHRUNK_FOR_MS}. */
  readonly max: number;
  /** Whether somebody has given way for it. */
  readonly isDone: boolean;
  /** Whether there were as many as at first before. */
  readonly isFirst: boolean;
}

/** Places of one kind. */
export interface Places<T> {
  /** Places that are taken, as far as is known here. */
  readonly taken: number;
  /** Whether there is a place for an address, or an idle occupant would give way. */
  hasRoom(hostname: string): Promise<boolean>;
  /** Takes a place for an address. `undefined` where there is none, and nobody is idle. */
  take(hostname: string): Promise<Place<T> | undefined>;
  /** The system has no room for so many: for a while there are fewer places than are taken now, but at least one. */
  shrink(): Promise<Shrunk>;
}

/** Who gives way, and how it learns of it. */
export interface Occupancy<T> {
  /** `undefined` for an occupant that is not idle, which never gives way. */
  readonly idleness: (occupant: T) => Idleness | undefined;
  /** Ends an occupant that has given way: its place is another's. */
  readonly dismiss: (occupant: T) => void;
}

/** How many places there are. */
export interface PlaceLimits {
  /** Places for all addresses together. */
  readonly max: number;
  /** Part of them that one address may have, above 0, up to 1. */
  readonly addressShare: number;
}

/** How many places there are from now on where the system has no room for those that are taken. */
export function fewerThan(taken: number): number {
  return taken - Math.min(SPARE_DESCRIPTORS, Math.floor(taken / 4));
}

/** Constructor options of {@linkcode LocalPlaces}. */
export interface LocalPlacesOptions<T> extends PlaceLimits, Occupancy<T> {
  readonly clock: Clock;
}

/** A place of {@linkcode LocalPlaces}. */
interface LocalPlace<T> extends Place<T> {
  readonly hostname: string;
}

/** The places of a server that is alone. */
export class LocalPlaces<T> implements Places<T> {
  readonly #options: LocalPlacesOptions<T>;
  readonly #share: FairShare<LocalPlace<T>>;
  /** When there were last made fewer, in milliseconds of the clock; `undefined` where there are as many as at first. */
  #shrunkMs: number | undefined;

  constructor(options: LocalPlacesOptions<T>) {
    this.#options = options;
    const { max, addressShare, idleness } = options;
    this.#share = new FairShare({
      max,
      maxPerAddress: Math.ceil(max * addressShare),
      idleness: ({ occupant }) => occupant === undefined ? undefined : idleness(occupant),
    });
  }

  get taken(): number {
    return this.#share.size;
  }

  hasRoom(hostname: string): Promise<boolean> {
    const room = this.#roomFor(hostname);
    return Promise.resolve(room.isFree || room.givesWay !== undefined);
  }

  take(hostname: string): Promise<Place<T> | undefined> {
    const room = this.#roomFor(hostname);
    if (!room.isFree) {
      if (room.givesWay === undefined) return Promise.resolve(undefined);
      this.#dismiss(room.givesWay);
    }
    const place: LocalPlace<T> = { hostname, occupant: undefined, leave: () => this.#share.delete(hostname, place) };
    this.#share.add(hostname, place);
    return Promise.resolve(place);
  }

  shrink(): Promise<Shrunk> {
    const share = this.#share;
    share.limit(fewerThan(share.size));
    const before = share.size;
    for (let next = share.idlest(); next !== undefined && share.size > share.max; next = share.idlest()) {
      this.#dismiss(next);
    }
    const isFirst = this.#shrunkMs === undefined;
    this.#shrunkMs = this.#options.clock.nowMs();
    return Promise.resolve({ max: share.max, isDone: share.size < before, isFirst });
  }

  #roomFor(hostname: string): Room<LocalPlace<T>> {
    const nowMs = this.#options.clock.nowMs();
    if (this.#shrunkMs !== undefined && nowMs - this.#shrunkMs >= SHRUNK_FOR_MS) {
      this.#shrunkMs = undefined;
      this.#share.restore();
    }
    return this.#share.roomFor(hostname, nowMs);
  }

  #dismiss(place: LocalPlace<T>): void {
    place.leave();
    if (place.occupant !== undefined) this.#options.dismiss(place.occupant);
  }
}
