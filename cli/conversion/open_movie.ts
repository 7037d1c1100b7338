/**
 * Opens what `convert` reads. Whether its frames are JPEGs, or have to be decoded, is found out by its content.
 *
 * @module
 */

import { isOtherCodecError } from "../../mjpeg/containers/video_codec.ts";
import { openFile } from "../open_file.ts";
import { FailedError, UsageError } from "../options/errors.ts";
import { DecodedMovie } from "./decoded_movie.ts";
import { IndexedMovie } from "./indexed_movie.ts";
import type { Movie, Part } from "./movie.ts";

/** What is read, and how. */
export interface OpenMovieOptions extends Part {
  /** Frames a second of what has no rate of its own. */
  readonly frameRate: number;
  /** Of JPEGs that are made of other codecs, 1 to 100. */
  readonly quality: number;
}

/** Opens a part of the movie at `path`, which may be a folder of JPEGs. Rejects with an error that says what is wrong. */
export async function openMovie(path: string, options: OpenMovieOptions): Promise<Movie> {
  const { from, to, frameRate, quality } = options;
  try {
    const { source, close } = await openFile(path, { frameRate, loop: false, doing: "convert" });
    if (source.isLive) throw new FailedError(`${path} has no end`);
    return new IndexedMovie(source, { from, to, close });
  } catch (error) {
    if (error instanceof Error && isOtherCodecError(error.cause)) {
      return new DecodedMovie({ name: path, path: await Deno.realPath(path), from, to, quality });
    }
    if (error instanceof FailedError || error instanceof UsageError) throw error;
    throw new FailedError(error instanceof Error ? error.message : String(error));
  }
}
