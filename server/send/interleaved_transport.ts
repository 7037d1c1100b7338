/**
 * RTP and RTCP to one client between the messages of its connection (RFC 2326, 10.12): all packets of a frame in one write.
 *
 * @module
 */

import { encodeInterleaved, INTERLEAVED_HEADER_BYTES } from "../../net/interleaved.ts";
import { type RtpStamp, stampRtpHeader } from "../../rtp/packet.ts";
import type { PacketWriter } from "../connection/write_queue.ts";
import type { FramePackets } from "../packetize/frame_packetizer.ts";
import type { BufferPool } from "./buffer_pool.ts";
import type { RtpTransport } from "./rtp_transport.ts";

/** RTP/AVP/TCP. */
export class InterleavedTransport implements RtpTransport {
  readonly #writer: PacketWriter;
  readonly #channels: readonly [rtp: number, rtcp: number];
  readonly #buffers: BufferPool;

  /** Writes to channels of the client's connection. */
  constructor(
    writer: PacketWriter,
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
    // Do not wait: a slow client must not hold up its own session, whose next frames are dropped meanwhile.
    this.#writer.writePackets(buffer.subarray(0, bytes.length)).then(() => this.#buffers.give(buffer));
    return count;
  }

  sendRtcp(packet: Uint8Array): void {
    this.#writer.writePackets(encodeInterleaved(this.#channels[1], packet));
  }

  flush(): void {}

  close(): void {}

  summary(): undefined {}
}
