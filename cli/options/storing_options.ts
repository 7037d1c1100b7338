/**
 * The options of `play` that say how frames are stored.
 *
 * @module
 */

import type { StoreOptions } from "../../client/record/open_frame_store.ts";
import { FORMAT_WORDS, type FormatWord } from "../../client/record/store_name.ts";
import { UsageError } from "./errors.ts";
import { choice, flag, inGroup, number, type Option, type OptionValues, quantity, text } from "./option.ts";

const DAY_SECONDS = 86_400;

/** What a name stands for; `convert` and `testsrc` have it, too. */
export const FORMAT_OPTION: Option<FormatWord> = choice("FORMAT", "What OUT is", {
  words: FORMAT_WORDS,
  note: "auto goes by its name",
});

/** Whether frames are re-encoded that are too large; `convert` has it, too. */
export const FIT_OPTION: Option<boolean> = flag(
  "Re-encode frames that are too large for the lab's format, below its limit",
);

/** Options of all that is stored. */
export type StoringOptions =
  & { readonly out: Option<string | undefined>; readonly format: Option<FormatWord> }
  & Readonly<Record<"force" | "append" | "fit", Option<boolean>>>;

/** The options by name. */
export const STORING_OPTIONS: StoringOptions = {
  out: text("OUT", "Store the frames in a folder, in a file, or (with -) send them to standard output"),
  format: FORMAT_OPTION,
  force: flag("Replace the file or the frames that --out names, with their sound, and the file of --pcap"),
  append: flag("Go on behind the frames in the file, or the folder, that --out names"),
  fit: FIT_OPTION,
};

/** Options of segments. A length or size of 0 is not given. */
export type SegmentOptions =
  & Readonly<Record<"segment" | "max-size", Option<number>>>
  & Readonly<Record<"max-files", Option<number | undefined>>>;

/** The options by name. */
export const SEGMENT_OPTIONS: SegmentOptions = inGroup(
  "Segments (of what --out names; each has its time in its name)",
  {
    segment: quantity("TIME", "Begin a new file, or folder, after so long", {
      units: { s: 1, m: 60, h: 3600 },
      ...{ min: 1, max: 7 * DAY_SECONDS, allowed: "1s to 168h", example: "10m" },
    }),
    "max-size": quantity("SIZE", "Begin a new one before one becomes larger", {
      units: { kb: 1e3, mb: 1e6, gb: 1e9 },
      ...{ min: 1e5, max: 1e15, allowed: "100kB to 1000000GB", example: "2GB" },
    }),
    "max-files": number("N", "Keep the newest N, and remove older ones of this run", {
      min: 1,
      max: 100_000,
      integer: true,
      defaultText: "all",
    }),
  },
);

/** How frames are to be stored. Throws a {@linkcode UsageError} for options that do not go together. */
export function storingOf(
  options: OptionValues<StoringOptions & SegmentOptions>,
): Pick<StoreOptions, "format" | "force" | "append" | "fit" | "segments"> {
  const { out, format, force, append, fit } = options;
  const segments = segmentsOf(options);
  if (out === "") throw new UsageError("--out needs a folder, a file or -");
  if (out === undefined && (append || segments !== undefined)) {
    throw new UsageError("--append, --segment and --max-size need --out: there is nothing to store");
  }
  if (append && force) throw new UsageError("--append goes on with what --force would replace: leave one of them out");
  if (append && segments !== undefined) {
    throw new UsageError("--append goes on in one file or folder, and segments are new ones: leave one of them out");
  }
  if (force && segments !== undefined) {
    throw new UsageError("--force replaces nothing where segments have names of their own: leave it out");
  }
  return { format, force, append, fit, segments };
}

/** The segments that the options ask for; `undefined` for none. */
function segmentsOf(options: OptionValues<SegmentOptions>): StoreOptions["segments"] {
  const { segment: seconds, "max-size": maxBytes, "max-files": maxSegments } = options;
  if (seconds === 0 && maxBytes === 0) {
    if (maxSegments === undefined) return undefined;
    throw new UsageError("--max-files needs segments to keep the newest of: add --segment or --max-size");
  }
  return {
    lengthUs: seconds === 0 ? Infinity : seconds * 1e6,
    maxBytes: maxBytes === 0 ? Infinity : maxBytes,
    maxSegments: maxSegments ?? Infinity,
  };
}
