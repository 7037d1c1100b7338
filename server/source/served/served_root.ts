/**
 * Finds the file that a request names below the served directory, and never one outside of it.
 *
 * @module
 */

import { extname, isAbsolute, join, relative, SEPARATOR } from "@std/path";
import { MAX_NEAR_NAME_CHARS } from "../../limits.ts";
import { DirectoryListings } from "./directory_listing.ts";
import { listMovies } from "./movie_names.ts";
import { partsOf } from "./name_parts.ts";
import { NEAR_NAMES, type ResolvedPath, type Served, type ServedPlace } from "./served.ts";

/** Names that are looked at to find these, since some may be links that cannot be served. */
const CHECKED_NAMES = 2 * NEAR_NAMES;
const MOVIE_NAME = /\.(?:mjpe?g|jpe?g|avi)$/i;

/** The directory that is served. */
export class ServedRoot implements Served {
  readonly #directory: string;
  readonly #listings = new DirectoryListings();

  /** Serves the directory at a real path. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * A path below the root. Where a part of it is missing and exactly one entry equals it but for case, that one is taken. `undefined`
   * also where it lies outside of the root once its links are resolved.
   */
  async resolve(name: string): Promise<ResolvedPath | undefined> {
    const path = await this.#findPath(partsOf(name));
    return path === undefined ? undefined : await this.#insideRoot(path);
  }

  /** Beside the movie, with the same name but for its ending, or `sound.wav` within a folder; `undefined` outside of the root. */
  async soundOf(realPath: string): Promise<string | undefined> {
    const base = realPath.slice(0, realPath.length - extname(realPath).length);
    const candidates = [join(realPath, "sound"), realPath, base].flatMap((path) => [`${path}.wav`, `${path}.WAV`]);
    for (const path of candidates) {
      const sound = await exists(path) ? await this.#insideRoot(path) : undefined;
      if (sound?.isFolder === false && sound.path !== realPath) return sound.path;
    }
    return undefined;
  }

  async describeUnserved(name: string): Promise<string | undefined> {
    const path = await this.#findPath(partsOf(name));
    if (path === undefined) return undefined;
    const { isSymlink } = await Deno.lstat(path);
    const realPath = await realPathOf(path);
    if (realPath === undefined) return "is a link that leads nowhere";
    if (!this.#isInside(realPath)) {
      return `is ${isSymlink ? "a link" : "behind a link"} that leads out of the served directory`;
    }
    if (!(await Deno.stat(realPath)).isDirectory) return "is no regular file";
    return isSymlink ? "is a link to a directory" : "is a directory";
  }

  nameOf(realPath: string): string {
    return relative(this.#directory, realPath).replaceAll(SEPARATOR, "/");
  }

  get place(): ServedPlace {
    return { directory: this.#directory };
  }

  get onlyName(): undefined {
    return undefined;
  }

  /** Names of Motion-JPEG files at the top of what is served that can be served, in order. */
  async movieNames(): Promise<string[]> {
    const { files, links } = await this.#listings.list(this.#directory);
    const isMovie = (name: string) => MOVIE_NAME.test(name);
    return [...files.filter(isMovie), ...await this.#servedOf(links.filter(isMovie))].sort();
  }

  /** Names of all movies, in the directories below as well: as many as lists have ({@linkcode listMovies}). */
  async allMovieNames(): Promise<string[]> {
    return await listMovies(this.#directory, {
      listings: this.#listings,
      isServed: async (path) => (await this.#insideRoot(path).catch(() => undefined))?.isFolder === false,
    });
  }

  /** Up to five names that can be served and look most like `name`. */
  async nearNames(name: string): Promise<string[]> {
    if (name.length > MAX_NEAR_NAME_CHARS) return [];
    const near = (await this.#listings.list(this.#directory)).near(name, CHECKED_NAMES);
    return (await this.#servedOf(near)).slice(0, NEAR_NAMES);
  }

  /** Those of some names at the top that can be served. */
  async #servedOf(names: readonly string[]): Promise<string[]> {
    const paths = await Promise.all(names.map((name) => this.#insideRoot(join(this.#directory, name)).catch(() => {})));
    return names.filter((_, index) => paths[index]?.isFolder === false);
  }

  async #findEntry(directory: string, part: string): Promise<string | undefined> {
    if (await exists(join(directory, part))) return part;
    return (await this.#listings.list(directory)).alike(part);
  }

  /** The path of the entry that the parts of a name lead to, which may be anything. */
  async #findPath(parts: readonly string[]): Promise<string | undefined> {
    if (parts.length === 0) return undefined;
    let path = this.#directory;
    for (const part of parts) {
      const entry = await this.#findEntry(path, part);
      if (entry === undefined) return undefined;
      path = join(path, entry);
    }
    return path;
  }

  async #insideRoot(path: string): Promise<ResolvedPath | undefined> {
    const realPath = await realPathOf(path);
    if (realPath === undefined || !this.#isInside(realPath)) return undefined;
    const { isFile, isDirectory } = await infoOf(realPath);
    return isFile || isDirectory ? { path: realPath, isFolder: isDirectory } : undefined;
  }

  #isInside(realPath: string): boolean {
    const below = relative(this.#directory, realPath);
    return below !== ".." && !below.startsWith(`..${SEPARATOR}`) && !isAbsolute(below);
  }
}

/** `undefined` where there is nothing, or a link that leads to nothing. */
async function realPathOf(path: string): Promise<string | undefined> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** What is at a path; nothing of use where it has just been removed. */
async function infoOf(path: string): Promise<Pick<Deno.FileInfo, "isFile" | "isDirectory">> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { isFile: false, isDirectory: false };
    throw error;
  }
}

/** Whether there is an entry of that name, as far as the system takes it for a name at all. */
async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) throw error;
    return false;
  }
}
