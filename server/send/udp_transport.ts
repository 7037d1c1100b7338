/**
 * RTP and RTCP to one client over UDP (RFC 3550, 11): a datagram for each packet, bursts of a large frame spread over its interval.
 * What a client asks for again is sent again.
 *
 * @module
 */

import { type RtpStamp, stampRtpHeader } from "../../rtp/packet.ts";
import type { RtpPackets } from "../packetize/rtp_packets.ts";
import type { DatagramSender } from "./datagram_sender.ts";
import type { Clock } from "../../net/clock.ts";
import { BURST_PACKETS, MAX_RECENT_PACKETS, RECENT_FOR_MS, RESENT_PAUSE_MS } from "../limits.ts";
import { type FrameTime, joinSentences, type LogSentence, packetDueMs } from "./frame_sender.ts";
import type { Pacer } from "./pacer.ts";
import type { HeldFrames } from "./held_frames.ts";
import { RecentPackets } from "./recent_packets.ts";
import type { RtpTransport } from "./rtp_transport.ts";

/** Constructor options of {@linkcode UdpTransport}. */
export interface UdpTransportOptions {
  /** What the session's datagrams go through. */
  readonly datagrams: DatagramSender;
  /** The client's RTP port. */
  readonly destination: Deno.NetAddr;
  /** The socket that RTP packets leave from. */
  readonly socket: Deno.DatagramConn;
  /** The socket that RTCP packets leave from. */
  readonly rtcpSocket: Deno.DatagramConn;
  /** The client's RTCP port. */
  readonly rtcpDestination: Deno.NetAddr;
  /** Spreads large frames over their interval. */
  readonly pacer: Pacer;
  /** The pacer's clock. */
  readonly clock: Clock;
  /** What all sessions of the server keep to send it again; without it, nothing is sent again, as to a group. */
  readonly recentFrames?: HeldFrames;
  /** Called when a report cannot be sent. */
  readonly onError: (error: unknown) => void;
}

/** RTP/AVP over UDP: a datagram for each packet. */
export class UdpTransport implements RtpTransport {
  readonly isReady = true;
  readonly #options: UdpTransportOptions;
  /** The packet that is leaving: it is sent before the next one is written. */
  #packet = new Uint8Array(0);
  readonly #recent: RecentPackets | undefined;
  #cancelForgetting: (() => void) | undefined;
  /** Numbers of packets that are to be sent again, and the one that is leaving. */
  readonly #wanted = new Set<number>();
  #again = new Uint8Array(0);
  #isSendingAgain = false;
  #resent = 0;
  #isClosed = false;

  constructor(options: UdpTransportOptions) {
    this.#options = options;
    const { recentFrames } = options;
    this.#recent = recentFrames === undefined ? undefined : new RecentPackets(recentFrames);
  }

  get destination(): string {
    return `RTP over UDP to port ${this.#options.destination.port}`;
  }

  get resentPackets(): number {
    return this.#resent;
  }

  async sendFrame(frame: RtpPackets, first: RtpStamp, time: FrameTime): Promise<number> {
    const { packets } = frame;
    const { sequenceNumber, timestamp, ssrc } = first;
    const { datagrams, destination, socket, pacer } = this.#options;
    const count = packets.length;
    this.#cancelForgetting?.();
    const recent = this.#recent?.begin(frame, first);
    for (let index = 0; index < count; index++) {
      const dueMs = packetDueMs(index, count, time);
      if (dueMs !== undefined) await pacer.until(dueMs);
      if (this.#isClosed) return index;
      const packet = this.#packet = copyInto(this.#packet, packets[index]);
      stampRtpHeader(packet, 0, { sequenceNumber: sequenceNumber + index, timestamp, ssrc });
      await datagrams.send(packet, socket, destination);
      if (recent !== undefined) recent.sentCount++;
    }
    return count;
  }

  resend(sequenceNumbers: readonly number[]): void {
    for (const number of sequenceNumbers) if (this.#wanted.size < MAX_RECENT_PACKETS) this.#wanted.add(number);
    if (!this.#isSendingAgain) this.#sendWanted().catch(this.#options.onError);
  }

  sendRtcp(packet: Uint8Array): void {
    const { datagrams, rtcpSocket, rtcpDestination, onError } = this.#options;
    datagrams.send(packet, rtcpSocket, rtcpDestination).catch(onError);
  }

  flush(): void {
    const { datagrams, clock } = this.#options;
    datagrams.flush();
    this.#wanted.clear();
    // The client may have lost the last packets of a movie, which nothing follows.
    this.#cancelForgetting?.();
    this.#cancelForgetting = clock.after(RECENT_FOR_MS, () => this.#recent?.clear());
  }

  close(): void {
    this.#isClosed = true;
    this.flush();
    this.#cancelForgetting?.();
    this.#recent?.clear();
  }

  summary(): LogSentence | undefined {
    return joinSentences([
      this.#resent === 0 ? undefined : {
        template: "{resentPackets} packets were sent again",
        properties: { resentPackets: this.#resent },
      },
      this.#options.datagrams.summary(),
    ]);
  }

  /** Sends what is wanted in bursts, as the packets of frames. */
  async #sendWanted(): Promise<void> {
    const { datagrams, destination, socket, pacer, clock } = this.#options;
    this.#isSendingAgain = true;
    try {
      let burst = 0;
      for (const number of this.#wanted) {
        this.#wanted.delete(number);
        const found = this.#recent?.take(number);
        if (found === undefined) continue;
        if (burst++ === BURST_PACKETS) {
          await pacer.until(clock.nowMs() + RESENT_PAUSE_MS);
          burst = 1;
        }
        if (this.#isClosed) return;
        const packet = this.#again = copyInto(this.#again, found.packet);
        stampRtpHeader(packet, 0, found.stamp);
        this.#resent++;
        await datagrams.send(packet, socket, destination);
      }
    } finally {
      this.#isSendingAgain = false;
    }
  }
}

/** A copy of a packet that may be stamped, in the memory of the one before: most packets of a frame have one length. */
function copyInto(target: Uint8Array<ArrayBuffer>, packet: Uint8Array): Uint8Array<ArrayBuffer> {
  let copy = target;
  if (copy.length !== packet.length) {
    const { buffer } = copy;
    copy = packet.length <= buffer.byteLength
      ? new Uint8Array(buffer, 0, packet.length)
      : new Uint8Array(packet.length);
  }
  copy.set(packet);
  return copy;
}
