/**
 * Tells a JPEG that only lacks EOI from one that was cut: no marker does, only its entropy-coded data.
 *
 * @module
 */

import { decodeCoefficients } from "./coefficients.ts";

/** Whether a JPEG has all the data that its header announces. */
export function hasWholeScan(jpeg: Uint8Array): boolean {
  try {
    return decodeCoefficients(jpeg).damage === undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return false;
    throw error;
  }
}
