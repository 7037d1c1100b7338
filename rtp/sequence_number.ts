/**
 * Extended sequence numbers: sequence numbers wrap after 65535, extended ones do not (RFC 3550, A.1).
 *
 * @module
 */

const MODULUS = 0x10000;

/**
 * The extended sequence number closest to `reference` whose low 16 bits are `sequenceNumber`. A packet up to 32768 ahead counts as
 * new, one up to 32767 behind as old. Negative for packets before the first, where the stream starts just behind a wrap.
 */
export function extendSequenceNumber(sequenceNumber: number, reference: number): number {
  const ahead = (sequenceNumber - reference) & (MODULUS - 1);
  return reference + (ahead > MODULUS / 2 ? ahead - MODULUS : ahead);
}
