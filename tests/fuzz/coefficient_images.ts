/**
 * Random images as coefficients: what any 8-bit baseline JPEG may hold that RTP/JPEG carries.
 *
 * @module
 */

import fc from "fast-check";
import type { ComponentCoefficients } from "../../mjpeg/entropy/coefficients.ts";
import type { ScanLayout } from "../../mjpeg/entropy/scan_encoder.ts";

/** The coefficients of 8-bit baseline JPEG: DC differences of up to 11 bits, AC values of up to 10. */
const dcValue = fc.oneof(fc.integer({ min: -1024, max: 1023 }), fc.constantFrom(-1024, 1023, 0));
const acValue = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.integer({ min: -20, max: 20 }) },
  { weight: 1, arbitrary: fc.integer({ min: -1023, max: 1023 }) },
  { weight: 1, arbitrary: fc.constantFrom(-1023, 1023) },
);
const block = fc.tuple(dcValue, fc.array(acValue, { maxLength: 63 }), fc.nat(63)).map(([dc, ac, zeros]) => {
  const values = new Int16Array(64);
  values[0] = dc;
  // After a run of zeros of any length.
  ac.forEach((value, index) => {
    if (1 + zeros + index < 64) values[1 + zeros + index] = value;
  });
  return values;
});

/** An image of 4:2:0 or 4:2:2, with the layout of its scan. */
export interface CoefficientImage extends ScanLayout {
  /** Samples a line; the last MCU of a line may be cut. */
  readonly width: number;
  /** Lines; the last MCUs may be cut. */
  readonly height: number;
}

/** Images of up to 4x3 MCUs. */
export const coefficientImage: fc.Arbitrary<CoefficientImage> = fc.record({
  lumaLines: fc.constantFrom(1 as const, 2 as const),
  mcusPerLine: fc.integer({ min: 1, max: 4 }),
  mcuLines: fc.integer({ min: 1, max: 3 }),
  cutColumns: fc.nat(15),
  cutLines: fc.nat(7),
  blocks: fc.array(block, { minLength: 1, maxLength: 20 }),
}).map(({ lumaLines, mcusPerLine, mcuLines, cutColumns, cutLines, blocks }) => {
  let next = 0;
  const component = (h: number, v: number): ComponentCoefficients => {
    const [blocksPerLine, blockLines] = [mcusPerLine * h, mcuLines * v];
    const values = new Int16Array(blocksPerLine * blockLines * 64);
    for (let at = 0; at < values.length; at += 64) values.set(blocks[next++ % blocks.length], at);
    return { h, v, blocksPerLine, blockLines, values, quantTable: new Uint8Array(64).fill(1) };
  };
  return {
    width: 16 * mcusPerLine - cutColumns,
    height: 8 * lumaLines * mcuLines - cutLines,
    components: [component(2, lumaLines), component(1, 1), component(1, 1)] as const,
    lumaLines,
    mcusPerLine,
    mcuLines,
  };
});
