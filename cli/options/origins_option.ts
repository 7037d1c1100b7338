/**
 * The option that lets web pages of other origins show the video.
 *
 * @module
 */

import { UsageError } from "./errors.ts";
import type { Option } from "./option.ts";

const EXAMPLE = "http://localhost:3000";

/** Origins (RFC 6454) with commas between them, by default none. */
export function origins(value: string, help: string): Option<readonly string[]> {
  return {
    value,
    help: `${help}, such as ${EXAMPLE}`,
    fallback: [],
    allowed: "origins with commas between them",
    parse: (given) => given.split(",").map((one) => parseOrigin(one.trim())),
  };
}

function parseOrigin(given: string): string {
  const url = URL.parse(given);
  if (url === null || !/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/`) {
    throw new UsageError(`needs an origin without a path, such as ${EXAMPLE}, got ${JSON.stringify(given)}`);
  }
  return url.origin;
}
