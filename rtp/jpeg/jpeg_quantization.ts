/**
 * Computes the quantization tables of Q 1 to 99 (RFC 2435, 4.2 and appendix A) by scaling those of ITU-T T.81, Annex K.
 *
 * @module
 */

/** Annex K.1, luminance, in zig-zag order; the RFC's sample code has another order. */
const LUMA = [
  ...[16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40],
  ...[26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61, 60, 57, 51],
  ...[56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87],
  ...[95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99],
];

/** Annex K.2, chrominance, in zig-zag order. */
const CHROMA = [
  ...[17, 18, 18, 24, 21, 24, 47, 26, 26, 47, 99, 66, 56, 66, 99, 99],
  ...Array(48).fill(99),
];

/** The tables for `q`, 1 to 99, in zig-zag order. */
export function quantTablesOf(q: number): readonly [luma: Uint8Array, chroma: Uint8Array] {
  if (!Number.isInteger(q) || q < 1 || q > 99) throw new RangeError(`Cannot compute tables for Q ${q}: 1 to 99`);
  const factor = q < 50 ? Math.floor(5000 / q) : 200 - 2 * q;
  const scale = (value: number) => Math.min(255, Math.max(1, Math.floor((value * factor + 50) / 100)));
  return [Uint8Array.from(LUMA, scale), Uint8Array.from(CHROMA, scale)];
}
