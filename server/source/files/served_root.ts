/**
 * Finds the file that a request names below the served root, and never one outside of it.
 *
 * @module
 */

import { basename, dirname, extname, isAbsolute, join, relative, SEPARATOR } from "@std/path";
import { MAX_NEAR_NAME_CHARS } from "../../limits.ts";
import { DirectoryListings } from "./directory_listing.ts";
import { listMovies } from "./movie_names.ts";

const NEAR_NAMES = 5;
/** Names that are looked at to find these, since some may be links that cannot be served. */
const CHECKED_NAMES = 2 * NEAR_NAMES;
const MOVIE_NAME = /\.(?:mjpe?g|jpe?g|avi)$/i;

/** What is served, as data that another thread can be told. */
export interface ServedPlace {
  /** Real path of the directory that is served, or that the single file is in. */
  readonly directory: string;
  /** `undefined` where a directory is served. */
  readonly onlyFile: OnlyFile | undefined;
}

/** What a name stands for. */
export interface ResolvedPath {
  /** Its real path. */
  readonly path: string;
  /** Whether it is a folder, which may have pictures in it, and not a file. */
  readonly isFolder: boolean;
}

/** A single file that is served, and the name that its user gave it, which may be that of a link. */
export interface OnlyFile {
  readonly name: string;
  readonly realPath: string;
  /** Real path of the WAV file beside it, if there is one. */
  readonly soundPath: string | undefined;
}

/** The directory or the single file that is served. */
export class ServedRoot {
  readonly #directory: string;
  readonly #onlyFile: OnlyFile | undefined;
  readonly #listings = new DirectoryListings();

  /** Serves a place that {@linkcode ServedRoot.open} has found. */
  constructor({ directory, onlyFile }: ServedPlace) {
    this.#directory = directory;
    this.#onlyFile = onlyFile;
  }

  /** Rejects with `Deno.errors.NotFound` where there is nothing at `path`, and with another error where it cannot be read. */
  static async open(path: string): Promise<ServedRoot> {
    const realPath = await Deno.realPath(path);
    const { isDirectory, isFile } = await Deno.stat(realPath);
    if (isDirectory) {
      for await (const _ of Deno.readDir(realPath)) break;
      return new ServedRoot({ directory: realPath, onlyFile: undefined });
    }
    // To open a pipe would wait for its other end.
    if (!isFile) throw new Error("it is neither a directory nor a file");
    (await Deno.open(realPath)).close();
    const directory = dirname(realPath);
    // A directory that nobody may look at has no sound for us; the file may be served all the same.
    const soundPath = await new ServedRoot({ directory, onlyFile: undefined }).soundOf(realPath).catch(() => undefined);
    return new ServedRoot({ directory, onlyFile: { name: basename(path), realPath, soundPath } });
  }

  /**
   * The real path of the file or the folder that `name` stands for: a path below the root, with `/` between its parts. Where a part
   * is missing and exactly one entry equals it but for case, that one is taken. `undefined` where there is no such
   * thing, or where it lies outside of the root once its links are resolved.
   */
  async resolve(name: string): Promise<ResolvedPath | undefined> {
    const parts = partsOf(name);
    if (this.#onlyFile !== undefined) return this.#resolveOnly(this.#onlyFile, parts);
    const path = await this.#findPath(parts);
    return path === undefined ? undefined : await this.#insideRoot(path);
  }

  /**
   * The real path of the WAV file that belongs to a file or a folder that {@linkcode ServedRoot.resolve} found: beside it, with the same
   * name but for its ending, or `sound.wav` within a folder. `undefined` where there is none below the root.
   */
  async soundOf(realPath: string): Promise<string | undefined> {
    if (this.#onlyFile !== undefined) return this.#onlyFile.soundPath;
    const base = realPath.slice(0, realPath.length - extname(realPath).length);
    const candidates = [join(realPath, "sound"), realPath, base].flatMap((path) => [`${path}.wav`, `${path}.WAV`]);
    for (const path of candidates) {
      const sound = await exists(path) ? await this.#insideRoot(path) : undefined;
      if (sound?.isFolder === false && sound.path !== realPath) return sound.path;
    }
    return undefined;
  }

  /** What is under a name that {@linkcode ServedRoot.resolve} does not find, as "is a directory"; `undefined` for nothing. */
  async describeUnserved(name: string): Promise<string | undefined> {
    const path = this.#onlyFile === undefined ? await this.#findPath(partsOf(name)) : undefined;
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

  /** The name under which a file that {@linkcode ServedRoot.resolve} found is served, with `/` between its parts. */
  nameOf(realPath: string): string {
    return this.#onlyFile?.name ?? relative(this.#directory, realPath).replaceAll(SEPARATOR, "/");
  }

  /** What is served. */
  get place(): ServedPlace {
    return { directory: this.#directory, onlyFile: this.#onlyFile };
  }

  /** The name of the single file that is served; `undefined` where it is a directory. */
  get onlyName(): string | undefined {
    return this.#onlyFile?.name;
  }

  /** Names of Motion-JPEG files at the top of what is served that can be served, in order. */
  async movieNames(): Promise<string[]> {
    if (this.#onlyFile !== undefined) return [this.#onlyFile.name];
    const { files, links } = await this.#listings.list(this.#directory);
    const isMovie = (name: string) => MOVIE_NAME.test(name);
    return [...files.filter(isMovie), ...await this.#servedOf(links.filter(isMovie))].sort();
  }

  /** Names of all movies, in the directories below as well: as many as lists have ({@linkcode listMovies}). */
  async allMovieNames(): Promise<string[]> {
    if (this.#onlyFile !== undefined) return [this.#onlyFile.name];
    return await listMovies(this.#directory, {
      listings: this.#listings,
      isServed: async (path) => (await this.#insideRoot(path).catch(() => undefined))?.isFolder === false,
    });
  }

  /** Up to five names that can be served and look most like `name`. */
  async nearNames(name: string): Promise<string[]> {
    if (name.length > MAX_NEAR_NAME_CHARS) return [];
    if (this.#onlyFile !== undefined) return [this.#onlyFile.name];
    const near = (await this.#listings.list(this.#directory)).near(name, CHECKED_NAMES);
    return (await this.#servedOf(near)).slice(0, NEAR_NAMES);
  }

  /** Those of some names at the top that can be served. */
  async #servedOf(names: readonly string[]): Promise<string[]> {
    const paths = await Promise.all(names.map((name) => this.#insideRoot(join(this.#directory, name)).catch(() => {})));
    return names.filter((_, index) => paths[index]?.isFolder === false);
  }

  #resolveOnly({ name, realPath }: OnlyFile, parts: readonly string[]): ResolvedPath | undefined {
    const asked = parts.join("/").toLowerCase();
    const isAsked = asked === name.toLowerCase() || asked === basename(realPath).toLowerCase();
    return isAsked ? { path: realPath, isFolder: false } : undefined;
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

/** The parts of a name between its slashes; none where it cannot be the name of a file below the root. */
function partsOf(name: string): string[] {
  const parts = name.split(SEPARATOR === "\\" ? /[/\\]/ : "/").filter((part) => part !== "" && part !== ".");
  return parts.includes("..") || name.includes("\0") ? [] : parts;
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
