/**
 * The options of `serve` that limit what its clients may have.
 *
 * @module
 */

import { ADDRESS_SHARE, MAX_CONNECTIONS, MAX_SESSIONS } from "../../server/limits.ts";
import { inGroup, number, type Option, type OptionValues } from "./option.ts";

/** Options of limits. */
export type LimitOptions = Readonly<Record<"max-connections" | "max-sessions" | "max-per-address", Option<number>>>;

/** The options by name. */
export const LIMIT_OPTIONS: LimitOptions = inGroup(
  "Limits (where a place is missing, idle clients give way to newcomers)",
  {
    "max-connections": number("N", "Connections at once", {
      min: 1,
      max: 65_535,
      integer: true,
      fallback: MAX_CONNECTIONS,
    }),
    "max-sessions": number("N", "Sessions at once", { min: 1, max: 65_535, integer: true, fallback: MAX_SESSIONS }),
    "max-per-address": number("N", "Percent of both that one address may have; a classroom may be behind one", {
      min: 1,
      max: 100,
      fallback: 100 * ADDRESS_SHARE,
    }),
  },
);

/** The limits as the server takes them. */
export function limitsOf(
  options: OptionValues<LimitOptions>,
): { readonly maxConnections: number; readonly maxSessions: number; readonly addressShare: number } {
  return {
    maxConnections: options["max-connections"],
    maxSessions: options["max-sessions"],
    addressShare: options["max-per-address"] / 100,
  };
}
