/**
 * Who may connect. Where there are no more places, whoever does nothing gives way to a newcomer; who plays never does.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../net/clock.ts";
import { IDLE_MS, IDLE_WITHOUT_SESSION_MS, SPARE_DESCRIPTORS } from "./limits.ts";
import type { Client } from "./session/client.ts";
import { FairShare, type Idleness } from "./session/fair_share.ts";

const log = getLogger(["mjpegrtsp", "server"]);

/** Constructor options of {@linkcode Admission}. */
export interface AdmissionOptions {
  readonly clock: Clock;
  /** Connections for all addresses together. */
  readonly maxConnections: number;
  /** Part of them that one address may have, above 0, up to 1. */
  readonly addressShare: number;
}

/** The clients that are connected. */
export class Admission {
  readonly #clock: Clock;
  readonly #clients: FairShare<Client>;
  /** The log has told that the system gives no more descriptors. */
  #hasTold = false;

  constructor({ clock, maxConnections, addressShare }: AdmissionOptions) {
    this.#clock = clock;
    this.#clients = new FairShare({
      max: maxConnections,
      maxPerAddress: Math.ceil(maxConnections * addressShare),
      idleness,
    });
  }

  /** All clients. */
  [Symbol.iterator](): Iterator<Client> {
    return this.#clients[Symbol.iterator]();
  }

  /** Lets a client in, in the place of an idle one where it has to be; false where there is no place for it. */
  admit(client: Client): boolean {
    const room = this.#clients.roomFor(client.hostname, this.#clock.nowMs());
    if (!room.isFree) {
      if (room.givesWay === undefined) return this.#turnAway(client);
      this.#dismiss(room.givesWay);
    }
    this.#clients.add(client.hostname, client);
    return true;
  }

  /** A client has left. */
  leave(client: Client): void {
    this.#clients.delete(client.hostname, client);
  }

  /**
   * The system gives no more descriptors: from now on fewer clients are connected than now, so that some are left for files. Whether
   * somebody has left for it.
   */
  makeDoWithFewer(): boolean {
    const clients = this.#clients;
    clients.limit(clients.size - Math.min(SPARE_DESCRIPTORS, Math.floor(clients.size / 4)));
    if (!this.#hasTold) {
      log.warn(
        "The system lets this program open no more files: at most {count} clients are connected from now on, and idle ones " +
          "give way to others (ulimit -n sets the limit)",
        { count: clients.max },
      );
    }
    this.#hasTold = true;
    const before = clients.size;
    for (let next = clients.idlest(); next !== undefined && clients.size > clients.max; next = clients.idlest()) {
      this.#dismiss(next);
    }
    return clients.size < before;
  }

  #turnAway(client: Client): false {
    log.info(
      "{peer} is turned away: {count} clients are connected, and none of them is idle that would have to give way",
      {
        peer: client.connection.peer,
        count: this.#clients.size,
      },
    );
    return false;
  }

  #dismiss(client: Client): void {
    const seconds = Math.round((this.#clock.nowMs() - client.connection.heardMs) / 1000);
    client.connection.close(`it gave way to another client, since it was idle for ${seconds} s`);
    this.leave(client);
  }
}

/** Clients that have asked for nothing give way first, then those without a session, then those that do not play, or not yet. */
function idleness({ connection, sessions }: Client): Idleness | undefined {
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
