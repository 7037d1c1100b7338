/**
 * Makes JPEGs smaller without decoding them to pixels: their DCT coefficients are quantized again, with coarser tables (ITU-T T.81,
 * A.3.4), and encoded with the standard Huffman tables. For clients whose network has no room for frames as they are. Takes what
 * lossless conditioning takes, and gives the same parts.
 *
 * @module
 */

import { type ComponentCoefficients, decodeCoefficients } from "../entropy/coefficients.ts";
import { readJpegHeader } from "../jpeg/jpeg_header.ts";
import { clampCoefficients, type ConditionedJpeg, conditionWithoutTranscoding, encodeImage } from "./conditioning.ts";
import { checkQuantTables, checkSampling } from "./supported_jpeg.ts";

/**
 * How many times as coarse tables are, by level; level 0 is the JPEG as it is. Nothing below 2 pays: most coefficients are 1 or -1, and
 * stay that. Where tables are coarse already, the coarsest levels differ little: values end at 255.
 */
export const COARSENESS: readonly number[] = [1, 2, 4, 6, 8, 12];

/** The coarsest level. */
export const COARSEST_LEVEL = COARSENESS.length - 1;

/** Largest value in a table of 8 bits (T.81, B.2.4.1). */
const MAX_QUANT = 255;

/** What is added before cutting off: DC coefficients are rounded to the nearest, a step in DC shows as blocks. */
const DC_ROUNDING = 0.5;
/**
 * AC coefficients right between two steps go to the lower one: the error is the same, the code shorter, and at twice the step these
 * are all that were 1.
 */
const AC_ROUNDING = 0.49;

/** Tables that are `coarseness` times as coarse, up to 255, which 8-bit tables end at. */
export function coarserTable(table: Uint8Array, coarseness: number): Uint8Array {
  return table.map((value) => Math.min(MAX_QUANT, Math.round(value * coarseness)));
}

/**
 * Requantizes one JPEG at a level, 1 to {@linkcode COARSEST_LEVEL}. What is damaged from its first scan on is carried as far as a decoder
 * would show it. Throws as `conditionJpeg()` does, and a `RangeError` for a level that there is not.
 */
export function requantizeJpeg(jpeg: Uint8Array, level: number): ConditionedJpeg {
  const coarseness = COARSENESS[level];
  if (coarseness === undefined || level === 0) {
    throw new RangeError(`Cannot requantize a JPEG at level ${level}: 1 to ${COARSEST_LEVEL}`);
  }
  const sampling = checkSampling(readJpegHeader(jpeg));
  // Refuses what has two fields.
  conditionWithoutTranscoding(jpeg);
  const { width, height, components, damage } = decodeCoefficients(jpeg);
  const before = checkQuantTables(components.map(({ quantTable }) => quantTable));
  const after = before.map((table) => coarserTable(table, coarseness));
  const requantized = components.map((component, index) => {
    const table = index === 0 ? 0 : 1;
    if (damage !== undefined) clampCoefficients(component.values);
    requantize(component, before[table], after[table]);
    return { ...component, quantTable: after[table] };
  });
  return encodeImage({ width, height, components: requantized }, sampling);
}

/** Quantizes the coefficients of a component again, in place. */
function requantize({ values }: ComponentCoefficients, before: Uint8Array, after: Uint8Array): void {
  const ratios = Float64Array.from(before, (value, index) => value / after[index]);
  for (let block = 0; block < values.length; block += 64) {
    values[block] = quantized(values[block] * ratios[0], DC_ROUNDING);
    for (let k = 1; k < 64; k++) {
      const value = values[block + k];
      if (value !== 0) values[block + k] = quantized(value * ratios[k], AC_ROUNDING);
    }
  }
}

function quantized(value: number, rounding: number): number {
  return value < 0 ? -(rounding - value | 0) : value + rounding | 0;
}
