/**
 * RTP packets (RFC 3550, 5.1), both ways. The first stage behind the socket when receiving, the last before it when sending.
 *
 * @module
 */

/** Bytes of an RTP header without CSRCs and extension. */
export const RTP_HEADER_BYTES = 12;
/** Payload type of Motion-JPEG (RFC 3551, 6). */
export const PAYLOAD_TYPE_JPEG = 26;

const EXTENSION_HEADER_BYTES = 4;
const VERSION = 2;
const PADDING_BIT = 0x20;
const EXTENSION_BIT = 0x10;
const CSRC_COUNT_MASK = 0x0f;
const MARKER_BIT = 0x80;
const PAYLOAD_TYPE_MASK = 0x7f;

/**
 * The fixed header of an RTP packet (RFC 3550, 5.1).
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                           timestamp                           |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |           synchronization source (SSRC) identifier            |
 *     +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
 */
export interface RtpHeader {
  /** Set on the last packet of a frame (RFC 2435, 3). Of the lab's servers, only the fragmented fork sets it. */
  readonly marker: boolean;
  /** 0 to 127; 26 is JPEG. */
  readonly payloadType: number;
  /** 0 to 65535, one higher each packet, wrapping. */
  readonly sequenceNumber: number;
  /** 0 to 2^32 - 1, in ticks: 90 kHz for RTP/JPEG, whole seconds since 1970 in the lab. */
  readonly timestamp: number;
  /** 0 to 2^32 - 1; always 0 in the lab. */
  readonly ssrc: number;
}

/**
 * A header extension, between header and payload (RFC 3550, 5.3.1).
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |      defined by profile       |           length              |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                        header extension …                     |
 */
export interface RtpExtension {
  /** The kind of extension, 0 to 65535. */
  readonly profile: number;
  /** Whole words of 32 bits, at most 65535 of them. */
  readonly data: Uint8Array;
}

/** An RTP packet, whose payload and extension are views of its datagram. */
export interface RtpPacket extends RtpHeader {
  /** All behind header, CSRCs and extension, without the padding. */
  readonly payload: Uint8Array;
  readonly extension?: RtpExtension;
}

/** Decodes a datagram; the packet has views of it. Throws a `SyntaxError` for anything but an RTP version 2 packet. */
export function decodeRtpPacket(datagram: Uint8Array): RtpPacket {
  if (datagram.length < RTP_HEADER_BYTES) {
    throw new SyntaxError(
      `Cannot decode RTP packet: header needs ${RTP_HEADER_BYTES} bytes, got ${datagram.length}`,
    );
  }
  const version = datagram[0] >> 6;
  if (version !== VERSION) {
    throw new SyntaxError(`Cannot decode RTP packet: version is ${version}, expected ${VERSION}`);
  }
  const extensionStart = RTP_HEADER_BYTES + (datagram[0] & CSRC_COUNT_MASK) * 4;
  const hasExtension = (datagram[0] & EXTENSION_BIT) !== 0;
  let start = extensionStart;
  if (hasExtension) {
    start += EXTENSION_HEADER_BYTES;
    if (start <= datagram.length) start += readUint16(datagram, extensionStart + 2) * 4;
  }
  if (start > datagram.length) {
    throw new SyntaxError(
      `Cannot decode RTP packet: CSRCs and extension need ${start} bytes, got ${datagram.length}`,
    );
  }
  let end = datagram.length;
  if (datagram[0] & PADDING_BIT) {
    const padding = datagram[datagram.length - 1];
    if (padding === 0 || start + padding > datagram.length) {
      throw new SyntaxError(
        `Cannot decode RTP packet: padding of ${padding} bytes, payload has ${datagram.length - start}`,
      );
    }
    end -= padding;
  }
  const packet: RtpPacket = {
    marker: (datagram[1] & MARKER_BIT) !== 0,
    payloadType: datagram[1] & PAYLOAD_TYPE_MASK,
    sequenceNumber: readUint16(datagram, 2),
    timestamp: readUint32(datagram, 4),
    ssrc: readUint32(datagram, 8),
    payload: datagram.subarray(start, end),
  };
  if (!hasExtension) return packet;
  const data = datagram.subarray(extensionStart + EXTENSION_HEADER_BYTES, start);
  return { ...packet, extension: { profile: readUint16(datagram, extensionStart), data } };
}

/**
 * Writes a header of 12 bytes, without CSRCs, extension or padding, to the start of `target`. Fields are taken modulo their width.
 * Throws a `RangeError` for a target that is too short.
 */
export function encodeRtpHeader(target: Uint8Array, header: RtpHeader): void {
  if (target.length < RTP_HEADER_BYTES) {
    throw new RangeError(`Cannot encode RTP header: needs ${RTP_HEADER_BYTES} bytes, got ${target.length}`);
  }
  target[0] = VERSION << 6;
  target[1] = (header.marker ? MARKER_BIT : 0) | (header.payloadType & PAYLOAD_TYPE_MASK);
  stampRtpHeader(target, 0, header);
}

/** The fields that differ between copies of a packet for several receivers. */
export interface RtpStamp {
  readonly sequenceNumber: number;
  readonly timestamp: number;
  readonly ssrc: number;
}

/** Overwrites sequence number, timestamp and SSRC of the packet whose header starts at `offset`. */
export function stampRtpHeader(
  packet: Uint8Array,
  offset: number,
  { sequenceNumber, timestamp, ssrc }: RtpStamp,
): void {
  packet[offset + 2] = sequenceNumber >> 8;
  packet[offset + 3] = sequenceNumber;
  writeUint32(packet, offset + 4, timestamp);
  writeUint32(packet, offset + 8, ssrc);
}

/** A packet in bytes of its own. Throws a `RangeError` for an extension that is not of whole words. */
export function encodeRtpPacket({ payload, extension, ...header }: RtpPacket): Uint8Array<ArrayBuffer> {
  const extensionBytes = extension === undefined ? 0 : EXTENSION_HEADER_BYTES + extension.data.length;
  const bytes = new Uint8Array(RTP_HEADER_BYTES + extensionBytes + payload.length);
  encodeRtpHeader(bytes, header);
  if (extension !== undefined) {
    const words = extension.data.length / 4;
    if (!Number.isInteger(words) || words > 0xffff) {
      throw new RangeError(`Cannot encode RTP extension of ${extension.data.length} bytes: up to 65535 words of 4 fit`);
    }
    bytes[0] |= EXTENSION_BIT;
    bytes.set([extension.profile >> 8, extension.profile, words >> 8, words], RTP_HEADER_BYTES);
    bytes.set(extension.data, RTP_HEADER_BYTES + EXTENSION_HEADER_BYTES);
  }
  bytes.set(payload, RTP_HEADER_BYTES + extensionBytes);
  return bytes;
}

function readUint16(bytes: Uint8Array, at: number): number {
  return bytes[at] << 8 | bytes[at + 1];
}

function readUint32(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3]) >>> 0;
}

function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}
