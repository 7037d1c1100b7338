/**
 * Finds the file that a request names below the served root, and never one outside of it.
 *
 * @module
 */

import { basename, dirname, join, relative, SEPARATOR } from "@std/path";
import { wordSimilaritySort } from "@std/text/word-similarity-sort";
import { MAX_DIRECTORY_ENTRIES } from "./limits.ts";

const NEAR_NAMES = 5;

/** The directory or the single file that is served. */
export class ServedRoot {
  readonly #directory: string;
  /** The only name served, where the root is one file. */
  readonly #onlyName: string | undefined;

  private constructor(directory: string, onlyName: string | undefined) {
    this.#directory = directory;
    this.#onlyName = onlyName;
  }

  /** Rejects with `Deno.errors.NotFound` where there is nothing at `path`. */
  static async open(path: string): Promise<ServedRoot> {
    const realPath = await Deno.realPath(path);
    const isDirectory = (await Deno.stat(realPath)).isDirectory;
    return isDirectory ? new ServedRoot(realPath, undefined) : new ServedRoot(dirname(realPath), basename(realPath));
  }

  /**
   * The real path of the file that `name` stands for: a path below the root, with `/` between its parts. Where a part
   * is missing and exactly one entry equals it but for case, that one is taken. `undefined` where there is no such
   * file, or where it lies outside of the root once its links are resolved.
   */
  async resolve(name: string): Promise<string | undefined> {
    const parts = name.split(SEPARATOR === "\\" ? /[/\\]/ : "/").filter((part) => part !== "" && part !== ".");
    if (parts.length === 0 || parts.includes("..") || name.includes("\0")) return undefined;
    let path = this.#directory;
    for (const part of parts) {
      const entry = await this.#findEntry(path, part);
      if (entry === undefined) return undefined;
      path = join(path, entry);
    }
    return await this.#insideRoot(path);
  }

  /** Up to five names that can be served and look most like `name`. */
  async nearNames(name: string): Promise<string[]> {
    const names = this.#onlyName !== undefined ? [this.#onlyName] : await this.#fileNames(this.#directory);
    return wordSimilaritySort(name, names, { caseSensitive: false }).slice(0, NEAR_NAMES);
  }

  async #findEntry(directory: string, part: string): Promise<string | undefined> {
    const entries = directory === this.#directory && this.#onlyName !== undefined
      ? [this.#onlyName]
      : await listNames(directory);
    if (entries.includes(part)) return part;
    const alike = entries.filter((entry) => entry.toLowerCase() === part.toLowerCase());
    return alike.length === 1 ? alike[0] : undefined;
  }

  async #insideRoot(path: string): Promise<string | undefined> {
    let realPath: string;
    try {
      realPath = await Deno.realPath(path);
      if (!(await Deno.stat(realPath)).isFile) return undefined;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
    const below = relative(this.#directory, realPath);
    return below === "" || below.startsWith("..") || below.includes(":") ? undefined : realPath;
  }

  async #fileNames(directory: string): Promise<string[]> {
    const names: string[] = [];
    for await (const entry of Deno.readDir(directory)) {
      if (!entry.isDirectory && names.push(entry.name) >= MAX_DIRECTORY_ENTRIES) break;
    }
    return names;
  }
}

/** The names in a directory; none where it is no directory or cannot be read. */
async function listNames(directory: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(directory)) {
      if (names.push(entry.name) >= MAX_DIRECTORY_ENTRIES) break;
    }
  } catch (error) {
    const isNoDirectory = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
    if (!isNoDirectory) throw error;
  }
  return names;
}
