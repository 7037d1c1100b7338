/**
 * The rate of frames by their times.
 *
 * @module
 */

/** A rate as a fraction, as AVI has it: `rate / scale` frames a second. */
export interface FractionalRate {
  readonly rate: number;
  readonly scale: number;
}

/** Frames whose times tell the rate. */
export const MEASURED_FRAMES = 30;
/** A rate this near to one that cameras have is that one. */
const TOLERANCE = 0.01;
const USUAL_RATES: readonly FractionalRate[] = [
  ...[1, 2, 5, 6, 8, 10, 12, 15, 20, 24, 25, 30, 50, 60, 90, 100, 120].map((rate) => ({ rate, scale: 1 })),
  ...[24_000, 30_000, 60_000].map((rate) => ({ rate, scale: 1001 })),
];
const MIN_RATE = 0.01;
/** Highest rate that is told, in frames a second. */
export const MAX_RATE = 1000;

/** Windows that are looked at in a movie that is there as a whole, spread over all of it. */
const MAX_WINDOWS = 10_000;

/**
 * The rate of frames that came so far apart, in microseconds. Gaps among them do not count, nor do frames that came at once.
 * `undefined` where there is none.
 */
export function rateOf(intervalsUs: readonly number[]): FractionalRate | undefined {
  const median = intervalsUs.toSorted((one, other) => one - other)[intervalsUs.length >> 1];
  const usual = intervalsUs.filter((interval) => interval > 0.5 * median && interval < 1.5 * median);
  const rate = 1e6 * usual.length / usual.reduce((sum, interval) => sum + interval, 0);
  if (!(rate >= MIN_RATE && rate <= MAX_RATE)) return undefined;
  const distance = ({ rate: numerator, scale }: FractionalRate) => Math.abs(rate * scale / numerator - 1);
  const [nearest] = USUAL_RATES.toSorted((one, other) => distance(one) - distance(other));
  return distance(nearest) < TOLERANCE ? nearest : { rate: Math.round(rate * 1000), scale: 1000 };
}

/**
 * The highest rate that the frames of a movie keep for a while: at this one, all are in time. `undefined` where their times tell none.
 */
export function highestRate(
  { count, timeUs }: { readonly count: number; readonly timeUs: (index: number) => number },
): FractionalRate | undefined {
  const intervals = Math.min(MEASURED_FRAMES, count - 1);
  const windows = Math.ceil((count - 1) / MEASURED_FRAMES);
  let highest: FractionalRate | undefined;
  for (let window = 0; window < windows; window += Math.max(1, windows / MAX_WINDOWS)) {
    const first = Math.min(MEASURED_FRAMES * Math.floor(window), count - 1 - intervals);
    const rate = rateOf(
      Array.from({ length: intervals }, (_, index) => timeUs(first + index + 1) - timeUs(first + index)),
    );
    if (rate !== undefined && !(highest !== undefined && isAtLeast(highest, rate))) highest = rate;
  }
  return highest;
}

function isAtLeast(one: FractionalRate, other: FractionalRate): boolean {
  return one.rate * other.scale >= other.rate * one.scale;
}
