/**
 * The beep of the test source: a short tone at the start of each second of its clock, with which a lamp goes on in the picture. Who hears it
 * later than sees it, or before, can tell by how much.
 *
 * @module
 */

/** Frequency of the tone. */
export const BEEP_HZ = 1000;
/** How long it lasts, in seconds. */
export const BEEP_SECONDS = 0.1;
/** How long the lamp is lit from the beginning of the tone on, in seconds: a player that drops a frame or two still shows it. */
export const LAMP_SECONDS = 0.2;
/** Half of full scale, of 16 bits. */
const AMPLITUDE = 16_384;
/** Times of frames have fractions. */
const TOLERANCE_SECONDS = 1e-6;

/** Whether the lamp is lit in a frame that is shown at a time of the clock, in seconds. */
export function isLampLitAt(seconds: number): boolean {
  return (seconds + TOLERANCE_SECONDS) % 1 < LAMP_SECONDS;
}

/** The samples of one second, of 16 bits with sign: the tone, then silence. `sampleRate` is a multiple of 10. */
export function beepSamples(sampleRate: number): Int16Array {
  const samples = new Int16Array(sampleRate);
  for (let index = 0; index < sampleRate * BEEP_SECONDS; index++) {
    samples[index] = Math.round(AMPLITUDE * Math.sin(2 * Math.PI * BEEP_HZ * index / sampleRate));
  }
  return samples;
}
