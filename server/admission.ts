/**
 * Who may connect. Where there are no more places, whoever does nothing gives way to a newcomer; who plays or publishes never does.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../net/clock.ts";
import { IDLE_MS, IDLE_WITHOUT_SESSION_MS } from "./limits.ts";
import type { Client } from "./session/client.ts";
import type { Idleness } from "./places/fair_share.ts";
import type { Occupancy, Places } from "./places/places.ts";

const log = getLogger(["mjpegrtsp", "server"]);

/** Constructor options of {@linkcode Admission}. */
export interface AdmissionOptions {
  readonly clock: Clock;
  /** Makes the places that clients take. */
  readonly createPlaces: (occupancy: Occupancy<Client>) => Places<Client>;
}

/** The clients that are connected. */
export class Admission {
  readonly #clock: Clock;
  readonly #places: Places<Client>;
  readonly #clients = new Set<Client>();

  constructor({ clock, createPlaces }: AdmissionOptions) {
    this.#clock = clock;
    this.#places = createPlaces({ idleness, dismiss: (client) => this.#dismiss(client) });
  }

  /** How many clients there are. */
  get size(): number {
    return this.#clients.size;
  }

  /** All clients. */
  [Symbol.iterator](): Iterator<Client> {
    return this.#clients[Symbol.iterator]();
  }

  /**
   * Lets a client in, in the place of an idle one where it has to be, and gives what ends its stay; `undefined` where there is no
   * place for it.
   */
  async admit(client: Client): Promise<(() => void) | undefined> {
    const place = await this.#places.take(client.hostname);
    if (place === undefined) {
      log.info(
        "{peer} is turned away: {count} clients are connected, and none of them is idle that would have to give way",
        { peer: client.connection.peer, count: this.#places.taken },
      );
      return undefined;
    }
    place.occupant = client;
    this.#clients.add(client);
    return () => {
      this.#clients.delete(client);
      place.leave();
    };
  }

  /**
   * The system gives no more descriptors: for a while fewer clients are connected than now, so that some are left for files. Whether
   * somebody has left for it.
   */
  async makeDoWithFewer(): Promise<boolean> {
    const { max, isDone, isFirst } = await this.#places.shrink();
    if (isFirst) {
      log.warn(
        "The system lets this program open no more files: at most {count} clients are connected for a while, and idle ones " +
          "give way to others (ulimit -n sets the limit)",
        { count: max },
      );
    }
    return isDone;
  }

  #dismiss(client: Client): void {
    const seconds = Math.round((this.#clock.nowMs() - client.connection.heardMs) / 1000);
    client.connection.close(`it gave way to another client, since it was idle for ${seconds} s`);
    this.#clients.delete(client);
  }
}

/** Clients that have asked for nothing give way first, then those without a session, then those that do not play, or not yet. */
function idleness({ connection, sessions, isPublishing }: Client): Idleness | undefined {
  if (isPublishing) return undefined;
  let hasPlayed = false;
  for (const session of sessions) {
    if (session.state === "PLAYING") return undefined;
    hasPlayed ||= session.hasPlayed;
  }
  const sinceMs = connection.heardMs;
  if (!connection.hasAsked) return { rank: 0, sinceMs, patienceMs: 0 };
  // Whoever waits for us is not idle, or not yet.
  if (sessions.size === 0 && !connection.isWaiting) return { rank: 1, sinceMs, patienceMs: IDLE_WITHOUT_SESSION_MS };
  return { rank: hasPlayed ? 3 : 2, sinceMs, patienceMs: IDLE_MS };
}
