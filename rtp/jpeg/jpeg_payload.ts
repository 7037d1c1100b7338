/**
 * The RTP payload format for JPEG (RFC 2435): the headers in front of a packet's data, and how they are decoded. jpeg_packetizer.ts
 * writes them, jpeg_depacketizer.ts makes frames of packets.
 *
 * @module
 */

/** RTP timestamp ticks a second (RFC 3551, 6). */
export const JPEG_CLOCK_RATE = 90_000;
/** Bytes of the main JPEG header. */
export const JPEG_HEADER_BYTES = 8;
/** Largest width and height that the header can say. Larger ones are 0 there; SDP or a header extension has them. */
export const JPEG_MAX_DIMENSION = 2040;
/** Size of a frame. */
export interface Size {
  /** Samples a line. */
  readonly width: number;
  /** Lines. */
  readonly height: number;
}

/** The size that receivers get of a frame: the header counts in eights, and cannot say a size above its maximum. */
export function receivedSize({ width, height }: Size): Size {
  if (width > JPEG_MAX_DIMENSION || height > JPEG_MAX_DIMENSION) return { width, height };
  return { width: Math.ceil(width / 8) * 8, height: Math.ceil(height / 8) * 8 };
}

/** Largest frame: the fragment offset has 24 bits. */
export const JPEG_MAX_SCAN_BYTES = 2 ** 24 - 1;

const RESTART_HEADER_BYTES = 4;
const TABLE_HEADER_BYTES = 4;
/** Bytes of a quantization table with values of 8 bits. */
export const TABLE_BYTES = 64;
/** Types 64 to 127 are types 0 to 63 with restart markers. */
export const RESTART_TYPES = 64;
/** Q whose tables come with each frame; they must not be kept for the next. */
export const Q_DYNAMIC = 255;
/** Q from which on the tables are sent in packets. */
const Q_IN_BAND = 128;

/**
 * The headers in front of a packet's data (RFC 2435, 3.1). The restart header follows for types 64 to 127, the
 * quantization table header in the first packet of a frame with Q 128 to 255.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     | Type-specific |              Fragment Offset                  |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |      Type     |       Q       |     Width     |     Height    |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |       Restart Interval        |F|L|       Restart Count       |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |      MBZ      |   Precision   |             Length            |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                    Quantization Table Data …                  |
 */
export interface JpegPayload {
  /** Where the data lies in the frame's scan, in bytes; 24 bits. */
  readonly offset: number;
  /** 0 is 4:2:2, 1 is 4:2:0; 64 and 65 the same with restart markers. */
  readonly type: number;
  /** 1 to 99: tables are computed; 128 to 255: they are sent in packets. */
  readonly q: number;
  /** In samples, a multiple of 8; 0 where SDP or a header extension has it. */
  readonly width: number;
  /** In lines, a multiple of 8; 0 where SDP or a header extension has it. */
  readonly height: number;
  /** MCUs between restart markers; 0 for types without. */
  readonly restartInterval: number;
  /** The table data of a first packet with Q 128 or more, possibly empty; `undefined` in others. */
  readonly tables: Uint8Array | undefined;
  /** One bit for each table, the first in bit 0: whether its values have 16 bits. */
  readonly precision: number;
  /** Entropy-coded data; a view of the payload. */
  readonly data: Uint8Array;
}

/** Decodes a payload. Data and tables are views of it. Throws a `SyntaxError` for a truncated one. */
export function decodeJpegPayload(payload: Uint8Array): JpegPayload {
  const need = (bytes: number, what: string) => {
    if (payload.length < bytes) {
      throw new SyntaxError(`Cannot decode JPEG payload: ${what} needs ${bytes} bytes, got ${payload.length}`);
    }
  };
  need(JPEG_HEADER_BYTES, "the main header");
  const offset = offsetOf(payload);
  const type = payload[4];
  const q = payload[5];
  let at = JPEG_HEADER_BYTES;
  let restartInterval = 0;
  if (hasRestartHeader(type)) {
    need(at + RESTART_HEADER_BYTES, "the restart header");
    restartInterval = payload[at] << 8 | payload[at + 1];
    at += RESTART_HEADER_BYTES;
  }
  let tables: Uint8Array | undefined;
  let precision = 0;
  if (q >= Q_IN_BAND && offset === 0) {
    need(at + TABLE_HEADER_BYTES, "the quantization table header");
    precision = payload[at + 1];
    const length = payload[at + 2] << 8 | payload[at + 3];
    at += TABLE_HEADER_BYTES;
    need(at + length, "the quantization table data");
    tables = payload.subarray(at, at + length);
    at += length;
  }
  return {
    offset,
    type,
    q,
    width: payload[6] * 8,
    height: payload[7] * 8,
    restartInterval,
    tables,
    precision,
    data: payload.subarray(at),
  };
}

/**
 * Where the data begins in a payload whose data follow on `dataBytes` bytes of the frame, as it does in most payloads; `undefined`
 * where they do not, where nothing came before, and in a truncated one. The same as {@linkcode decodeJpegPayload} says, for less.
 */
export function findNextData(payload: Uint8Array, dataBytes: number): number | undefined {
  if (dataBytes === 0 || payload.length < JPEG_HEADER_BYTES || offsetOf(payload) !== dataBytes) return undefined;
  if (!hasRestartHeader(payload[4])) return JPEG_HEADER_BYTES;
  const start = JPEG_HEADER_BYTES + RESTART_HEADER_BYTES;
  return payload.length < start ? undefined : start;
}

function offsetOf(payload: Uint8Array): number {
  return payload[1] << 16 | payload[2] << 8 | payload[3];
}

function hasRestartHeader(type: number): boolean {
  return type >= RESTART_TYPES && type < 2 * RESTART_TYPES;
}
