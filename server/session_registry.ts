/**
 * All sessions of a server, by their identifiers and by the addresses that their clients report from. Ends those that are
 * heard of no more.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../rtp/clock.ts";
import { decodeRtcp } from "../rtp/rtcp.ts";
import { JpegSender } from "./jpeg_sender.ts";
import { SESSION_TIMEOUT_SECONDS } from "./limits.ts";
import type { Session } from "./session.ts";

const log = getLogger(["mjpegrtsp", "session"]);

const CHECK_INTERVAL_MS = 5000;

/** The sessions of one server. */
export class SessionRegistry {
  readonly #clock: Clock;
  readonly #sessions = new Map<string, Session>();
  /** Sessions of the standards by where their reports come from, as {@linkcode addressKey} has it. */
  readonly #reporters = new Map<string, Session>();
  readonly #expiring = new Set<Session>();
  #cancelCheck: (() => void) | undefined;

  /** Without sessions. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The session of that identifier. */
  get(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  /** Whether an identifier is taken. */
  has(id: string): boolean {
    return this.#sessions.has(id);
  }

  /** Adds a session that lasts as long as its connection does. */
  add(session: Session): void {
    this.#sessions.set(session.id, session);
  }

  /** Adds a session that ends when nothing is heard of it any more; `reportsFrom` is its client's RTCP port. */
  addExpiring(session: Session, reportsFrom: Deno.NetAddr | undefined): void {
    this.add(session);
    this.#expiring.add(session);
    if (reportsFrom !== undefined) this.#reporters.set(addressKey(reportsFrom), session);
    this.#cancelCheck ??= this.#clock.after(CHECK_INTERVAL_MS, () => this.#check());
  }

  /** Ends a session and forgets it. */
  end(session: Session, reason: string): void {
    session.end(reason);
    this.#sessions.delete(session.id);
    this.#expiring.delete(session);
    for (const [key, reporter] of this.#reporters) if (reporter === session) this.#reporters.delete(key);
  }

  /** Takes a datagram from a client's RTCP port; what comes from nowhere known is passed over. */
  takeReport(packet: Uint8Array, from: Deno.NetAddr): void {
    const session = this.#reporters.get(addressKey(from));
    if (session !== undefined) this.takeReportOf(session, packet);
  }

  /** Takes a compound packet that a session's client has sent. */
  takeReportOf(session: Session, packet: Uint8Array): void {
    try {
      for (const report of decodeRtcp(packet)) {
        session.touch();
        const { sender } = session;
        if (!(sender instanceof JpegSender)) continue;
        if (report.kind === "receiver-report" || report.kind === "sender-report") {
          for (const block of report.reports) sender.takeReport(block);
        }
      }
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      log.debug("session {id} got a malformed report: {reason}", { id: session.id, reason: error.message });
    }
  }

  /** Ends all. */
  close(): void {
    this.#cancelCheck?.();
    for (const session of this.#sessions.values()) this.end(session, "the server stopped");
  }

  #check(): void {
    const oldestMs = this.#clock.nowMs() - SESSION_TIMEOUT_SECONDS * 1000;
    for (const session of this.#expiring) {
      if (session.heardMs < oldestMs) this.end(session, `nothing was heard of it for ${SESSION_TIMEOUT_SECONDS} s`);
    }
    this.#cancelCheck = this.#expiring.size === 0
      ? undefined
      : this.#clock.after(CHECK_INTERVAL_MS, () => this.#check());
  }
}

/** `::ffff:127.0.0.1`, as a socket for both families gives it, is 127.0.0.1. */
function addressKey({ hostname, port }: Deno.NetAddr): string {
  return `${hostname.replace(/^::ffff:(?=\d+\.)/i, "")} ${port}`;
}
