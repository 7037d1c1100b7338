/**
 * Finds out what a path stands for, to serve it: a directory, or a movie for itself.
 *
 * @module
 */

import { basename, dirname } from "@std/path";
import { ChosenMovies } from "./chosen_movies.ts";
import type { ChosenMovie, Served, ServedPlace } from "./served.ts";
import { ServedRoot } from "./served_root.ts";

/**
 * What there is at `path`: a directory with all that is below it, or a single file. Rejects with `Deno.errors.NotFound` where there is
 * nothing, and with another error where it cannot be read.
 */
export async function openServed(path: string): Promise<Served> {
  const realPath = await Deno.realPath(path);
  const { isDirectory, isFile } = await Deno.stat(realPath);
  if (isDirectory) {
    for await (const _ of Deno.readDir(realPath)) break;
    return new ServedRoot(realPath);
  }
  // To open a pipe would wait for its other end.
  if (!isFile) throw new Error("it is neither a directory nor a file");
  (await Deno.open(realPath)).close();
  return new ChosenMovies([await withSound({ name: basename(path), realPath, isFolder: false })]);
}

/** What is served at a place that another thread has found. */
export function servedAt(place: ServedPlace): Served {
  return "directory" in place ? new ServedRoot(place.directory) : new ChosenMovies(place.movies);
}

/** A movie, with the sound that lies beside it if there is any. */
export async function withSound(movie: Omit<ChosenMovie, "soundPath">): Promise<ChosenMovie> {
  const { realPath } = movie;
  // A directory that nobody may look at has no sound for us; the movie may be served all the same.
  const soundPath = await new ServedRoot(dirname(realPath)).soundOf(realPath).catch(() => undefined);
  return { ...movie, soundPath };
}
