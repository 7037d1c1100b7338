/**
 * All sessions of a server, by their identifiers and by the addresses that their clients report from. Ends those that are
 * heard of no more.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { hostAndPort } from "../../net/addresses.ts";
import type { Clock } from "../../net/clock.ts";
import { decodeRtcp } from "../../rtp/rtcp.ts";
import { JpegSender } from "../send/jpeg_sender.ts";
import { SESSION_TIMEOUT_SECONDS } from "../limits.ts";
import type { ClientSession } from "./client_session.ts";
import type { Client } from "./client.ts";

const log = getLogger(["mjpegrtsp", "session"]);

const CHECK_INTERVAL_MS = 5000;

/** How a session is kept. */
export interface Tenure {
  /** The connection that it was set up over. */
  readonly client: Client;
  /** Whether it ends with that connection; over UDP it may go on without (RFC 2326, 1.1). */
  readonly endsWithClient: boolean;
  /** Whether it ends when nothing is heard of it for long. */
  readonly expires: boolean;
  /** The RTCP port of its client. */
  readonly reportsFrom?: Deno.NetAddr;
  /** The channels of its client's connection that it has. */
  readonly channels?: readonly number[];
}

/** The sessions of one server. */
export class SessionRegistry {
  readonly #clock: Clock;
  readonly #sessions = new Map<string, ClientSession>();
  readonly #tenures = new Map<ClientSession, Tenure>();
  /** Sessions of the standards by where their reports come from. */
  readonly #reporters = new Map<string, Set<ClientSession>>();
  #cancelCheck: (() => void) | undefined;

  /** Without sessions. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many sessions there are. */
  get size(): number {
    return this.#sessions.size;
  }

  /** The session of that identifier. */
  get(id: string): ClientSession | undefined {
    return this.#sessions.get(id);
  }

  /** Whether an identifier is taken. */
  has(id: string): boolean {
    return this.#sessions.has(id);
  }

  /** Adds a session. */
  add(session: ClientSession, tenure: Tenure): void {
    const { client, expires, reportsFrom, channels = [] } = tenure;
    this.#sessions.set(session.id, session);
    this.#tenures.set(session, tenure);
    client.sessions.add(session);
    if (reportsFrom !== undefined) {
      const key = hostAndPort(reportsFrom);
      this.#reporters.set(key, (this.#reporters.get(key) ?? new Set()).add(session));
    }
    for (const channel of channels) client.channels.set(channel, session);
    if (expires) this.#cancelCheck ??= this.#clock.after(CHECK_INTERVAL_MS, () => this.#check());
  }

  /** Ends a session and forgets it. */
  end(session: ClientSession, reason: string): void {
    session.end(reason);
    this.#sessions.delete(session.id);
    const tenure = this.#tenures.get(session);
    if (tenure === undefined) return;
    this.#tenures.delete(session);
    const { client, reportsFrom, channels = [] } = tenure;
    client.sessions.delete(session);
    if (client.labSession === session) client.labSession = undefined;
    for (const channel of channels) client.channels.delete(channel);
    if (reportsFrom === undefined) return;
    const key = hostAndPort(reportsFrom);
    const reporting = this.#reporters.get(key);
    reporting?.delete(session);
    if (reporting?.size === 0) this.#reporters.delete(key);
  }

  /** A connection has ended: so do the sessions that cannot be without it. */
  leave(client: Client, reason: string): void {
    for (const session of client.sessions) if (this.#tenures.get(session)?.endsWithClient) this.end(session, reason);
  }

  /** Takes a datagram from a client's RTCP port; what comes from nowhere known is passed over. */
  takeReport(packet: Uint8Array, from: Deno.NetAddr): void {
    for (const session of this.#reporters.get(hostAndPort(from)) ?? []) this.#takeReportOf(session, packet);
  }

  /** Takes a packet from a channel of a client's connection; what is not for a session's reports is passed over. */
  takeInterleaved(packet: Uint8Array, { client, channel }: { client: Client; channel: number }): void {
    const session = client.channels.get(channel);
    if (session !== undefined) this.#takeReportOf(session, packet);
  }

  /** Ends all. */
  close(): void {
    this.#cancelCheck?.();
    for (const session of this.#sessions.values()) this.end(session, "the server stopped");
  }

  #takeReportOf(session: ClientSession, packet: Uint8Array): void {
    try {
      const { sender } = session;
      if (!(sender instanceof JpegSender)) return;
      for (const report of decodeRtcp(packet)) {
        if (report.kind !== "receiver-report" && report.kind !== "sender-report") continue;
        // A receiver that has received nothing yet reports on nothing; a sender that does is none of ours.
        const isOurs = report.reports.length === 0
          ? report.kind === "receiver-report"
          : report.reports.some(({ ssrc }) => ssrc === sender.ssrc);
        if (!isOurs) continue;
        session.touch();
        for (const block of report.reports) sender.takeReport(block);
      }
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      log.debug("session {id} got a malformed report: {reason}", { id: session.id, reason: error.message });
    }
  }

  #check(): void {
    const oldestMs = this.#clock.nowMs() - SESSION_TIMEOUT_SECONDS * 1000;
    let isAnyLeft = false;
    for (const [session, { expires, endsWithClient }] of this.#tenures) {
      if (!expires) continue;
      // Whoever has paused over TCP has nothing to report, and is there as long as the connection is: VLC asks nothing then.
      const isPausedOverTcp = endsWithClient && session.state === "READY" && session.sender.counters.packets > 0;
      if (session.heardMs < oldestMs && !isPausedOverTcp) {
        this.end(session, `nothing was heard of it for ${SESSION_TIMEOUT_SECONDS} s`);
      } else isAnyLeft = true;
    }
    this.#cancelCheck = isAnyLeft ? this.#clock.after(CHECK_INTERVAL_MS, () => this.#check()) : undefined;
  }
}
