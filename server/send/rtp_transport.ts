/**
 * The two ways of RTP and RTCP to a client of the standards: UDP, and interleaved with the messages over TCP.
 *
 * @module
 */

import { type RtpStamp, stampRtpHeader } from "../../rtp/packet.ts";
import { type FrameTime, type LogSentence, packetDueMs } from "./frame_sender.ts";
import { encodeInterleaved, INTERLEAVED_HEADER_BYTES } from "../../net/interleaved.ts";
import type { FramePackets } from "./jpeg_packets.ts";
import type { MediaWriter } from "../connection/media_writer.ts";
import type { BufferPool } from "./buffer_pool.ts";
import type { Pacer } from "./pacer.ts";
import type { DatagramSender } from "./datagram_sender.ts";

/** Sends whole frames and reports to one client. */
export interface RtpTransport {
  /** Where to, for the log. */
  readonly destination: string;
  /** False while the client is so far behind that the next frame is to be left out. */
  readonly isReady: boolean;
  /**
   * Sends the packets of one frame in order, the first with the sequence number of `first`; how many have left, at once where
   * nothing has to be waited for: all of them, unless the transport was closed meanwhile.
   */
  sendFrame(frame: FramePackets, first: RtpStamp, time: FrameTime): number | Promise<number>;
  /** Sends a compound RTCP packet. */
  sendRtcp(packet: Uint8Array): void;
  /** Nothing follows for now. */
  flush(): void;
  /** Nothing follows: a frame that is leaving breaks off. */
  close(): void;
  /** What is to be told in the log at the end. */
  summary(): LogSentence | undefined;
}

/** Constructor options of {@linkcode UdpTransport}. */
export interface UdpTransportOptions {
  /** The way to the client's RTP port. */
  readonly path: DatagramSender;
  /** What packets leave from. */
  readonly socket: Deno.DatagramConn;
  /** What reports leave from. */
  readonly rtcpSocket: Deno.DatagramConn;
  /** The client's RTCP port. */
  readonly rtcpDestination: Deno.NetAddr;
  /** Spreads large frames over their interval. */
  readonly pacer: Pacer;
  /** Called when a report cannot be sent. */
  readonly onError: (error: unknown) => void;
}

/** RTP/AVP over UDP: a datagram a packet. */
export class UdpTransport implements RtpTransport {
  readonly isReady = true;
  readonly #options: UdpTransportOptions;
  /** The packet that is leaving: one is sent before the next is written. */
  #packet = new Uint8Array(0);
  #isClosed = false;

  /** Has sent nothing yet. */
  constructor(options: UdpTransportOptions) {
    this.#options = options;
  }

  get destination(): string {
    return `RTP over UDP to port ${this.#options.path.port}`;
  }

  async sendFrame(
    { packets }: FramePackets,
    { sequenceNumber, timestamp, ssrc }: RtpStamp,
    time: FrameTime,
  ): Promise<number> {
    const { path, socket, pacer } = this.#options;
    const count = packets.length;
    for (let index = 0; index < count; index++) {
      const dueMs = packetDueMs(index, count, time);
      if (dueMs !== undefined) await pacer.until(dueMs);
      if (this.#isClosed) return index;
      const packet = this.#copyOf(packets[index]);
      stampRtpHeader(packet, 0, { sequenceNumber: sequenceNumber + index, timestamp, ssrc });
      await path.send(packet, socket);
    }
    return count;
  }

  sendRtcp(packet: Uint8Array): void {
    const { path, rtcpSocket, rtcpDestination, onError } = this.#options;
    path.send(packet, rtcpSocket, rtcpDestination).catch(onError);
  }

  flush(): void {
    this.#options.path.flush();
  }

  close(): void {
    this.#isClosed = true;
    this.flush();
  }

  summary(): LogSentence | undefined {
    return this.#options.path.summary();
  }

  /** A packet of our own with those bytes; most packets of a frame are of one length. */
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

/** RTP/AVP/TCP: all packets of a frame in one write. */
export class InterleavedTransport implements RtpTransport {
  readonly #writer: MediaWriter;
  readonly #channels: readonly [rtp: number, rtcp: number];
  readonly #buffers: BufferPool;

  /** Writes to channels of the client's connection. */
  constructor(
    writer: MediaWriter,
    options: { readonly channels: readonly [rtp: number, rtcp: number]; readonly buffers: BufferPool },
  ) {
    this.#writer = writer;
    this.#channels = options.channels;
    this.#buffers = options.buffers;
  }

  get destination(): string {
    return `RTP over TCP on channel ${this.#channels[0]}`;
  }

  get isReady(): boolean {
    return this.#writer.isReady;
  }

  sendFrame({ bytes, offsets }: FramePackets, { sequenceNumber, timestamp, ssrc }: RtpStamp): number {
    const count = offsets.length - 1;
    const buffer = this.#buffers.take(bytes.length);
    buffer.set(bytes);
    for (let index = 0; index < count; index++) {
      const at = offsets[index];
      buffer[at + 1] = this.#channels[0];
      stampRtpHeader(buffer, at + INTERLEAVED_HEADER_BYTES, {
        sequenceNumber: sequenceNumber + index,
        timestamp,
        ssrc,
      });
    }
    // Who waits for a slow client must not hold up the frames of its own session: those are left out meanwhile.
    this.#writer.writeMedia(buffer.subarray(0, bytes.length)).then(() => this.#buffers.give(buffer));
    return count;
  }

  sendRtcp(packet: Uint8Array): void {
    this.#writer.writeMedia(encodeInterleaved(this.#channels[1], packet));
  }

  flush(): void {}

  close(): void {}

  summary(): undefined {}
}
