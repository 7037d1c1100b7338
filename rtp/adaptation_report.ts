/**
 * What a server of ours tells a player of the quality that its network takes (`serve --adapt`): an application-defined RTCP packet
 * (RFC 3550, 6.7) beside the sender report. Receivers that do not know it pass it over.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |V=2|P|    0    |   PT=204      |          length = 3           |
 *     |                       SSRC of the sender                      |
 *     |                         name = "ADPT"                         |
 *     |  frames sent  |  of so many   |          coarseness           |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * @module
 */

import type { ApplicationPacket } from "./rtcp.ts";

const NAME = "ADPT";
const DATA_BYTES = 4;
/** Coarseness is in 1/256. */
const ONE = 256;

/** What a session gets of its source. */
export interface AdaptationReport {
  /** Frames that are sent of so many, each 1 to 255. */
  readonly frames: readonly [sent: number, of: number];
  /** How many times as coarsely they are quantized, 1 to 255; 1 is as they are. */
  readonly coarseness: number;
}

/** The packet of a sender. */
export function encodeAdaptation({ frames, coarseness }: AdaptationReport, ssrc: number): ApplicationPacket {
  const data = new Uint8Array(DATA_BYTES);
  data.set(frames);
  new DataView(data.buffer).setUint16(2, Math.round(coarseness * ONE));
  return { kind: "application", ssrc, subtype: 0, name: NAME, data };
}

/** Reads such a packet; `undefined` for one of another application, or with numbers that cannot be. */
export function decodeAdaptation({ name, subtype, data }: ApplicationPacket): AdaptationReport | undefined {
  if (name !== NAME || subtype !== 0 || data.length < DATA_BYTES) return undefined;
  const [sent, of] = data;
  const coarseness = (data[2] << 8 | data[3]) / ONE;
  return sent < 1 || sent > of || coarseness < 1 ? undefined : { frames: [sent, of], coarseness };
}
