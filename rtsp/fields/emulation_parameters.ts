/**
 * The parameters of an emulated network, which a server of ours lets its clients read and change while they play (`serve --lab-knobs`).
 * The field `Session-Parameters` in the reply to SETUP tells which ones a session has; docs/TEACHING.md describes them.
 *
 * @module
 */

import type { Parameter } from "./parameters.ts";

/** The field that tells of them. */
export const SESSION_PARAMETERS = "Session-Parameters";

/** What an emulated network does to packets. */
export interface NetworkValues {
  /** Share of packets lost, 0 to 1. */
  readonly loss: number;
  /** Share of packets delivered twice, 0 to 1. */
  readonly duplicate: number;
  /** Share of packets that the next packet overtakes, 0 to 1. */
  readonly reorder: number;
  /** Delay of every packet, in milliseconds. */
  readonly delayMs: number;
  /** How much the delay varies either way, in milliseconds. */
  readonly jitterMs: number;
  /** Bits a second, 0 for a link without limit. */
  readonly rate: number;
}

/** A parameter, and what a client may set it to. */
export interface NetworkParameter {
  readonly key: keyof NetworkValues;
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Whether 0 is allowed below `min`. */
  readonly allowsZero?: boolean;
}

/** All of them. The bounds keep what a client makes the server hold small: packets that are delayed wait in memory. */
export const NETWORK_PARAMETERS: readonly NetworkParameter[] = [
  { key: "loss", name: "emulation_loss", min: 0, max: 1 },
  { key: "duplicate", name: "emulation_duplicate", min: 0, max: 1 },
  { key: "reorder", name: "emulation_reorder", min: 0, max: 1 },
  { key: "delayMs", name: "emulation_delay_ms", min: 0, max: 2000 },
  { key: "jitterMs", name: "emulation_jitter_ms", min: 0, max: 1000 },
  { key: "rate", name: "emulation_rate", min: 10_000, max: 1e9, allowsZero: true },
];

/** Whether a parameter may have a value. */
export function isNetworkValue({ min, max, allowsZero = false }: NetworkParameter, value: number): boolean {
  return value >= min && value <= max || allowsZero && value === 0;
}

/** The values that parameters may have, in words. */
export function rangeText({ min, max, allowsZero = false }: NetworkParameter): string {
  return `${allowsZero ? "0, or " : ""}${min} to ${max}`;
}

/** Values as parameters; those that are left out are none. */
export function encodeNetwork(values: Partial<NetworkValues>): Parameter[] {
  return NETWORK_PARAMETERS.flatMap(({ key, name }): Parameter[] => {
    const value = values[key];
    return value === undefined ? [] : [[name, String(value)]];
  });
}

/** What parameters say of a network, and which of them say nothing that can be had. */
export interface DecodedNetwork {
  readonly values: Partial<NetworkValues>;
  /** Parameters of other names, and values out of range. */
  readonly refused: readonly Parameter[];
}

/** Reads parameters. Of one that is there twice, the last one holds. */
export function decodeNetwork(parameters: readonly Parameter[]): DecodedNetwork {
  const values: Partial<Record<keyof NetworkValues, number>> = {};
  const refused: Parameter[] = [];
  for (const [name, text] of parameters) {
    const parameter = NETWORK_PARAMETERS.find((known) => known.name === name);
    const value = /^\d{1,10}(?:\.\d{1,10})?$/.test(text) ? Number(text) : NaN;
    if (parameter === undefined || !isNetworkValue(parameter, value)) refused.push([name, text]);
    else values[parameter.key] = value;
  }
  return { values, refused };
}
