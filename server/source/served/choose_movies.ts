/**
 * Finds the movies at a path, to serve each of them for itself.
 *
 * @module
 */

import { basename, relative, SEPARATOR } from "@std/path";
import { DirectoryListings } from "./directory_listing.ts";
import { listMovies } from "./movie_names.ts";
import type { ChosenMovie } from "./served.ts";
import { openServed, withSound } from "./open_served.ts";

/**
 * The file at `path`; or the movies in a directory and in those below, as many as lists have, and the directory itself where it is a
 * folder of JPEGs. Rejects as {@linkcode openServed} does.
 */
export async function chooseMovies(path: string): Promise<readonly ChosenMovie[]> {
  const served = await openServed(path);
  const { place } = served;
  if ("movies" in place) return place.movies;
  const { directory } = place;
  const resolve = async (name: string) => await served.resolve(name).catch(() => undefined);
  const names = await listMovies(directory, {
    listings: new DirectoryListings(),
    isServed: async (path) => (await resolve(relative(directory, path).replaceAll(SEPARATOR, "/")))?.isFolder === false,
    isTopListed: true,
  });
  const movies: ChosenMovie[] = [];
  for (const name of names) {
    const found = name === "" ? { path: directory, isFolder: true } : await resolve(name);
    if (found === undefined) continue;
    const { path: realPath, isFolder } = found;
    movies.push(await withSound({ name: name || basename(directory), realPath, isFolder }));
  }
  return movies;
}
