/**
 * All sessions of a server, by their identifiers and by the addresses that their clients report from. Ends those whose clients are
 * silent for too long.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { hostAndPort } from "../../net/addresses.ts";
import type { Clock } from "../../net/clock.ts";
import { decodeRtcp } from "../../rtp/rtcp.ts";
import { SESSION_TIMEOUT_SECONDS } from "../limits.ts";
import { numberOf } from "./session_number.ts";
import type { Session } from "./session.ts";
import type { Client } from "./client.ts";

const log = getLogger(["mjpegrtsp", "session"]);

const CHECK_INTERVAL_MS = 5000;
const SERVER_STOPPED = "the server stopped";

/** How a session is kept. */
export interface Tenure {
  /** The connection that it was set up over. */
  readonly client: Client;
  /** Whether it ends with that connection; over UDP it may go on without (RFC 2326, 1.1). */
  readonly endsWithClient: boolean;
  /** Whether it ends when its client is silent for long. */
  readonly expires: boolean;
  /** The RTCP port of its client. */
  readonly reportsFrom?: Deno.NetAddr;
  /** The channels of its client's connection that it has. */
  readonly channels?: readonly number[];
}

/** Keeps the sessions of one server. */
export class SessionRegistry {
  readonly #clock: Clock;
  readonly #sessions = new Map<string, Session>();
  readonly #tenures = new Map<Session, Tenure>();
  /** RTSP/1.0 sessions by where their reports come from. */
  readonly #reporters = new Map<string, Set<Session>>();
  #cancelCheck: (() => void) | undefined;
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#sessions.size;
  }

  get(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  has(id: string): boolean {
    return this.#sessions.has(id);
  }

  /** Adds a session. Where the server has stopped while it was set up, it ends at once. */
  add(session: Session, tenure: Tenure): void {
    if (this.#isClosed) return session.end(SERVER_STOPPED);
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
  end(session: Session, reason: string): void {
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

  /** A connection has ended, and with it the sessions that cannot go on without it. */
  leave(client: Client, reason: string): void {
    for (const session of client.sessions) if (this.#tenures.get(session)?.endsWithClient) this.end(session, reason);
  }

  /** Takes a datagram from a client's RTCP port; one from an unknown address is ignored. */
  takeReport(packet: Uint8Array, from: Deno.NetAddr): void {
    for (const session of this.#reporters.get(hostAndPort(from)) ?? []) this.#takeReportOf(session, packet);
  }

  /** Takes a packet from a channel of a client's connection; one on another channel is ignored. */
  takeInterleaved(packet: Uint8Array, { client, channel }: { client: Client; channel: number }): void {
    const session = client.channels.get(channel);
    if (session !== undefined) this.#takeReportOf(session, packet);
  }

  /** Ends all sessions, and those that are still being set up when they come. */
  close(): void {
    this.#isClosed = true;
    this.#cancelCheck?.();
    for (const session of this.#sessions.values()) this.end(session, SERVER_STOPPED);
  }

  #takeReportOf(session: Session, packet: Uint8Array): void {
    try {
      const { sender } = session;
      if (sender.dialect !== "rtsp") return;
      for (const report of decodeRtcp(packet)) {
        if (report.kind !== "receiver-report" && report.kind !== "sender-report") continue;
        // A receiver that has received nothing yet reports about no source.
        const isOurs = report.reports.length === 0
          ? report.kind === "receiver-report"
          : report.reports.some(({ ssrc }) => ssrc === sender.ssrc);
        if (!isOurs) continue;
        session.touch();
        for (const block of report.reports) sender.takeReport(block);
      }
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      log.debug("session {number} got a malformed report: {reason}", {
        number: numberOf(session),
        reason: error.message,
      });
    }
  }

  #check(): void {
    const oldestMs = this.#clock.nowMs() - SESSION_TIMEOUT_SECONDS * 1000;
    let isAnyLeft = false;
    for (const [session, { expires, endsWithClient }] of this.#tenures) {
      if (!expires) continue;
      // A client that has paused over TCP has nothing to report; it is there as long as its connection is. VLC sends nothing then.
      const isPausedOverTcp = endsWithClient && session.state === "READY" && session.sender.counters.packets > 0;
      if (session.heardMs < oldestMs && !isPausedOverTcp) {
        this.end(session, `nothing was heard from it for ${SESSION_TIMEOUT_SECONDS} s`);
      } else isAnyLeft = true;
    }
    this.#cancelCheck = isAnyLeft ? this.#clock.after(CHECK_INTERVAL_MS, () => this.#check()) : undefined;
  }
}
