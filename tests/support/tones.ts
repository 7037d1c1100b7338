/**
 * Tones in samples: their frequency, and when they begin.
 *
 * @module
 */

/** Louder samples are no silence. */
const LOUD = 1000;

/**
 * The frequency of a tone, in hertz: the median of tenths of a second, since there may be silence where a report has moved the sound.
 */
export function frequencyOf(samples: readonly number[], sampleRate: number): number {
  const length = sampleRate / 10;
  const counts = Array.from({ length: Math.floor(samples.length / length) }, (_, window) => {
    const part = samples.slice(window * length, (window + 1) * length);
    return part.filter((sample, index) => index > 0 && sample >= 0 && part[index - 1] < 0).length;
  });
  return counts.toSorted((one, other) => one - other)[counts.length >> 1] * 10;
}

/** When tones begin, in seconds: samples behind at least a tenth of a second of silence. */
export function beginnings(samples: readonly number[], sampleRate: number): number[] {
  const found: number[] = [];
  let lastLoud = -Infinity;
  samples.forEach((sample, index) => {
    if (Math.abs(sample) < LOUD) return;
    if (index - lastLoud > sampleRate / 10) found.push(index / sampleRate);
    lastLoud = index;
  });
  return found;
}
