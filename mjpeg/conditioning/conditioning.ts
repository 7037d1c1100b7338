/**
 * Lossless conditioning: makes of a JPEG what RTP/JPEG carries, which is a baseline sequential JPEG with the standard Huffman
 * tables in one interleaved scan (RFC 2435, 3.1 and appendix A). For most JPEGs it is enough to take their tables out. Those with
 * optimized or missing Huffman tables, and progressive or non-interleaved ones, are transcoded from the same coefficients, so the
 * pixels stay identical. Stands between a source's frames and their RTP payloads.
 *
 * @module
 */

import { type CoefficientImage, type ComponentCoefficients, decodeCoefficients } from "../entropy/coefficients.ts";
import { encodeScan } from "../entropy/scan_encoder.ts";
import { transcodeSymbols } from "../entropy/scan_transcoder.ts";
import {
  equalTables,
  STANDARD_CHROMA_AC,
  STANDARD_CHROMA_DC,
  STANDARD_LUMA_AC,
  STANDARD_LUMA_DC,
} from "../jpeg/huffman_tables.ts";
import { SOF0, SOF1 } from "../jpeg/markers.ts";
import { findSecondField } from "../jpeg/fields.ts";
import { findScanEnd, malformed } from "../jpeg/segments.ts";
import { type JpegHeader, readJpegHeader } from "../jpeg/jpeg_header.ts";
import {
  checkQuantTables,
  checkSampling,
  type ChromaSampling,
  interlacedError,
  type QuantTables,
} from "./supported_jpeg.ts";

/** Largest coefficient, but for DC, that 8-bit baseline JPEG has a code for (T.81, F.1.2.2.1). */
const MAX_COEFFICIENT = 1023;

/** The parts of a JPEG that go into RTP packets. A receiver rebuilds everything else. */
export interface ConditionedJpeg {
  /** Samples a line. */
  readonly width: number;
  /** Lines. */
  readonly height: number;
  readonly sampling: ChromaSampling;
  readonly quantTables: QuantTables;
  /** MCUs between two restart markers; 0 where there are none. */
  readonly restartInterval: number;
  /** The entropy-coded data; a view of the JPEG unless it was transcoded. */
  readonly scan: Uint8Array;
  /** Whether the data was transcoded, without loss. */
  readonly isTranscoded: boolean;
}

/** How to condition. */
export interface ConditioningOptions {
  /** Transcode what has restart markers, so that it has none: some receivers take no others. Default false. */
  readonly withoutRestartMarkers?: boolean;
}

/**
 * Conditions one JPEG. What is damaged from its first scan on is carried as far as a decoder would show it. Throws an
 * {@linkcode UnsupportedJpegError} for what RTP/JPEG cannot carry, and a `SyntaxError` for a JPEG that is malformed before.
 */
export function conditionJpeg(jpeg: Uint8Array, options: ConditioningOptions = {}): ConditionedJpeg {
  return conditionWithoutTranscoding(jpeg, options) ?? transcode(jpeg);
}

/** Like {@linkcode conditionJpeg}, but gives `undefined` for a JPEG that must be transcoded, which takes milliseconds. */
export function conditionWithoutTranscoding(
  jpeg: Uint8Array,
  { withoutRestartMarkers = false }: ConditioningOptions = {},
): ConditionedJpeg | undefined {
  const header = readJpegHeader(jpeg);
  const sampling = checkSampling(header);
  const { frame, restartInterval, scanStart } = header;
  const scanEnd = findScanEnd(jpeg, scanStart);
  if (findSecondField(jpeg, { header, scanEnd }) !== undefined) throw interlacedError(frame.height);
  if (needsTranscoding(header, sampling)) return undefined;
  if (withoutRestartMarkers && restartInterval > 0) return undefined;
  const scan = jpeg.subarray(scanStart, scanEnd);
  if (scan.length === 0) throw malformed("it has no entropy-coded data");
  return {
    width: frame.width,
    height: frame.height,
    sampling,
    quantTables: checkQuantTables(frame.components.map(({ quantTable }) => header.quantTables[quantTable])),
    restartInterval,
    scan,
    isTranscoded: false,
  };
}

function needsTranscoding({ frame, scan, dcTables, acTables }: JpegHeader, sampling: ChromaSampling): boolean {
  const [luma, blue] = frame.components;
  const isPlain = (frame.marker === SOF0 || frame.marker === SOF1) && scan.components.length === 3 &&
    luma.h === 2 && luma.v === (sampling === "4:2:0" ? 2 : 1) && blue.h === 1 && blue.v === 1;
  return !isPlain || !scan.components.every(({ id, dcTable, acTable }, index) => {
    const dc = dcTables[dcTable];
    const ac = acTables[acTable];
    return id === frame.components[index].id && dc !== undefined && ac !== undefined &&
      equalTables(dc, index === 0 ? STANDARD_LUMA_DC : STANDARD_CHROMA_DC) &&
      equalTables(ac, index === 0 ? STANDARD_LUMA_AC : STANDARD_CHROMA_AC);
  });
}

function transcode(jpeg: Uint8Array): ConditionedJpeg {
  const sampling = checkSampling(readJpegHeader(jpeg));
  const transcoded = transcodeSymbols(jpeg);
  if (transcoded === undefined) return transcodeCoefficients(jpeg, sampling);
  const { width, height, scan } = transcoded;
  const quantTables = checkQuantTables(transcoded.quantTables);
  return { width, height, sampling, quantTables, restartInterval: 0, scan, isTranscoded: true };
}

/** Takes three times as long, but takes everything: progressive, non-interleaved, damaged. */
function transcodeCoefficients(jpeg: Uint8Array, sampling: ChromaSampling): ConditionedJpeg {
  const { width, height, components, damage } = decodeCoefficients(jpeg);
  // Restart markers let decoders go on behind an error: where nothing else needs transcoding, they stay.
  const asItIs = damage === undefined ? undefined : conditionWithoutTranscoding(jpeg);
  if (asItIs !== undefined) return asItIs;
  if (damage !== undefined) { for (const { values } of components) clampCoefficients(values); }
  return encodeImage({ width, height, components }, sampling);
}

/** Encodes coefficients as RTP/JPEG carries them. Throws an {@linkcode UnsupportedJpegError} for tables that it has no place for. */
export function encodeImage(
  { width, height, components }: Omit<CoefficientImage, "damage">,
  sampling: ChromaSampling,
): ConditionedJpeg {
  const quantTables = checkQuantTables(components.map(({ quantTable }) => quantTable));
  const lumaLines = sampling === "4:2:0" ? 2 : 1;
  const scan = encodeScan({
    components: components as unknown as [ComponentCoefficients, ComponentCoefficients, ComponentCoefficients],
    lumaLines,
    mcusPerLine: Math.ceil(width / 16),
    mcuLines: Math.ceil(height / (8 * lumaLines)),
  });
  return { width, height, sampling, quantTables, restartInterval: 0, scan, isTranscoded: true };
}

/** Brings coefficients into the range of 8-bit baseline JPEG, in place: damage may leave some that it has no codes for. */
export function clampCoefficients(values: Int16Array): void {
  for (let index = 0; index < values.length; index++) {
    if (values[index] > MAX_COEFFICIENT) values[index] = MAX_COEFFICIENT;
    else if (values[index] < -MAX_COEFFICIENT) values[index] = -MAX_COEFFICIENT;
  }
}
