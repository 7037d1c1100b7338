/**
 * The parts of a name that a client asks for.
 *
 * @module
 */

import { SEPARATOR } from "@std/path";

/** The parts of a name between its slashes; none where it cannot be the name of a file below what is served. */
export function partsOf(name: string): string[] {
  const parts = name.split(SEPARATOR === "\\" ? /[/\\]/ : "/").filter((part) => part !== "" && part !== ".");
  return parts.includes("..") || name.includes("\0") ? [] : parts;
}
