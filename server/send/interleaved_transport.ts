/**
 * RTP and RTCP to one client between the messages of its connection (RFC 2326, 10.12): many packets of a frame in one write.
 *
 * @module
 */

import { encodeInterleaved } from "../../net/interleaved.ts";
import type { RtpStamp } from "../../rtp/packet.ts";
import { onePiece, type PacketWriter } from "../connection/write_queue.ts";
import type { RtpPackets } from "../packetize/rtp_packets.ts";
import type { BufferPool } from "./buffer_pool.ts";
import { FramePieces } from "./frame_pieces.ts";
import type { LogSentence } from "./frame_sender.ts";
import type { HeldFrames } from "./held_frames.ts";
import type { RtpTransport } from "./rtp_transport.ts";

/** Constructor options of {@linkcode InterleavedTransport}. */
export interface InterleavedTransportOptions {
  /** The channels of the client's connection. */
  readonly channels: readonly [rtp: number, rtcp: number];
  /** For what is being written. */
  readonly buffers: BufferPool;
  /** The frames of all clients. */
  readonly heldFrames: HeldFrames;
}

/** RTP/AVP/TCP. */
export class InterleavedTransport implements RtpTransport {
  readonly #writer: PacketWriter;
  readonly #options: InterleavedTransportOptions;
  #cutFrames = 0;

  /** Writes to the client's connection. */
  constructor(writer: PacketWriter, options: InterleavedTransportOptions) {
    this.#writer = writer;
    this.#options = options;
  }

  get destination(): string {
    return `RTP over TCP on channel ${this.#options.channels[0]}`;
  }

  get isReady(): boolean {
    return this.#writer.isReady;
  }

  sendFrame(frame: RtpPackets, stamp: RtpStamp): number {
    // Do not wait: a slow client must not hold up its own session, whose next frames are dropped meanwhile.
    const { channels, buffers, heldFrames } = this.#options;
    const onCut = () => this.#cutFrames++;
    this.#writer.writePackets(
      new FramePieces(frame, { stamp, channel: channels[0], buffers, heldFrames, onCut }),
    );
    return frame.packets.length;
  }

  sendRtcp(packet: Uint8Array): void {
    if (!this.isReady) return;
    this.#writer.writePackets(onePiece(encodeInterleaved(this.#options.channels[1], packet)));
  }

  flush(): void {}

  close(): void {}

  summary(): LogSentence | undefined {
    if (this.#cutFrames === 0) return undefined;
    return {
      template: "{cutFrames} frames were cut short, since the client read too slowly",
      properties: { cutFrames: this.#cutFrames },
    };
  }
}
