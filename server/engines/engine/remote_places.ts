/**
 * The places that an engine takes: the host gives them, since they are those of the whole server.
 *
 * @module
 */

import type { Clock } from "../../../net/clock.ts";
import type { Occupancy, Place, Places, Shrunk } from "../../places/places.ts";
import type { HostApi, IdleOccupant, PlaceKind } from "../messages.ts";
import type { Distant } from "../rpc.ts";

/** Constructor options of {@linkcode RemotePlaces}. */
export interface RemotePlacesOptions<T> extends Occupancy<T> {
  readonly kind: PlaceKind;
  readonly host: Distant<HostApi>;
  readonly clock: Clock;
}

/** Places of one kind. */
export class RemotePlaces<T> implements Places<T> {
  readonly #options: RemotePlacesOptions<T>;
  readonly #places = new Map<number, Place<T>>();
  #taken = 0;

  constructor(options: RemotePlacesOptions<T>) {
    this.#options = options;
  }

  get taken(): number {
    return this.#taken;
  }

  async hasRoom(hostname: string): Promise<boolean> {
    const { host, kind } = this.#options;
    return await host.hasRoom(kind, hostname);
  }

  async take(hostname: string): Promise<Place<T> | undefined> {
    const { host, kind } = this.#options;
    const { place: number, taken } = await host.takePlace(kind, hostname);
    this.#taken = taken;
    if (number === undefined) return undefined;
    const leave = () => {
      if (this.#places.delete(number)) host.leavePlace(kind, number);
    };
    const place: Place<T> = { occupant: undefined, leave };
    this.#places.set(number, place);
    return place;
  }

  async shrink(): Promise<Shrunk> {
    const { host, kind } = this.#options;
    return await host.shrink(kind);
  }

  /** Who does nothing. */
  idle(): IdleOccupant[] {
    const nowMs = this.#options.clock.nowMs();
    return [...this.#places].flatMap(([place, { occupant }]) => {
      const idleness = occupant === undefined ? undefined : this.#options.idleness(occupant);
      if (idleness === undefined) return [];
      const { rank, sinceMs, patienceMs } = idleness;
      return [{ place, rank, patienceMs, silentMs: nowMs - sinceMs }];
    });
  }

  /** Ends the occupant of a place, if it still does nothing; the host knows that its place is free. Whether it has. */
  dismiss(number: number): boolean {
    const { idleness, dismiss } = this.#options;
    const occupant = this.#places.get(number)?.occupant;
    if (occupant === undefined || idleness(occupant) === undefined) return false;
    this.#places.delete(number);
    dismiss(occupant);
    return true;
  }
}
