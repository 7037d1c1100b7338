/**
 * The formats of files that frames are written to, one after the other: a file is whole behind each frame. The counterpart of
 * container.ts.
 *
 * @module
 */

import { encodeLabHeader, LAB_FRAME_MAX_BYTES } from "./lab_format.ts";

/** One format that is written. */
export interface WrittenFormat {
  /** As messages show it. */
  readonly name: string;
  /** How the names of its files end, in small letters; the first is the one to advise. */
  readonly endings: readonly string[];
  /** What to append for a frame. Throws a {@linkcode FrameTooLargeError}. */
  encode(jpeg: Uint8Array): readonly Uint8Array[];
}

/** A format has no room for a frame. Others may be written. */
export class FrameTooLargeError extends RangeError {
  override name = "FrameTooLargeError";
}

/** The lab's format: the length in five digits, and the JPEG. */
export const WRITTEN_LAB: WrittenFormat = {
  name: "the lab's format",
  endings: [".mjpeg"],
  encode(jpeg) {
    if (jpeg.length > LAB_FRAME_MAX_BYTES) {
      throw new FrameTooLargeError(
        `it has ${jpeg.length} bytes, and the five digits of the lab's format reach ${LAB_FRAME_MAX_BYTES}`,
      );
    }
    return [encodeLabHeader(jpeg.length), jpeg];
  },
};

/** JPEGs one after the other, as ffmpeg and players take them. */
export const WRITTEN_CONCATENATED: WrittenFormat = {
  name: "concatenated JPEGs",
  endings: [".mjpg"],
  encode: (jpeg) => [jpeg],
};

/** One JPEG: the format of a file with a single frame. */
export const WRITTEN_PICTURE: WrittenFormat = {
  name: "one JPEG",
  endings: [".jpg", ".jpeg"],
  encode: (jpeg) => [jpeg],
};

/** The formats of movies. */
export const MOVIE_FORMATS: readonly WrittenFormat[] = [WRITTEN_LAB, WRITTEN_CONCATENATED];
