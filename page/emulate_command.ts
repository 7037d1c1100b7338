/**
 * What a page may ask of the emulated network.
 *
 * @module
 */

import { isNetworkValue, NETWORK_PARAMETERS } from "../rtsp/fields/emulation_parameters.ts";
import type { EmulatedNetwork } from "./playback.ts";

/** The values that a page names; `undefined` where one of them cannot be had, or there is none. */
export function networkOf(given: unknown): Partial<EmulatedNetwork> | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  const values: Partial<Record<keyof EmulatedNetwork, number>> = {};
  for (const [key, value] of Object.entries(given)) {
    const parameter = NETWORK_PARAMETERS.find((known) => known.key === key);
    if (parameter === undefined || typeof value !== "number" || !isNetworkValue(parameter, value)) return undefined;
    values[parameter.key] = value;
  }
  return Object.keys(values).length === 0 ? undefined : values;
}
