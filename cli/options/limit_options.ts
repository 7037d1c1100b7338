/**
 * The options of `serve` that limit what its clients may have.
 *
 * @module
 */

import type { Limits } from "../../server/commons.ts";
import { ADDRESS_SHARE, LATE_MS, MAX_CONNECTIONS, MAX_LATE_MS, MAX_SESSIONS } from "../../server/limits.ts";
import { inGroup, number, type Option, type OptionValues } from "./option.ts";

/** What one address may have of a server for few clients: half of two connections would be one. */
const LEAST_PER_ADDRESS = 16;

/** Options of limits. */
export type LimitOptions = Readonly<
  Record<"max-connections" | "max-sessions" | "max-per-address" | "max-late", Option<number>>
>;

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
    "max-per-address": number("N", "Percent of both for one address, such as a classroom's, but at least 16 places", {
      min: 1,
      max: 100,
      fallback: 100 * ADDRESS_SHARE,
    }),
    "max-late": number("MS", "Refuse new sessions while frames leave so much later than they are due", {
      min: LATE_MS,
      max: 60_000,
      fallback: MAX_LATE_MS,
    }),
  },
);

/** The limits as the server takes them. */
export function limitsOf(options: OptionValues<LimitOptions>): Required<Limits> & { readonly maxLateMs: number } {
  const { "max-connections": maxConnections, "max-sessions": maxSessions, "max-per-address": percent } = options;
  const leastShare = LEAST_PER_ADDRESS / Math.min(maxConnections, maxSessions);
  return {
    maxConnections,
    maxSessions,
    addressShare: Math.min(1, Math.max(percent / 100, leastShare)),
    maxLateMs: options["max-late"],
  };
}
