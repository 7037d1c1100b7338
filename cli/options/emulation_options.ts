/**
 * The options of `serve` that emulate a bad network, as the lab's assignment asks for.
 *
 * @module
 */

import type { Emulation } from "../../server/session/session_factory.ts";
import { flag, inGroup, number, type Option, type OptionValues, quantity } from "./option.ts";

const SHARE = { units: { "%": 0.01, "": 1 }, max: 1, allowed: "0% to 100%" };
const DURATION = { units: { ms: 1, s: 1000 }, max: 10_000, allowed: "0ms to 10s" };
const RATE = { units: { bit: 1, kbit: 1000, mbit: 1e6, gbit: 1e9 }, max: 1e12, allowed: "0bit to 1000gbit" };

/** Options of the emulated network. */
export type EmulationOptions =
  & Readonly<Record<"loss" | "duplicate" | "reorder" | "delay" | "jitter" | "rate" | "seed", Option<number>>>
  & Readonly<Record<"lab-knobs", Option<boolean>>>;

/** The options by name. */
export const EMULATION_OPTIONS: EmulationOptions = inGroup("Network emulation (for the UDP packets of every session)", {
  loss: quantity("SHARE", "Drop this share of the packets", { ...SHARE, example: "5%" }),
  duplicate: quantity("SHARE", "Send this share of the packets twice", { ...SHARE, example: "1%" }),
  reorder: quantity("SHARE", "Send this share of the packets after the next one", { ...SHARE, example: "1%" }),
  delay: quantity("TIME", "Delay every packet", { ...DURATION, example: "40ms" }),
  jitter: quantity("TIME", "Vary the delay by up to this much either way", { ...DURATION, example: "20ms" }),
  rate: quantity("BITRATE", "Limit each session to this bit rate", { ...RATE, example: "2mbit" }),
  seed: number("N", "Seed of the random numbers; the same seed drops the same packets", {
    min: 0,
    max: 2 ** 32 - 1,
    integer: true,
    fallback: 1,
  }),
  "lab-knobs": flag("Let players of mjpegrtsp change it, each for its own session, with sliders on their page"),
});

/** The network that the options describe; `undefined` if they change nothing, and clients may not. */
export function emulationOf(options: OptionValues<EmulationOptions>): Emulation | undefined {
  const { loss, duplicate, reorder, delay, jitter, rate, seed } = options;
  const isPerfect = [loss, duplicate, reorder, delay, jitter, rate].every((value) => value === 0);
  if (isPerfect && !options["lab-knobs"]) return undefined;
  return {
    impairments: {
      loss,
      duplicate,
      reorder,
      delayMs: delay,
      jitterMs: jitter,
      rate: rate === 0 ? undefined : rate,
    },
    seed,
  };
}

/** The network in one line, for the log. */
export function describeEmulation({ impairments, seed }: Emulation): string {
  const { loss, duplicate, reorder, delayMs, jitterMs, rate } = impairments;
  const limit = rate === undefined ? "unlimited" : `${rate / 1e6} Mbit/s`;
  return `loss ${percent(loss)}, duplicate ${percent(duplicate)}, reorder ${percent(reorder)}, ` +
    `delay ${delayMs} ms, jitter ${jitterMs} ms, rate ${limit}, seed ${seed}`;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(3))} %`;
}
