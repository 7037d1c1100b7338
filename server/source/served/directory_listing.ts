/**
 * The names in directories, read once for as long as a directory is not written to: whoever asks for names that are not there costs
 * no more than a look at the directory.
 *
 * @module
 */

import { MAX_DIRECTORY_ENTRIES, MAX_LISTED_DIRECTORIES, MAX_NEAR_CANDIDATES } from "../../limits.ts";
import { mostSimilar } from "./name_similarity.ts";

/** Names may have come within the same tick of the file system's clock, which has up to two seconds (FAT). */
const CLOCK_TICK_MS = 2000;

/** What is in a directory: of up to {@linkcode MAX_DIRECTORY_ENTRIES} entries, in the order of the file system. */
export interface Listing {
  /** Names of regular files. */
  readonly files: readonly string[];
  /** Names of links, to anything. */
  readonly links: readonly string[];
  /** Names of directories. */
  readonly folders: readonly string[];
  /** The only name that equals another one but for case. */
  alike(name: string): string | undefined;
  /** Up to `count` names of files, and of links to anything, that look most like another one. */
  near(name: string, count: number): string[];
}

/** A listing, and the state of its directory. */
interface Entry {
  readonly modifiedMs: number;
  readonly listing: Promise<Listing>;
}

/** Keeps the listings of the directories that were asked for last. */
export class DirectoryListings {
  /** In order of use, the oldest first. */
  readonly #entries = new Map<string, Entry>();

  /** What is in a directory now; nothing where it is no directory. */
  async list(directory: string): Promise<Listing> {
    const modifiedMs = await modificationTime(directory);
    if (modifiedMs === undefined) return createListing([]);
    let entry = this.#entries.get(directory);
    this.#entries.delete(directory);
    if (entry?.modifiedMs !== modifiedMs) entry = { modifiedMs, listing: readListing(directory) };
    const isSettled = Date.now() - modifiedMs > CLOCK_TICK_MS;
    if (isSettled) this.#keep(directory, entry);
    return await entry.listing;
  }

  #keep(directory: string, entry: Entry): void {
    this.#entries.set(directory, entry);
    entry.listing.catch(() => this.#entries.get(directory) === entry && this.#entries.delete(directory));
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= MAX_LISTED_DIRECTORIES) break;
      this.#entries.delete(oldest);
    }
  }
}

/** `undefined` where there is no directory. */
async function modificationTime(path: string): Promise<number | undefined> {
  try {
    const { isDirectory, mtime } = await Deno.stat(path);
    return isDirectory ? mtime?.getTime() ?? 0 : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}

async function readListing(directory: string): Promise<Listing> {
  const entries: Deno.DirEntry[] = [];
  for await (const entry of Deno.readDir(directory)) {
    if (entries.push(entry) >= MAX_DIRECTORY_ENTRIES) break;
  }
  return createListing(entries);
}

function createListing(entries: readonly Deno.DirEntry[]): Listing {
  const namesOf = (some: readonly Deno.DirEntry[]) => some.map(({ name }) => name);
  const candidates = namesOf(entries.filter(({ isFile, isSymlink }) => isFile || isSymlink)).slice(
    0,
    MAX_NEAR_CANDIDATES,
  );
  const byLowerCase = Map.groupBy(namesOf(entries), (name) => name.toLowerCase());
  return {
    files: namesOf(entries.filter(({ isFile }) => isFile)),
    links: namesOf(entries.filter(({ isSymlink }) => isSymlink)),
    folders: namesOf(entries.filter(({ isDirectory }) => isDirectory)),
    alike(name) {
      const alike = byLowerCase.get(name.toLowerCase());
      return alike?.length === 1 ? alike[0] : undefined;
    },
    near: (name, count) => mostSimilar(name, candidates, count),
  };
}
