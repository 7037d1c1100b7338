/**
 * The packets that a session has sent lately, for a client that asks for some of them again (RFC 4585, 6.2.1). The packets are those
 * that all sessions share: nothing is copied to be kept, and what all sessions of a server keep together is bounded.
 *
 * @module
 */

import type { RtpStamp } from "../../rtp/packet.ts";
import {
  FIRST_RECENT_PACKETS,
  FIRST_RESENT_PACKETS,
  MAX_RECENT_PACKETS,
  MAX_RESENT_PACKETS,
  RESENT_SHARE,
} from "../limits.ts";
import type { RtpPackets } from "../packetize/rtp_packets.ts";
import type { HeldFrames } from "./held_frames.ts";

/** A packet, and what its header gets. */
export interface RecentPacket {
  /** Its bytes, to be copied before they are stamped. */
  readonly packet: Uint8Array;
  readonly stamp: RtpStamp;
}

/** A frame whose packets are being sent, or have been. */
export interface RecentFrame {
  readonly frame: RtpPackets;
  /** What the header of its first packet got. */
  readonly first: RtpStamp;
  /** Packets that have left so far. */
  sentCount: number;
}

/** Sequence numbers further apart than this are of the other direction. */
const HALF_WAY = 0x8000;

/** Keeps the last frames of one session. */
export class RecentPackets {
  readonly #held: HeldFrames;
  /** The oldest first. */
  readonly #frames: (RecentFrame & { readonly cut: () => void })[] = [];
  #count = 0;
  /** Few, before the client has asked for any: most never do. */
  #maxCount = FIRST_RECENT_PACKETS;
  /** How many packets may be sent again: who asks for everything twice does not get it. */
  #allowance = FIRST_RESENT_PACKETS;

  /** `held` are the frames that all sessions keep. */
  constructor(held: HeldFrames) {
    this.#held = held;
  }

  /** A frame begins to be sent; whoever sends it counts its packets. */
  begin(frame: RtpPackets, first: RtpStamp): RecentFrame {
    const count = frame.packets.length;
    const recent = { frame, first, sentCount: 0, cut: () => this.#drop(recent) };
    this.#frames.push(recent);
    this.#count += count;
    this.#allowance = Math.min(MAX_RESENT_PACKETS, this.#allowance + count * RESENT_SHARE);
    this.#held.hold(frame, recent.cut);
    while (this.#frames.length > 1 && this.#count - this.#frames[0].frame.packets.length >= this.#maxCount) {
      this.#drop(this.#frames[0]);
    }
    return recent;
  }

  /** Takes the packet with that number to be sent again; `undefined` where it is not there, or enough was sent again. */
  take(sequenceNumber: number): RecentPacket | undefined {
    this.#maxCount = MAX_RECENT_PACKETS;
    if (this.#allowance < 1) return undefined;
    const recent = this.#find(sequenceNumber);
    if (recent === undefined) return undefined;
    const index = (sequenceNumber - recent.first.sequenceNumber) & 0xffff;
    if (index >= recent.sentCount) return undefined;
    this.#allowance--;
    return { packet: recent.frame.packets[index], stamp: { ...recent.first, sequenceNumber } };
  }

  /** Keeps nothing of what was sent so far. */
  clear(): void {
    while (this.#frames.length > 0) this.#drop(this.#frames[0]);
  }

  /** The last frame that does not begin behind a packet. */
  #find(sequenceNumber: number): RecentFrame | undefined {
    let [low, high] = [0, this.#frames.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const behind = (sequenceNumber - this.#frames[middle].first.sequenceNumber) & 0xffff;
      if (behind < HALF_WAY) low = middle + 1;
      else high = middle;
    }
    return this.#frames[low - 1];
  }

  #drop(recent: RecentFrame & { readonly cut: () => void }): void {
    const at = this.#frames.indexOf(recent);
    if (at < 0) return;
    this.#frames.splice(at, 1);
    this.#count -= recent.frame.packets.length;
    this.#held.release(recent.frame, recent.cut);
  }
}
