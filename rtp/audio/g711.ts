/**
 * G.711, the sound of telephones and cameras: a byte for each sample, by the mu-law (PCMU) or the A-law (PCMA). Each byte stands for
 * one sample of 16 bits, so decoding is looking it up (ITU-T G.711, tables 1a to 2b).
 *
 * @module
 */

/** Mu-law samples are shifted by this before they are coded, in units of 16 bits. */
const MU_LAW_BIAS = 0x84;

/** Larger samples are coded as this one. */
const MU_LAW_MAX = 32_635;

/** The sample that each byte of PCMU stands for. */
export const MU_LAW: Readonly<Int16Array> = Int16Array.from({ length: 256 }, (_, byte) => muLawSample(byte));

/** The sample that each byte of PCMA stands for. */
export const A_LAW: Readonly<Int16Array> = Int16Array.from({ length: 256 }, (_, byte) => aLawSample(byte));

/** The byte of PCMU for a sample of 16 bits. */
export function encodeMuLaw(sample: number): number {
  const size = Math.min(Math.abs(sample), MU_LAW_MAX) + MU_LAW_BIAS;
  const segment = 24 - Math.clz32(size);
  return ~((sample < 0 ? 0x80 : 0) | segment << 4 | size >> segment + 3 & 0x0f) & 0xff;
}

/** Sign, segment of three bits, step of four; all bits inverted. */
function muLawSample(byte: number): number {
  const bits = ~byte & 0xff;
  const size = (((bits & 0x0f) << 3) + MU_LAW_BIAS << (bits >> 4 & 7)) - MU_LAW_BIAS;
  return bits & 0x80 ? -size : size;
}

/** The same with every other bit inverted; the first two segments have steps of the same size. */
function aLawSample(byte: number): number {
  const bits = byte ^ 0x55;
  const segment = bits >> 4 & 7;
  const step = ((bits & 0x0f) << 4) + 8;
  const size = segment === 0 ? step : step + 0x100 << segment - 1;
  return bits & 0x80 ? size : -size;
}
