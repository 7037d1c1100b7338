/**
 * The movies that paths on the command line of `play` stand for.
 *
 * @module
 */

import { fileReason } from "../../net/file_reason.ts";
import { chooseMovies } from "../../server/source/served/choose_movies.ts";
import type { ChosenMovie } from "../../server/source/served/served.ts";
import { MAX_LOCAL_MOVIES } from "../limits.ts";
import { FailedError } from "../options/errors.ts";
import { missingFile } from "./missing_file.ts";
import { withUniqueNames } from "./unique_names.ts";

/** Movies of this machine. */
export interface LocalMovies {
  /** Each once, under a name of its own. */
  readonly movies: readonly ChosenMovie[];
  /** The names of those that each path stands for, in order. */
  readonly namesOf: ReadonlyMap<string, readonly string[]>;
}

/**
 * Finds the movies at some paths, among all `positionals`. Rejects with an error that says what to do where there is nothing at one of
 * them, or nothing that may be read.
 */
export async function findLocalMovies(
  paths: readonly string[],
  positionals: readonly string[],
): Promise<LocalMovies> {
  const found = new Map<string, readonly ChosenMovie[]>();
  for (const path of paths) found.set(path, await moviesAt(path, positionals));
  const movies = withUniqueNames([...found.values()].flat());
  if (movies.length > MAX_LOCAL_MOVIES) {
    throw new FailedError(
      `play takes up to ${MAX_LOCAL_MOVIES} files, and these are ${movies.length}: name fewer, or a folder of JPEGs as one movie`,
    );
  }
  const names = new Map(movies.map(({ realPath, name }) => [realPath, name]));
  return {
    movies,
    namesOf: new Map([...found].map(([path, some]) => [path, some.map(({ realPath }) => names.get(realPath)!)])),
  };
}

async function moviesAt(path: string, positionals: readonly string[]): Promise<readonly ChosenMovie[]> {
  const movies = await chooseMovies(path).catch(async (error) => {
    throw error instanceof Deno.errors.NotFound
      ? await missingFile(path, positionals)
      : new FailedError(`Cannot play ${JSON.stringify(path)}: ${fileReason(error)}`);
  });
  if (movies.length > 0) return movies;
  throw new FailedError(
    `There is no movie in the folder ${
      JSON.stringify(path)
    }: it has no files that end in .mjpeg, .avi, .mp4, .mkv and the like, ` +
      "and no JPEGs; a file of another ending is played by its name",
  );
}
