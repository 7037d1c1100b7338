/**
 * What a name on the command line stands for: a folder, a file in one of the formats, or a pipe.
 *
 * @module
 */

import { extname } from "@std/path";
import {
  MOVIE_FORMATS,
  WRITTEN_LAB,
  WRITTEN_PICTURE,
  type WrittenFormat,
} from "../../mjpeg/containers/written_format.ts";

/** What is there under a name. A link to a folder is a folder; any other link is a file. */
export type Present = "nothing" | "file" | "folder" | "device";

/** What is meant. */
export type StoreKind =
  | { readonly kind: "pipe" }
  | { readonly kind: "folder" }
  | { readonly kind: "file"; readonly format: WrittenFormat };

/** What `--format` may say; `auto` goes by the ending of the name. */
export const FORMAT_WORDS = ["auto", "lab", "concat", "avi", "folder"] as const;

/** One of {@linkcode FORMAT_WORDS}. */
export type FormatWord = typeof FORMAT_WORDS[number];

const SLASH = /[/\\]$/;

/** Names of our own standard output. Other programs open them anew; we have it already. */
const STANDARD_OUTPUT = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/** Whether frames go to standard output. */
export function isStandardOutput(out: string): boolean {
  return STANDARD_OUTPUT.includes(out);
}

/** Whether a name that is not there yet stands for a file in the lab's format. */
export function isLabName(out: string): boolean {
  return WRITTEN_LAB.endings.includes(extname(out).toLowerCase()) && !/[/\\]$/.test(out);
}

/** What `out` stands for. Throws an error that lists what there is for a name that stands for nothing. */
export function storeKindOf(
  out: string,
  { present, maxFrames, format: word }: {
    readonly present: Present;
    readonly maxFrames: number;
    readonly format: FormatWord;
  },
): StoreKind {
  if (word !== "auto") return storeKindOfWord(word, { present, hasSlash: SLASH.test(out) });
  if (present === "folder") return { kind: "folder" };
  if (present === "device") return { kind: "pipe" };
  const ending = extname(out).toLowerCase();
  if (ending === "" || SLASH.test(out)) {
    if (present === "nothing") return { kind: "folder" };
    throw new Error(`there is a file of that name, and a folder is meant: name another, or a file (${endings()})`);
  }
  const format = [...MOVIE_FORMATS, WRITTEN_PICTURE].find(({ endings }) => endings.includes(ending));
  if (format === undefined) {
    throw new Error(
      `files that end in ${ending} are not written; there are ${formatList()}, NAME/ (a folder of JPEGs) and - ` +
        "(standard output); --format says which is meant, whatever the name",
    );
  }
  if (format === WRITTEN_PICTURE && maxFrames !== 1) {
    throw new Error(`${ending} is one JPEG: add --frames 1, or name a movie (${endings()}) or a folder (NAME/)`);
  }
  return { kind: "file", format };
}

/** The same where the user says what is meant. */
function storeKindOfWord(
  word: Exclude<FormatWord, "auto">,
  { present, hasSlash }: { readonly present: Present; readonly hasSlash: boolean },
): StoreKind {
  if (present === "device") {
    if (word === "concat") return { kind: "pipe" };
    throw new Error(`a pipe gets concatenated JPEGs, not --format ${word}; name a file or a folder`);
  }
  if (word === "folder") {
    if (present === "file") throw new Error("there is a file of that name, and --format folder is meant: name another");
    return { kind: "folder" };
  }
  if (present === "folder" || hasSlash) {
    throw new Error(`it names a folder, and --format ${word} is a file: name another, or say --format folder`);
  }
  return { kind: "file", format: MOVIE_FORMATS.find((format) => format.word === word)! };
}

/** `.mjpeg, .mjpg or .avi`. */
function endings(): string {
  const all = MOVIE_FORMATS.map(({ endings: [ending] }) => ending);
  return `${all.slice(0, -1).join(", ")} or ${all.at(-1)}`;
}

function formatList(): string {
  const movies = MOVIE_FORMATS.map(({ endings: [ending], name }) => `${ending} (${name})`);
  return [...movies, `${WRITTEN_PICTURE.endings[0]} with --frames 1 (${WRITTEN_PICTURE.name})`].join(", ");
}
