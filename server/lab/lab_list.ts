/**
 * Lists of movies, as each fork of the lab reads them.
 *
 * @module
 */

import type { LabLines } from "../../rtsp/message.ts";
import { LAB_JSON_LIST_BYTES, LAB_LIST_BYTES } from "../limits.ts";

/** How a list is written. */
export type ListForm = "lines" | "json" | "files" | "comma" | "movies" | "words" | "names";

/** The lines of a list of movies. Names that a form cannot carry, and those that its client would not read, are left out. */
export function listLines(names: readonly string[], form: ListForm): LabLines {
  // deno-lint-ignore no-control-regex
  const plain = names.filter((name) => !/[\x00-\x1f,]/.test(name));
  const words = withinBytes(plain.filter((name) => !name.includes(" ")), LAB_LIST_BYTES);
  const some = withinBytes(plain, LAB_LIST_BYTES);
  switch (form) {
    case "lines":
      return { lines: [`NVideo: ${some.length}`, ...some], endsLastLine: false };
    case "json":
      return { lines: [JSON.stringify({ list: withinBytes(plain, LAB_JSON_LIST_BYTES) })], endsLastLine: false };
    case "files":
      return { lines: [`Files: ${some.join(",")}`] };
    case "comma":
      return { lines: [some.map((name) => `${name},`).join("")], endsLastLine: false, isWholeReply: true };
    case "movies":
      return { lines: [`Movies: ${words.join(" ")}`], endsLastLine: false };
    case "words":
      return { lines: [words.map((name) => `${name} `).join("")], endsLastLine: false };
    case "names":
      return { lines: some, endsLastLine: true };
  }
}

/** The first names that take so many bytes together, with a few around each. */
function withinBytes(names: readonly string[], maxBytes: number): string[] {
  let left = maxBytes;
  return names.filter((name) => (left -= new TextEncoder().encode(name).length + NAME_MARGIN_BYTES) >= 0);
}

/** Quotes and a comma, the most that a form puts around a name. */
const NAME_MARGIN_BYTES = 4;
