/**
 * What all sessions of a server have been sent, those that have ended included. The sessions count; here it is added up, when one ends
 * and when somebody asks.
 *
 * @module
 */

import type { FrameSender } from "../send/frame_sender.ts";
import type { Session } from "./session.ts";

/** What packets travel over. */
export type TransportKind = "udp" | "tcp" | "multicast";

/** What sessions have been sent; everything only grows. */
export interface SessionCounts {
  /** Sessions that were set up. */
  readonly sessions: number;
  /** Whole frames. */
  readonly frames: number;
  /** RTP packets. */
  readonly packets: number;
  /** Bytes of RTP headers and payloads. */
  readonly bytes: number;
  /** Frames dropped because the client was too slow, or we were, or because RTP/JPEG cannot carry them. */
  readonly droppedFrames: number;
  /** Frames left out to fit sessions to slow networks. */
  readonly leftOutFrames: number;
  /** Packets that clients asked for again (RFC 4585). */
  readonly askedPackets: number;
  /** Packets that were sent again. */
  readonly resentPackets: number;
}

/** The counts by what packets travelled over. */
export type SessionTotals = Readonly<Record<TransportKind, SessionCounts>>;

/** A session, and the channels of its client's connection that it has. */
export interface CountedSession {
  readonly session: Session;
  readonly channels?: readonly number[];
}

const NOTHING: SessionCounts = {
  ...{ sessions: 0, frames: 0, packets: 0, bytes: 0, droppedFrames: 0 },
  ...{ leftOutFrames: 0, askedPackets: 0, resentPackets: 0 },
};
/** Nothing sent, over anything. */
export const NO_TOTALS: SessionTotals = { udp: NOTHING, tcp: NOTHING, multicast: NOTHING };

/** What the packets of a session travel over. */
export function transportOf({ session, channels = [] }: CountedSession): TransportKind {
  return channels.length > 0 ? "tcp" : session.isShared ? "multicast" : "udp";
}

/** Two totals together. */
export function addTotals(one: SessionTotals, other: SessionTotals): SessionTotals {
  return {
    udp: combine(one.udp, other.udp, 1),
    tcp: combine(one.tcp, other.tcp, 1),
    multicast: combine(one.multicast, other.multicast, 1),
  };
}

/** Keeps the totals of one server. */
export class SessionTally {
  #totals = NO_TOTALS;
  /** What of a sender is in the totals: a group has one, and many sessions. */
  readonly #counted = new WeakMap<FrameSender, SessionCounts>();

  /** A session was set up. */
  begin(counted: CountedSession): void {
    this.#add(transportOf(counted), { ...NOTHING, sessions: 1 });
  }

  /** A session ends. */
  end(counted: CountedSession): void {
    const { sender } = counted.session;
    const sent = sentBy(sender);
    this.#add(transportOf(counted), combine(sent, this.#counted.get(sender) ?? NOTHING, -1));
    this.#counted.set(sender, sent);
  }

  /** All that was sent so far; `present` are the sessions that have not ended. */
  totals(present: Iterable<CountedSession>): SessionTotals {
    const seen = new Set<FrameSender>();
    let totals = this.#totals;
    for (const counted of present) {
      const { sender } = counted.session;
      if (seen.has(sender)) continue;
      seen.add(sender);
      const news = combine(sentBy(sender), this.#counted.get(sender) ?? NOTHING, -1);
      totals = addTotals(totals, { ...NO_TOTALS, [transportOf(counted)]: news });
    }
    return totals;
  }

  #add(kind: TransportKind, counts: SessionCounts): void {
    this.#totals = addTotals(this.#totals, { ...NO_TOTALS, [kind]: counts });
  }
}

/** One and so many times the other. */
function combine(one: SessionCounts, other: SessionCounts, times: number): SessionCounts {
  return {
    sessions: one.sessions + times * other.sessions,
    frames: one.frames + times * other.frames,
    packets: one.packets + times * other.packets,
    bytes: one.bytes + times * other.bytes,
    droppedFrames: one.droppedFrames + times * other.droppedFrames,
    leftOutFrames: one.leftOutFrames + times * other.leftOutFrames,
    askedPackets: one.askedPackets + times * other.askedPackets,
    resentPackets: one.resentPackets + times * other.resentPackets,
  };
}

function sentBy(sender: FrameSender): SessionCounts {
  const { frames, packets, bytes, droppedFrames } = sender.counters;
  const sent = { ...NOTHING, frames, packets, bytes, droppedFrames };
  if (sender.dialect === "lab") return sent;
  return { ...sent, ...sender.repairs, leftOutFrames: sender.adaptation?.leftOut ?? 0 };
}
