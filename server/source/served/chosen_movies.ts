/**
 * Movies that are served for themselves, each under a name of its own, wherever they lie: nothing beside them can be had.
 *
 * @module
 */

import { basename } from "@std/path";
import { partsOf } from "./name_parts.ts";
import { mostSimilar } from "./name_similarity.ts";
import { type ChosenMovie, NEAR_NAMES, type ResolvedPath, type Served, type ServedPlace } from "./served.ts";

/** Finds movies of a list. */
export class ChosenMovies implements Served {
  readonly #movies: readonly ChosenMovie[];

  /** Serves these, whose names differ. */
  constructor(movies: readonly ChosenMovie[]) {
    this.#movies = movies;
  }

  get place(): ServedPlace {
    return { movies: this.#movies };
  }

  get onlyName(): string | undefined {
    return this.#movies.length === 1 ? this.#movies[0].name : undefined;
  }

  resolve(name: string): Promise<ResolvedPath | undefined> {
    const asked = partsOf(name).join("/");
    const alike = asked.toLowerCase();
    const found = this.#movies.find((movie) => movie.name === asked) ??
      this.#movies.find((movie) => movie.name.toLowerCase() === alike) ??
      // A link has the name of what it leads to as well.
      this.#movies.find(({ realPath }) => basename(realPath).toLowerCase() === alike);
    return Promise.resolve(found && { path: found.realPath, isFolder: found.isFolder });
  }

  soundOf(realPath: string): Promise<string | undefined> {
    return Promise.resolve(this.#find(realPath)?.soundPath);
  }

  describeUnserved(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  nameOf(realPath: string): string {
    return this.#find(realPath)?.name ?? basename(realPath);
  }

  movieNames(): Promise<string[]> {
    return this.allMovieNames();
  }

  allMovieNames(): Promise<string[]> {
    return Promise.resolve(this.#movies.map(({ name }) => name));
  }

  async nearNames(name: string): Promise<string[]> {
    return mostSimilar(name, await this.allMovieNames(), NEAR_NAMES);
  }

  #find(realPath: string): ChosenMovie | undefined {
    return this.#movies.find((movie) => movie.realPath === realPath);
  }
}
