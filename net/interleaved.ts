/**
 * Interleaved RTP and RTCP packets (RFC 2326, 10.12): `$`, a channel, a length, the packet. They travel between the messages of an
 * RTSP connection. Both ends encode and decode them here.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |   "$" (0x24)  |    channel    |            length             |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * @module
 */

/** The first byte of an interleaved packet: `$`. */
export const INTERLEAVED_MAGIC = 0x24;
/** Bytes in front of the packet. */
export const INTERLEAVED_HEADER_BYTES = 4;
/** Longest packet: its length has 16 bits. */
export const INTERLEAVED_MAX_PACKET_BYTES = 0xffff;

/** The four bytes in front of a packet. */
export interface InterleavedHeader {
  /** 0 to 255. */
  readonly channel: number;
  /** Bytes of the packet behind the header, 0 to 65535. */
  readonly lengthBytes: number;
}

/** Writes a header at `at`. Throws a `RangeError` for a packet that is too long. */
export function encodeInterleavedHeader(
  target: Uint8Array,
  at: number,
  { channel, lengthBytes }: InterleavedHeader,
): void {
  if (lengthBytes > INTERLEAVED_MAX_PACKET_BYTES) {
    throw new RangeError(
      `Cannot interleave a packet of ${lengthBytes} bytes: at most ${INTERLEAVED_MAX_PACKET_BYTES} fit`,
    );
  }
  target[at] = INTERLEAVED_MAGIC;
  target[at + 1] = channel;
  target[at + 2] = lengthBytes >> 8;
  target[at + 3] = lengthBytes;
}

/** A packet with its header in front, in bytes of its own. */
export function encodeInterleaved(channel: number, packet: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(INTERLEAVED_HEADER_BYTES + packet.length);
  encodeInterleavedHeader(bytes, 0, { channel, lengthBytes: packet.length });
  bytes.set(packet, INTERLEAVED_HEADER_BYTES);
  return bytes;
}

/** The header at `at`, whose first byte is {@linkcode INTERLEAVED_MAGIC}; `undefined` until all of it has come. */
export function decodeInterleavedHeader(bytes: Uint8Array, at = 0): InterleavedHeader | undefined {
  if (at + INTERLEAVED_HEADER_BYTES > bytes.length) return undefined;
  return { channel: bytes[at + 1], lengthBytes: bytes[at + 2] << 8 | bytes[at + 3] };
}

/** A decoded packet. */
export interface InterleavedPacket {
  readonly channel: number;
  /** The RTP or RTCP packet; a view of the bytes pushed where it came in one piece. */
  readonly data: Uint8Array;
}

/** Decodes packets that come in pieces. Holds at most one. */
export class InterleavedDecoder {
  /** Header and packet as far as they have come. Holds the header alone until its length is known. */
  #bytes: Uint8Array | undefined;
  #filled = 0;

  /** Whether part of a packet has come. */
  get isPending(): boolean {
    return this.#bytes !== undefined;
  }

  /**
   * Takes bytes of one packet; the first one must be {@linkcode INTERLEAVED_MAGIC} unless a packet is pending. Returns how many belong
   * to it, and the packet once all of it has come.
   */
  push(bytes: Uint8Array): { readonly usedBytes: number; readonly packet: InterleavedPacket | undefined } {
    if (this.#bytes === undefined) {
      const header = decodeInterleavedHeader(bytes);
      const end = INTERLEAVED_HEADER_BYTES + (header?.lengthBytes ?? 0);
      if (header !== undefined && end <= bytes.length) {
        const { channel } = header;
        return { usedBytes: end, packet: { channel, data: bytes.subarray(INTERLEAVED_HEADER_BYTES, end) } };
      }
      this.#bytes = new Uint8Array(end);
      this.#filled = 0;
    }
    const usedBytes = Math.min(this.#bytes.length - this.#filled, bytes.length);
    this.#bytes.set(bytes.subarray(0, usedBytes), this.#filled);
    this.#filled += usedBytes;
    return { usedBytes, packet: this.#filled < this.#bytes.length ? undefined : this.#take(this.#bytes) };
  }

  /** The packet in `bytes`, which are full; `undefined` if they were the header alone. */
  #take(bytes: Uint8Array): InterleavedPacket | undefined {
    const { channel, lengthBytes } = decodeInterleavedHeader(bytes)!;
    const end = INTERLEAVED_HEADER_BYTES + lengthBytes;
    if (end > bytes.length) {
      this.#bytes = new Uint8Array(end);
      this.#bytes.set(bytes);
      return undefined;
    }
    this.#bytes = undefined;
    return { channel, data: bytes.subarray(INTERLEAVED_HEADER_BYTES) };
  }
}
