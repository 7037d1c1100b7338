/**
 * What a name on the command line stands for: a folder, a file in one of the formats, or a pipe.
 *
 * @module
 */

import { extname } from "@std/path";
import { MOVIE_FORMATS, WRITTEN_PICTURE, type WrittenFormat } from "../../mjpeg/containers/written_format.ts";

/** What is there under a name. A link to a folder is a folder; any other link is a file. */
export type Present = "nothing" | "file" | "folder" | "device";

/** What is meant. */
export type StoreKind =
  | { readonly kind: "pipe" }
  | { readonly kind: "folder" }
  | { readonly kind: "file"; readonly format: WrittenFormat };

/** Names of our own standard output. Other programs open them anew; we have it already. */
const STANDARD_OUTPUT = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/** Whether frames go to standard output. */
export function isStandardOutput(out: string): boolean {
  return STANDARD_OUTPUT.includes(out);
}

/** What `out` stands for. Throws an error that lists what there is for a name that stands for nothing. */
export function storeKindOf(
  out: string,
  { present, maxFrames }: { readonly present: Present; readonly maxFrames: number },
): StoreKind {
  if (present === "folder") return { kind: "folder" };
  if (present === "device") return { kind: "pipe" };
  const ending = extname(out).toLowerCase();
  if (ending === "" || /[/\\]$/.test(out)) {
    if (present === "nothing") return { kind: "folder" };
    throw new Error(`there is a file of that name, and a folder is meant: name another, or a file (${endings()})`);
  }
  const format = [...MOVIE_FORMATS, WRITTEN_PICTURE].find(({ endings }) => endings.includes(ending));
  if (format === undefined) {
    throw new Error(
      `files that end in ${ending} are not written; there are ${formatList()}, NAME/ (a folder of JPEGs) and - ` +
        "(standard output)",
    );
  }
  if (format === WRITTEN_PICTURE && maxFrames !== 1) {
    throw new Error(`${ending} is one JPEG: add --frames 1, or name a movie (${endings()}) or a folder (NAME/)`);
  }
  return { kind: "file", format };
}

/** `.mjpeg or .mjpg`. */
function endings(): string {
  return MOVIE_FORMATS.map(({ endings: [ending] }) => ending).join(" or ");
}

function formatList(): string {
  const movies = MOVIE_FORMATS.map(({ endings: [ending], name }) => `${ending} (${name})`);
  return [...movies, `${WRITTEN_PICTURE.endings[0]} with --frames 1 (${WRITTEN_PICTURE.name})`].join(", ");
}
