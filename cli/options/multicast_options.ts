/**
 * The options of `serve` for multicast.
 *
 * @module
 */

import type { MulticastGroup } from "../../server/session/multicast.ts";
import { UsageError } from "./errors.ts";
import { inGroup, number, type Option, type OptionValues, text } from "./option.ts";

/** Options of multicast. */
export type MulticastOptions = {
  readonly multicast: Option<string | undefined>;
  readonly ttl: Option<number>;
};

/** The options by name. */
export const MULTICAST_OPTIONS: MulticastOptions = inGroup("Multicast", {
  multicast: text(
    "GROUP:PORT",
    "Send testsrc to this group for players that ask for multicast, such as 239.1.2.3:5004",
  ),
  ttl: number("HOPS", "How far multicast packets go: 0 is this machine, 1 the local network", {
    min: 0,
    max: 255,
    integer: true,
    fallback: 1,
  }),
});

/** The group of `--multicast`. Throws a {@linkcode UsageError} for anything but an IPv4 group and an even port. */
export function multicastGroupOf(options: OptionValues<MulticastOptions>): MulticastGroup | undefined {
  const { multicast, ttl } = options;
  if (multicast === undefined) return undefined;
  const match = /^((?:22[4-9]|23\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}):(\d{1,5})$/.exec(multicast);
  const port = Number(match?.[2]);
  // RTP has the even port, RTCP the odd one above it.
  if (match === null || port % 2 !== 0 || port < 2 || port > 65_534) {
    throw new UsageError(
      `--multicast needs an IPv4 group and an even port, such as 239.1.2.3:5004, got ${JSON.stringify(multicast)}`,
    );
  }
  return { hostname: match[1], port, ttl };
}
