/*
 * What the sliders of the emulated network stand for: where small values matter most, a slider has steps that grow.
 */

// @ts-check

/** @typedef {"loss" | "duplicate" | "reorder" | "delayMs" | "jitterMs" | "rate"} Key */
/** @typedef {Record<Key, number>} Network */
/** @typedef {{ key: Key, name: string, steps: readonly number[], format: (value: number) => string }} Knob */

const SHARES = [0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1];
const DELAYS_MS = [0, 5, 10, 20, 30, 40, 60, 80, 100, 150, 200, 300, 400, 500, 750, 1000, 1500, 2000];
const JITTERS_MS = DELAYS_MS.filter((milliseconds) => milliseconds <= 1000);
/** From no limit at the left to the narrowest link: all sliders make it worse to the right. */
const RATES = [0, 100e6, 50e6, 20e6, 10e6, 8e6, 5e6, 4e6, 3e6, 2e6, 1.5e6, 1e6, 500e3, 250e3, 100e3, 50e3];

/** @param {number} share */
const percent = (share) => `${Number((share * 100).toFixed(2))} %`;
/** @param {number} milliseconds */
const duration = (milliseconds) => `${Number(milliseconds.toFixed(1))} ms`;
/** @param {number} rate */
const bitrate = (rate) =>
  rate === 0
    ? "no limit"
    : rate < 1e6
    ? `${Number((rate / 1e3).toFixed(1))} kbit/s`
    : `${Number((rate / 1e6).toFixed(2))} Mbit/s`;

/** The sliders, in their order. @type {readonly Knob[]} */
export const KNOBS = [
  { key: "loss", name: "Loss", steps: SHARES, format: percent },
  { key: "delayMs", name: "Delay", steps: DELAYS_MS, format: duration },
  {
    key: "jitterMs",
    name: "Jitter",
    steps: JITTERS_MS,
    format: (value) => value === 0 ? "0 ms" : `± ${duration(value)}`,
  },
  { key: "rate", name: "Rate", steps: RATES, format: bitrate },
  { key: "reorder", name: "Out of order", steps: SHARES, format: percent },
  { key: "duplicate", name: "Doubles", steps: SHARES, format: percent },
];

/** A network that does nothing to packets. @type {Network} */
export const PERFECT = { loss: 0, duplicate: 0, reorder: 0, delayMs: 0, jitterMs: 0, rate: 0 };

/** The step that is nearest to a value. @param {Knob} knob @param {number} value */
export function stepOf({ steps }, value) {
  // Steps of a rate grow by factors, and 0 stands apart.
  const distances = steps.map((step) =>
    step === value ? 0 : step === 0 || value === 0 ? Infinity : Math.abs(Math.log(step / value))
  );
  const nearest = distances.indexOf(Math.min(...distances));
  return value === 0 ? steps.indexOf(0) : nearest;
}
