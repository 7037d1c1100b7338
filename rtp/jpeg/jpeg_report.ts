/**
 * What a JPEG is, and what RTP/JPEG makes of it, for people.
 *
 * @module
 */

import { conditionJpeg } from "../../mjpeg/conditioning/conditioning.ts";
import { UnsupportedJpegError } from "../../mjpeg/conditioning/supported_jpeg.ts";
import {
  equalTables,
  STANDARD_CHROMA_AC,
  STANDARD_CHROMA_DC,
  STANDARD_LUMA_AC,
  STANDARD_LUMA_DC,
} from "../../mjpeg/jpeg/huffman_tables.ts";
import { type JpegHeader, readJpegHeader } from "../../mjpeg/jpeg/jpeg_header.ts";
import { DHT, SOF0, SOF1, SOF2, SOF3, SOF9 } from "../../mjpeg/jpeg/markers.ts";
import { readHeaderSegments } from "../../mjpeg/jpeg/segments.ts";
import { equals } from "@std/bytes";
import { quantTablesOf } from "./jpeg_quantization.ts";

/** What RTP/JPEG makes of a JPEG (RFC 2435): takes it as it is, transcodes it without loss, re-encodes it with some, or refuses it. */
export type RtpFitness = "as it is" | "transcoded" | "re-encoded" | "refused";

/** What a JPEG is. */
export interface JpegReport {
  readonly width: number;
  readonly height: number;
  /** `baseline`, `extended`, `progressive`, `lossless`, `arithmetic`, or `SOF` and a number. */
  readonly coding: string;
  /** Chroma subsampling, such as `4:2:0`; `grey`; or the sampling factors of all components. */
  readonly sampling: string;
  /** Q of RFC 2435, 1 to 99, which its quantization tables are those of; `undefined` for others. */
  readonly q: number | undefined;
  readonly huffman: "standard" | "optimized" | "missing";
  /** MCUs between two restart markers; 0 without. */
  readonly restartInterval: number;
  readonly rtp: RtpFitness;
  /** Why it is re-encoded or refused. */
  readonly reason: string | undefined;
}

const CODINGS: Readonly<Record<number, string>> = {
  [SOF0]: "baseline",
  [SOF1]: "extended",
  [SOF2]: "progressive",
  [SOF3]: "lossless",
  [SOF9]: "arithmetic",
};
const STANDARD_TABLES = [STANDARD_LUMA_DC, STANDARD_CHROMA_DC, STANDARD_LUMA_AC, STANDARD_CHROMA_AC];

/** Looks at a JPEG. Throws a `SyntaxError` for a malformed one. */
export function reportJpeg(jpeg: Uint8Array): JpegReport {
  const header = readJpegHeader(jpeg);
  const { frame: { width, height, marker }, restartInterval } = header;
  return {
    ...{ width, height, restartInterval },
    coding: CODINGS[marker] ?? `SOF${marker & 0x0f}`,
    sampling: samplingOf(header),
    q: qOf(header),
    huffman: huffmanOf(header, jpeg),
    ...fitnessOf(jpeg),
  };
}

function fitnessOf(jpeg: Uint8Array): Pick<JpegReport, "rtp" | "reason"> {
  try {
    return { rtp: conditionJpeg(jpeg).isTranscoded ? "transcoded" : "as it is", reason: undefined };
  } catch (error) {
    if (!(error instanceof UnsupportedJpegError)) throw error;
    return { rtp: error.isReencodable ? "re-encoded" : "refused", reason: error.message };
  }
}

function samplingOf({ frame: { components } }: JpegHeader): string {
  if (components.length === 1) return "grey";
  const [luma, ...chroma] = components;
  const isPlain = components.length === 3 && chroma.every(({ h, v }) => h === chroma[0].h && v === chroma[0].v);
  const ratio = isPlain ? `${luma.h / chroma[0].h}x${luma.v / chroma[0].v}` : "";
  const names: Readonly<Record<string, string>> = {
    "1x1": "4:4:4",
    "2x1": "4:2:2",
    "2x2": "4:2:0",
    "1x2": "4:4:0",
    "4x1": "4:1:1",
  };
  return names[ratio] ?? components.map(({ h, v }) => `${h}x${v}`).join(", ");
}

function qOf({ frame: { components }, quantTables }: JpegHeader): number | undefined {
  const [luma, chroma = luma] = components.map(({ quantTable }) => quantTables[quantTable]);
  if (!(luma instanceof Uint8Array) || !(chroma instanceof Uint8Array)) return undefined;
  for (let q = 1; q <= 99; q++) {
    const [first, second] = quantTablesOf(q);
    if (equals(first, luma) && equals(components.length === 1 ? first : second, chroma)) return q;
  }
  return undefined;
}

function huffmanOf({ dcTables, acTables }: JpegHeader, jpeg: Uint8Array): JpegReport["huffman"] {
  if (!readHeaderSegments(jpeg).some(({ marker }) => marker === DHT)) return "missing";
  const tables = [dcTables[0], dcTables[1], acTables[0], acTables[1]];
  const isStandard = tables.every((table, index) => table !== undefined && equalTables(table, STANDARD_TABLES[index]));
  return isStandard ? "standard" : "optimized";
}
