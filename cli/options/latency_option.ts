/**
 * How long frames wait to be shown: `--latency auto` or milliseconds.
 *
 * @module
 */

import { UsageError } from "./errors.ts";
import type { Option } from "./option.ts";

/** `auto`, which is the default, or milliseconds, up to `maxMs`. */
export function latency(
  value: string,
  help: string,
  { maxMs }: { readonly maxMs: number },
): Option<"auto" | number> {
  return {
    value,
    help,
    fallback: "auto",
    defaultText: "auto",
    parse(given) {
      if (given === "auto") return given;
      const milliseconds = /^\d{1,5}(?:\.\d{1,3})?$/.test(given) ? Number(given) : NaN;
      if (!(milliseconds <= maxMs)) {
        throw new UsageError(`needs auto or milliseconds, 0 to ${maxMs}, got ${JSON.stringify(given)}`);
      }
      return milliseconds;
    },
  };
}
