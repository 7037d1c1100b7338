/**
 * The packets of a frame for one session over TCP, stamped a piece at a time: of the frame itself, all sessions hold the same bytes.
 *
 * @module
 */

import { INTERLEAVED_HEADER_BYTES } from "../../net/interleaved.ts";
import { type RtpStamp, stampRtpHeader } from "../../rtp/packet.ts";
import type { PacketPieces } from "../connection/write_queue.ts";
import { WRITE_PIECE_BYTES } from "../limits.ts";
import type { RtpPackets } from "../packetize/rtp_packets.ts";
import type { BufferPool } from "./buffer_pool.ts";
import type { HeldFrames } from "./held_frames.ts";

/** Constructor options of {@linkcode FramePieces}. */
export interface FramePiecesOptions {
  /** For the first packet. */
  readonly stamp: RtpStamp;
  /** The channel for RTP. */
  readonly channel: number;
  /** For the piece that is being written. */
  readonly buffers: BufferPool;
  /** The frames of all clients. */
  readonly heldFrames: HeldFrames;
  /** Called when packets of the frame are left out. */
  readonly onCut: () => void;
}

/** One frame on its way to one client. It holds the frame only as long as packets of it are to come. */
export class FramePieces implements PacketPieces {
  readonly lengthBytes: number;
  readonly #options: FramePiecesOptions;
  /** `undefined` once all of it is in pieces, or cut. */
  #frame: RtpPackets | undefined;
  /** Set where the frame counts among those that are held. */
  #onCut: (() => void) | undefined;
  #buffer: Uint8Array | undefined;
  #nextPacket = 0;

  constructor(frame: RtpPackets, options: FramePiecesOptions) {
    this.#frame = frame;
    this.#options = options;
    this.lengthBytes = frame.bytes.length;
  }

  hold(): void {
    if (this.#frame === undefined || this.#onCut !== undefined) return;
    this.#onCut = () => {
      this.#frame = undefined;
      this.#options.onCut();
    };
    this.#options.heldFrames.hold(this.#frame, this.#onCut);
  }

  next(): Uint8Array | undefined {
    if (this.#frame === undefined) return undefined;
    if (this.lengthBytes > WRITE_PIECE_BYTES) this.hold();
    const { offsets } = this.#frame;
    const first = this.#nextPacket;
    const count = offsets.length - 1;
    this.#buffer ??= this.#options.buffers.take(Math.min(this.lengthBytes, WRITE_PIECE_BYTES));
    let end = first + 1;
    while (end < count && offsets[end + 1] - offsets[first] <= this.#buffer.length) end++;
    this.#nextPacket = end;
    const piece = stampPackets(this.#frame, this.#buffer, { first, end, options: this.#options });
    if (end === count) this.#letGo();
    return piece;
  }

  close(): void {
    this.#letGo();
    if (this.#buffer !== undefined) this.#options.buffers.give(this.#buffer);
  }

  #letGo(): void {
    if (this.#frame !== undefined && this.#onCut !== undefined) {
      this.#options.heldFrames.release(this.#frame, this.#onCut);
    }
    this.#frame = undefined;
  }
}

/** Copies the packets from `first` up to, not including, `end` into `buffer`, for one session. */
function stampPackets(
  { bytes, offsets }: RtpPackets,
  buffer: Uint8Array,
  { first, end, options: { stamp: { sequenceNumber, timestamp, ssrc }, channel } }: {
    readonly first: number;
    readonly end: number;
    readonly options: FramePiecesOptions;
  },
): Uint8Array {
  const start = offsets[first];
  const piece = buffer.subarray(0, offsets[end] - start);
  piece.set(bytes.subarray(start, offsets[end]));
  for (let index = first; index < end; index++) {
    const at = offsets[index] - start;
    piece[at + 1] = channel;
    stampRtpHeader(piece, at + INTERLEAVED_HEADER_BYTES, { sequenceNumber: sequenceNumber + index, timestamp, ssrc });
  }
  return piece;
}
