/**
 * Frames to payloads (RFC 2435, 3.1): a conditioned frame is cut into fragments, each behind its headers. Made once a frame, whoever
 * watches; the RTP headers in front are a session's own.
 *
 * @module
 */

import type { ConditionedJpeg } from "../../mjpeg/conditioning/conditioning.ts";
import { JPEG_MAX_DIMENSION, JPEG_MAX_SCAN_BYTES, Q_DYNAMIC, RESTART_TYPES, TABLE_BYTES } from "./jpeg_payload.ts";

/** First and last bit, and a count of all ones: this packet is not cut at restart intervals. */
const WHOLE_FRAME_RESTARTS = 0xffff;

/** Options of {@linkcode packetizeJpeg}. */
export interface JpegPacketizeOptions {
  /** Longest payload, the headers of RFC 2435 included. */
  readonly maxPayloadBytes: number;
  /** Bytes left free in front of each payload, for the headers of the layers below; default 0. */
  readonly headroomBytes?: number;
}

/**
 * Cuts a frame into payloads: views of one buffer that is theirs alone, each with its headroom in front. The marker belongs on the
 * last. Throws a `RangeError` for a frame that RTP/JPEG cannot number, and for payloads that the headers would fill.
 */
export function packetizeJpeg(image: ConditionedJpeg, options: JpegPacketizeOptions): Uint8Array<ArrayBuffer>[] {
  const { maxPayloadBytes, headroomBytes = 0 } = options;
  const { scan } = image;
  if (scan.length > JPEG_MAX_SCAN_BYTES) {
    throw new RangeError(`Cannot packetize a frame of ${scan.length} bytes: RTP/JPEG counts to ${JPEG_MAX_SCAN_BYTES}`);
  }
  const repeated = encodeRepeatedHeaders(image);
  const tables = Uint8Array.of(0, 0, 0, 2 * TABLE_BYTES, ...image.quantTables[0], ...image.quantTables[1]);
  const room = maxPayloadBytes - repeated.length;
  if (room < tables.length + 1) {
    throw new RangeError(`Cannot packetize JPEG into payloads of ${maxPayloadBytes} bytes: the headers take more`);
  }
  const count = Math.max(1, Math.ceil((tables.length + scan.length) / room));
  const all = new Uint8Array(count * (headroomBytes + repeated.length) + tables.length + scan.length);
  const payloads: Uint8Array<ArrayBuffer>[] = [];
  for (let end = 0, offset = 0; payloads.length < count;) {
    const start = end + headroomBytes;
    let at = start;
    all.set(repeated, at);
    all[at + 1] = offset >> 16;
    all[at + 2] = offset >> 8;
    all[at + 3] = offset;
    at += repeated.length;
    if (offset === 0) {
      all.set(tables, at);
      at += tables.length;
    }
    const data = scan.subarray(offset, offset + maxPayloadBytes - (at - start));
    all.set(data, at);
    end = at + data.length;
    payloads.push(all.subarray(start, end));
    offset += data.length;
  }
  return payloads;
}

/** The main header, its offset left open, and the restart header: what stands in every packet of a frame. */
function encodeRepeatedHeaders({ width, height, sampling, restartInterval }: ConditionedJpeg): Uint8Array {
  const type = (sampling === "4:2:2" ? 0 : 1) + (restartInterval > 0 ? RESTART_TYPES : 0);
  const isLarge = width > JPEG_MAX_DIMENSION || height > JPEG_MAX_DIMENSION;
  const inEights = (length: number) => isLarge ? 0 : Math.ceil(length / 8);
  const restarts = [
    restartInterval >> 8,
    restartInterval & 0xff,
    WHOLE_FRAME_RESTARTS >> 8,
    WHOLE_FRAME_RESTARTS & 0xff,
  ];
  return Uint8Array.of(
    ...[0, 0, 0, 0],
    ...[type, Q_DYNAMIC, inEights(width), inEights(height)],
    ...(restartInterval > 0 ? restarts : []),
  );
}
