/**
 * The address and port that a client reports from, however many sessions it has: a datagram is read once for all of them.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import { readReceiverReports } from "../../rtp/receiver_reports.ts";
import { type Session, streamOf } from "./session.ts";

/** The RTCP port of a client. */
export class Reporter {
  readonly #clock: Clock;
  readonly #sessions = new Set<Session>();
  /** By the SSRC that they send with, which receivers report on. */
  readonly #bySsrc = new Map<number, Session>();
  #heardMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Sessions whose reports come from here. */
  get size(): number {
    return this.#sessions.size;
  }

  /** When a report came that names no session, and so keeps all of them, in milliseconds of the clock. */
  get heardMs(): number {
    return this.#heardMs;
  }

  add(session: Session): void {
    this.#sessions.add(session);
    for (const { ssrc } of session.streams) this.#bySsrc.set(ssrc, session);
  }

  delete(session: Session): void {
    this.#sessions.delete(session);
    for (const { ssrc } of session.streams) if (this.#bySsrc.get(ssrc) === session) this.#bySsrc.delete(ssrc);
  }

  /** Takes a datagram. Whether it is a report on one of the sessions. */
  take(packet: Uint8Array): boolean {
    const reports = readReceiverReports(packet);
    if (reports === undefined) return false;
    let isKnown = reports.isFromWaiting;
    // A receiver that has received nothing yet reports about no source.
    if (reports.isFromWaiting) this.#heardMs = this.#clock.nowMs();
    for (const block of reports.blocks) {
      const session = this.#bySsrc.get(block.ssrc);
      if (session === undefined) continue;
      session.touch();
      streamOf(session, block.ssrc)?.takeReport(block);
      isKnown = true;
    }
    for (const { mediaSsrc, sequenceNumbers } of reports.nacks) {
      const session = this.#bySsrc.get(mediaSsrc);
      if (session === undefined) continue;
      session.touch();
      streamOf(session, mediaSsrc)?.resend(sequenceNumbers);
      isKnown = true;
    }
    return isKnown;
  }
}
