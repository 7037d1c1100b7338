/**
 * All sessions of a server, by their identifiers and by the addresses that their clients report from. Ends those whose clients are
 * silent for too long.
 *
 * @module
 */

import { hostAndPort, plainAddress } from "../../net/addresses.ts";
import type { Clock } from "../../net/clock.ts";
import { readReceiverReports } from "../../rtp/receiver_reports.ts";
import { IDLE_MS, SESSION_TIMEOUT_SECONDS, UNPLAYED_SESSION_SECONDS } from "../limits.ts";
import type { Idleness } from "../places/fair_share.ts";
import type { Occupancy, Place, Places } from "../places/places.ts";
import { Reporter } from "./reporter.ts";
import { type Session, streamOf } from "./session.ts";
import { SessionTally, type SessionTotals } from "./session_tally.ts";
import type { Client } from "./client.ts";

const CHECK_INTERVAL_MS = 5000;
const SERVER_STOPPED = "the server stopped";

/** The way of one stream of a session to its client, and of reports back. */
export interface TrackPath {
  /** The RTCP port of its client. */
  readonly reportsFrom?: Deno.NetAddr;
  /** The channels of its client's connection that it has. */
  readonly channels?: readonly number[];
}

/** How a session is kept. */
export interface Tenure extends TrackPath {
  /** The place that was taken for it. */
  readonly place: Place<Session>;
  /** The connection that it was set up over. */
  readonly client: Client;
  /** Whether it ends with that connection; over UDP it may go on without (RFC 2326, 1.1), and then ends when its client is silent. */
  readonly endsWithClient: boolean;
}

/** A session, and what is known of its client. */
interface Entry extends Omit<Tenure, keyof TrackPath>, KeptSession {
  /** The RTCP ports of its client. */
  readonly reporters: Map<string, Reporter>;
  readonly channels: number[];
  /** When its connection ended, in milliseconds of the clock. */
  leftMs: number | undefined;
}

/** A session as those see it who look at all of them. */
export interface KeptSession {
  readonly session: Session;
  /** The connection that it was set up over. */
  readonly client: Client;
  /** The channels of its client's connection that it has. */
  readonly channels: readonly number[];
  /** When it was added, in milliseconds of the clock. */
  readonly sinceMs: number;
}

/** Constructor options of {@linkcode SessionRegistry}. */
export interface SessionRegistryOptions {
  readonly clock: Clock;
  /** Makes the places that sessions take. */
  readonly createPlaces: (occupancy: Occupancy<Session>) => Places<Session>;
}

/** Keeps the sessions of one server. */
export class SessionRegistry {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  readonly #places: Places<Session>;
  readonly #tally = new SessionTally();
  /** RTSP/1.0 clients by where their reports come from. */
  readonly #reporters = new Map<string, Reporter>();
  #cancelCheck: (() => void) | undefined;
  #isClosed = false;

  constructor({ clock, createPlaces }: SessionRegistryOptions) {
    this.#clock = clock;
    this.#places = createPlaces({
      idleness: ({ id }) => {
        const entry = this.#entries.get(id);
        return entry === undefined ? undefined : idleness(entry);
      },
      dismiss: (session) => this.end(session, "it gave way to another session, since it did nothing"),
    });
  }

  /** All sessions. */
  [Symbol.iterator](): Iterator<KeptSession> {
    return this.#entries.values();
  }

  /** What all sessions so far have been sent. */
  get totals(): SessionTotals {
    return this.#tally.totals(this.#entries.values());
  }

  /** Where sessions have their places. */
  get places(): Places<Session> {
    return this.#places;
  }

  /** The session of that identifier, for a client at the address that it was set up from; for others it is not there. */
  get(id: string, { hostname }: Client): Session | undefined {
    const entry = this.#entries.get(id);
    return entry !== undefined && plainAddress(entry.client.hostname) === plainAddress(hostname)
      ? entry.session
      : undefined;
  }

  /** Whether an identifier is taken. */
  has(id: string): boolean {
    return this.#entries.has(id);
  }

  /** Adds a session. Where the server has stopped while it was set up, it ends at once. */
  add(session: Session, tenure: Tenure): void {
    const { place, client, endsWithClient, reportsFrom, channels } = tenure;
    if (this.#isClosed) {
      place.leave();
      return session.end(SERVER_STOPPED);
    }
    this.#entries.set(session.id, {
      ...{ place, client, endsWithClient, session, sinceMs: this.#clock.nowMs(), leftMs: undefined },
      ...{ reporters: new Map(), channels: [] },
    });
    place.occupant = session;
    client.sessions.add(session);
    this.addTrack(session, { reportsFrom, channels });
    this.#tally.begin({ session, channels });
    if (!endsWithClient) this.#cancelCheck ??= this.#clock.after(CHECK_INTERVAL_MS, () => this.#check());
  }

  /** How packets of a session can go to that connection of its client; over TCP no other one is possible. */
  protocolOf({ id }: Session, client: Client): "tcp" | "udp" | undefined {
    const entry = this.#entries.get(id);
    if (entry?.endsWithClient !== true) return "udp";
    return entry.client === client ? "tcp" : undefined;
  }

  /** A session has one more stream. */
  addTrack(session: Session, { reportsFrom, channels = [] }: TrackPath): void {
    const entry = this.#entries.get(session.id);
    if (entry === undefined) return;
    for (const channel of channels) entry.client.channels.set(channel, session);
    entry.channels.push(...channels);
    if (reportsFrom === undefined) return;
    const key = hostAndPort(reportsFrom);
    const reporter = this.#reporters.get(key) ?? new Reporter(this.#clock);
    this.#reporters.set(key, reporter);
    entry.reporters.set(key, reporter);
    reporter.add(session);
  }

  /** Ends a session and forgets it. */
  end(session: Session, reason: string): void {
    this.#forget(session, reason)?.leave();
  }

  /** Ends a session; another one that is added has its place. */
  endBefore(session: Session, reason: string): Place<Session> {
    const place = this.#forget(session, reason);
    if (place === undefined) throw new Error("Cannot have the place of a session that has ended");
    place.occupant = undefined;
    return place;
  }

  /** Ends a session and gives the place that it had, if it was still there. */
  #forget(session: Session, reason: string): Place<Session> | undefined {
    session.end(reason);
    const entry = this.#entries.get(session.id);
    if (entry === undefined) return undefined;
    const { place, client, reporters, channels } = entry;
    this.#entries.delete(session.id);
    this.#tally.end(entry);
    client.sessions.delete(session);
    if (client.labSession === session) client.labSession = undefined;
    for (const channel of channels) client.channels.delete(channel);
    for (const [key, reporter] of reporters) {
      reporter.delete(session);
      if (reporter.size === 0) this.#reporters.delete(key);
    }
    return place;
  }

  /** A connection has ended, and with it the sessions that cannot go on without it. */
  leave(client: Client, reason: string): void {
    for (const session of client.sessions) {
      const entry = this.#entries.get(session.id)!;
      entry.leftMs = this.#clock.nowMs();
      if (entry.endsWithClient) this.end(session, reason);
    }
  }

  /** Takes a datagram from a client's RTCP port. Whether it keeps a session: one from an unknown address does not. */
  takeReport(packet: Uint8Array, from: Deno.NetAddr): boolean {
    const reporter = this.#reporters.get(hostAndPort(from));
    return reporter?.take(packet) ?? false;
  }

  /** Takes a packet from a channel of a client's connection. Whether it was of use: one on another channel is not. */
  takeInterleaved(packet: Uint8Array, { client, channel }: { client: Client; channel: number }): boolean {
    const session = client.channels.get(channel);
    const reports = session === undefined ? undefined : readReceiverReports(packet);
    if (session === undefined || reports === undefined) return false;
    for (const block of reports.blocks) streamOf(session, block.ssrc)?.takeReport(block);
    return true;
  }

  /** Ends all sessions, and those that are still being set up when they come. */
  close(): void {
    this.#isClosed = true;
    this.#cancelCheck?.();
    for (const { session } of this.#entries.values()) this.end(session, SERVER_STOPPED);
  }

  #check(): void {
    const nowMs = this.#clock.nowMs();
    let isAnyLeft = false;
    for (const entry of this.#entries.values()) {
      if (entry.endsWithClient) continue;
      const { session, leftMs } = entry;
      const silentMs = nowMs - heardMs(entry);
      if (silentMs > SESSION_TIMEOUT_SECONDS * 1000) {
        this.end(session, `nothing was heard from it for ${SESSION_TIMEOUT_SECONDS} s`);
      } else if (!session.hasPlayed && leftMs !== undefined && nowMs - leftMs > UNPLAYED_SESSION_SECONDS * 1000) {
        this.end(session, "its connection ended before it was played");
      } else isAnyLeft = true;
    }
    this.#cancelCheck = isAnyLeft ? this.#clock.after(CHECK_INTERVAL_MS, () => this.#check()) : undefined;
  }
}

/** When the client of a session was last heard from. */
function heardMs({ session, reporters }: Entry): number {
  let latestMs = session.heardMs;
  for (const reporter of reporters.values()) latestMs = Math.max(latestMs, reporter.heardMs);
  return latestMs;
}

/** Sessions that were never played give way first, then those that have paused and whose connection has ended. */
function idleness(entry: Entry): Idleness | undefined {
  const { session, leftMs } = entry;
  const sinceMs = heardMs(entry);
  const hasLeft = leftMs !== undefined;
  if (!session.hasPlayed) return { rank: hasLeft ? 0 : 1, sinceMs, patienceMs: hasLeft ? 0 : IDLE_MS };
  return session.state === "READY" && hasLeft ? { rank: 2, sinceMs, patienceMs: IDLE_MS } : undefined;
}
