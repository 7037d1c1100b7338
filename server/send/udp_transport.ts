/**
 * RTP and RTCP to one client over UDP (RFC 3550, 11): a datagram for each packet, bursts of a large frame spread over its interval.
 *
 * @module
 */

import { type RtpStamp, stampRtpHeader } from "../../rtp/packet.ts";
import type { FramePackets } from "../packetize/frame_packetizer.ts";
import type { DatagramSender } from "./datagram_sender.ts";
import { type FrameTime, type LogSentence, packetDueMs } from "./frame_sender.ts";
import type { Pacer } from "./pacer.ts";
import type { RtpTransport } from "./rtp_transport.ts";

/** Constructor options of {@linkcode UdpTransport}. */
export interface UdpTransportOptions {
  /** Sends to the client's RTP port. */
  readonly datagrams: DatagramSender;
  /** The socket that RTP packets leave from. */
  readonly socket: Deno.DatagramConn;
  /** The socket that RTCP packets leave from. */
  readonly rtcpSocket: Deno.DatagramConn;
  /** The client's RTCP port. */
  readonly rtcpDestination: Deno.NetAddr;
  /** Spreads large frames over their interval. */
  readonly pacer: Pacer;
  /** Called when a report cannot be sent. */
  readonly onError: (error: unknown) => void;
}

/** RTP/AVP over UDP: a datagram for each packet. */
export class UdpTransport implements RtpTransport {
  readonly isReady = true;
  readonly #options: UdpTransportOptions;
  /** The packet that is leaving: it is sent before the next one is written. */
  #packet = new Uint8Array(0);
  #isClosed = false;

  constructor(options: UdpTransportOptions) {
    this.#options = options;
  }

  get destination(): string {
    return `RTP over UDP to port ${this.#options.datagrams.port}`;
  }

  async sendFrame(
    { packets }: FramePackets,
    { sequenceNumber, timestamp, ssrc }: RtpStamp,
    time: FrameTime,
  ): Promise<number> {
    const { datagrams, socket, pacer } = this.#options;
    const count = packets.length;
    for (let index = 0; index < count; index++) {
      const dueMs = packetDueMs(index, count, time);
      if (dueMs !== undefined) await pacer.until(dueMs);
      if (this.#isClosed) return index;
      const packet = this.#copyOf(packets[index]);
      stampRtpHeader(packet, 0, { sequenceNumber: sequenceNumber + index, timestamp, ssrc });
      await datagrams.send(packet, socket);
    }
    return count;
  }

  sendRtcp(packet: Uint8Array): void {
    const { datagrams, rtcpSocket, rtcpDestination, onError } = this.#options;
    datagrams.send(packet, rtcpSocket, rtcpDestination).catch(onError);
  }

  flush(): void {
    this.#options.datagrams.flush();
  }

  close(): void {
    this.#isClosed = true;
    this.flush();
  }

  summary(): LogSentence | undefined {
    return this.#options.datagrams.summary();
  }

  /** A copy that may be stamped; most packets of a frame have one length. */
  #copyOf(packet: Uint8Array): Uint8Array {
    if (this.#packet.length !== packet.length) {
      const { buffer } = this.#packet;
      this.#packet = packet.length <= buffer.byteLength
        ? new Uint8Array(buffer, 0, packet.length)
        : new Uint8Array(packet.length);
    }
    this.#packet.set(packet);
    return this.#packet;
  }
}
