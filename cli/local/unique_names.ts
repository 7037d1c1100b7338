/**
 * Names under which movies from anywhere are served together.
 *
 * @module
 */

import { SEPARATOR } from "@std/path";
import type { ChosenMovie } from "../../server/source/served/served.ts";

/** What every server has under its own name. */
const RESERVED = ["testsrc"];

/**
 * Each of some movies once, however often it is there, under a name that no other one has: its own, else with as many of its folders in
 * front as tell it from those before, `a/movie.avi` and `b/movie.avi`.
 */
export function withUniqueNames(movies: readonly ChosenMovie[]): readonly ChosenMovie[] {
  const taken = new Set(RESERVED);
  const named = new Map<string, ChosenMovie>();
  for (const movie of movies) {
    if (named.has(movie.realPath)) continue;
    let name = movie.name;
    for (const candidate of namesOf(movie)) {
      name = candidate;
      if (!taken.has(candidate)) break;
    }
    taken.add(name);
    named.set(movie.realPath, { ...movie, name });
  }
  return [...named.values()];
}

/** The names that a movie may have, the best first. */
function* namesOf({ name, realPath }: ChosenMovie): Generator<string> {
  yield name;
  const parts = realPath.split(SEPARATOR).filter((part) => part !== "");
  for (let count = name.split("/").length + 1; count <= parts.length; count++) yield parts.slice(-count).join("/");
  for (let number = 2;; number++) yield `${number}/${name}`;
}
