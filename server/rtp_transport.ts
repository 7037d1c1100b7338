/**
 * The two ways of RTP and RTCP to a client of the standards: UDP, and interleaved with the messages over TCP.
 *
 * @module
 */

import { RTP_HEADER_BYTES } from "../rtp/packet.ts";
import { BURST_PACKETS } from "./limits.ts";
import type { FrameTime, LogSentence } from "./frame_sender.ts";
import type { Pacer } from "./pacer.ts";
import type { UdpPath } from "./udp_path.ts";

/** Writes the RTP header of the next packet of a frame to the start of `target`. */
export type HeaderWriter = (target: Uint8Array, isLast: boolean) => void;

/** Sends whole frames and reports to one client. */
export interface RtpTransport {
  /** Where to, for the log. */
  readonly destination: string;
  /** False while the client is so far behind that the next frame is to be left out. */
  readonly isReady: boolean;
  /** Sends the packets of one frame in order. */
  sendFrame(payloads: readonly Uint8Array[], writeHeader: HeaderWriter, time: FrameTime): Promise<void>;
  /** Sends a compound RTCP packet. */
  sendRtcp(packet: Uint8Array): void;
  /** Nothing follows for now. */
  flush(): void;
  /** What is to be told in the log at the end. */
  summary(): LogSentence | undefined;
}

/** Constructor options of {@linkcode UdpTransport}. */
export interface UdpTransportOptions {
  /** The way to the client's RTP port. */
  readonly path: UdpPath;
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
  #packet = new Uint8Array(2048);

  /** Has sent nothing yet. */
  constructor(options: UdpTransportOptions) {
    this.#options = options;
  }

  get destination(): string {
    return `RTP over UDP to port ${this.#options.path.port}`;
  }

  async sendFrame(
    payloads: readonly Uint8Array[],
    writeHeader: HeaderWriter,
    { dueMs, intervalMs }: FrameTime,
  ): Promise<void> {
    const { path, socket, pacer } = this.#options;
    for (let index = 0; index < payloads.length; index++) {
      // A receiver with the usual buffer of 208 KiB loses nothing of a burst; the next one comes later.
      if (index > 0 && index % BURST_PACKETS === 0) {
        await pacer.until(dueMs + intervalMs / 2 * index / payloads.length);
      }
      const payload = payloads[index];
      const lengthBytes = RTP_HEADER_BYTES + payload.length;
      if (this.#packet.length < lengthBytes) this.#packet = new Uint8Array(lengthBytes);
      const packet = this.#packet.subarray(0, lengthBytes);
      writeHeader(packet, index === payloads.length - 1);
      packet.set(payload, RTP_HEADER_BYTES);
      await path.send(packet, socket);
    }
  }

  sendRtcp(packet: Uint8Array): void {
    const { rtcpSocket, rtcpDestination, onError } = this.#options;
    rtcpSocket.send(packet, rtcpDestination).catch(onError);
  }

  flush(): void {
    this.#options.path.flush();
  }

  summary(): LogSentence | undefined {
    return this.#options.path.summary();
  }
}

/** What a TCP transport writes to. */
export interface MediaWriter {
  /** Whether a frame may be written: what is waiting is below its limit. */
  readonly isReady: boolean;
  /** Queues bytes behind whatever is being written; they are the writer's from now on. */
  writeMedia(bytes: Uint8Array): Promise<void>;
}

const DOLLAR = 0x24;
/** `$`, the channel and the length (RFC 2326, 10.12). */
const INTERLEAVED_HEADER_BYTES = 4;

/** RTP/AVP/TCP: all packets of a frame in one write. */
export class InterleavedTransport implements RtpTransport {
  readonly #writer: MediaWriter;
  readonly #channels: readonly [rtp: number, rtcp: number];

  /** Writes to channels of the client's connection. */
  constructor(writer: MediaWriter, channels: readonly [rtp: number, rtcp: number]) {
    this.#writer = writer;
    this.#channels = channels;
  }

  get destination(): string {
    return `RTP over TCP on channel ${this.#channels[0]}`;
  }

  get isReady(): boolean {
    return this.#writer.isReady;
  }

  async sendFrame(payloads: readonly Uint8Array[], writeHeader: HeaderWriter): Promise<void> {
    const overhead = INTERLEAVED_HEADER_BYTES + RTP_HEADER_BYTES;
    const bytes = new Uint8Array(payloads.reduce((sum, payload) => sum + overhead + payload.length, 0));
    let at = 0;
    for (let index = 0; index < payloads.length; index++) {
      const payload = payloads[index];
      this.#writePrefix(bytes, at, { channel: this.#channels[0], lengthBytes: RTP_HEADER_BYTES + payload.length });
      writeHeader(bytes.subarray(at + INTERLEAVED_HEADER_BYTES), index === payloads.length - 1);
      bytes.set(payload, at + overhead);
      at += overhead + payload.length;
    }
    await this.#writer.writeMedia(bytes);
  }

  sendRtcp(packet: Uint8Array): void {
    const bytes = new Uint8Array(INTERLEAVED_HEADER_BYTES + packet.length);
    this.#writePrefix(bytes, 0, { channel: this.#channels[1], lengthBytes: packet.length });
    bytes.set(packet, INTERLEAVED_HEADER_BYTES);
    this.#writer.writeMedia(bytes).catch(() => {/* the connection has ended, which its reader tells */});
  }

  flush(): void {}

  summary(): undefined {}

  #writePrefix(
    bytes: Uint8Array,
    at: number,
    { channel, lengthBytes }: { channel: number; lengthBytes: number },
  ): void {
    bytes[at] = DOLLAR;
    bytes[at + 1] = channel;
    bytes[at + 2] = lengthBytes >> 8;
    bytes[at + 3] = lengthBytes & 0xff;
  }
}
