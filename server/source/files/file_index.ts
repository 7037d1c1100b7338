/**
 * The files that have been indexed: each once, for all who ask. Indexing a large file takes time; it stops when nobody waits for
 * it any more.
 *
 * @module
 */

import { indexGrownFile } from "../../../mjpeg/containers/grown_file.ts";
import { indexFile } from "../../../mjpeg/containers/index_file.ts";
import type { FrameIndex } from "../../../mjpeg/containers/index/frame_index.ts";
import { MAX_FRAME_BYTES } from "../../limits.ts";
import { logIndex } from "./index_log.ts";
import { type FileVersion, isSameVersion, versionOf } from "./file_version.ts";
import { FileAccess } from "../../../net/file_access.ts";

/** What was found in a file or a folder: where its frames are. */
export interface Indexed<I> {
  /** What it was like when it was indexed. */
  readonly version: FileVersion;
  readonly index: I;
}

/** The same, with where that is. */
export interface IndexedPath<I> extends Indexed<I> {
  /** Its real path. */
  readonly path: string;
}

/**
 * Indexes what is at a path, as it is now; `before` is what was there if it may have grown since. Rejects where it cannot be read, or
 * once the signal aborts.
 */
export type IndexPath<I> = (path: string, signal: AbortSignal, before?: Indexed<I>) => Promise<Indexed<I>>;

/** Indexes a file. */
export type IndexFile = IndexPath<FrameIndex>;

/** Indexes a file in this thread, and tells the log, but not of how it grows. */
export async function indexHere(
  path: string,
  signal: AbortSignal,
  before?: Indexed<FrameIndex>,
): Promise<Indexed<FrameIndex>> {
  using file = await Deno.open(path, { read: true });
  const version = versionOf(await file.stat());
  const access = new FileAccess(file, version.sizeBytes);
  const options = { signal, maxFrameBytes: MAX_FRAME_BYTES };
  if (before !== undefined) {
    return { version, index: await indexGrownFile(access, { before: before.index, ...options }) };
  }
  const index = await indexFile(access, options);
  logIndex(path, index);
  return { version, index };
}

/** Constructor options of {@linkcode FileIndexes}. */
export interface FileIndexesOptions<T, I> {
  /** Files that are kept. */
  readonly maxFiles: number;
  /**
   * Makes of an index what is kept, for as long as the file is what it was. `before` is what was made of it when it was shorter, where
   * files are followed.
   */
  readonly open: (file: IndexedPath<I>, before: T | undefined) => T;
  /** {@linkcode indexHere}, for example. */
  readonly index: IndexPath<I>;
  /** Whether a file that changes goes on being the same one, which grows; default false. */
  readonly follows?: boolean;
}

/** What was made of a file. */
interface Made<T, I> {
  readonly indexed: Indexed<I>;
  readonly value: T;
}

/** A file that is indexed, or being indexed. */
interface Entry<T, I> {
  version: FileVersion;
  readonly made: Promise<Made<T, I>>;
  readonly stop: AbortController;
  /** Requests that wait for the index. */
  waiters: number;
  /** The same file when it was shorter, until this entry is made. */
  before: Entry<T, I> | undefined;
}

/** Keeps what was made of the files that were asked for last. */
export class FileIndexes<T, I = FrameIndex> {
  readonly #maxFiles: number;
  readonly #open: FileIndexesOptions<T, I>["open"];
  readonly #indexFile: IndexPath<I>;
  readonly #follows: boolean;
  /** By real path, in order of use, the oldest first. */
  readonly #entries = new Map<string, Entry<T, I>>();

  constructor({ maxFiles, open, index, follows = false }: FileIndexesOptions<T, I>) {
    this.#maxFiles = maxFiles;
    this.#open = open;
    this.#indexFile = index;
    this.#follows = follows;
  }

  /** What was made of the file at `path`, as it is now. Rejects where it cannot be read, or once `signal` aborts. */
  async get(path: string, signal: AbortSignal): Promise<T> {
    const entry = this.#use(path, versionOf(await Deno.stat(path)));
    entry.waiters++;
    try {
      return (await unlessAborted(entry.made, signal)).value;
    } catch (error) {
      if (this.#entries.get(path) === entry && (entry.waiters === 1 || !signal.aborted)) this.#takeBack(path, entry);
      throw error;
    } finally {
      if (--entry.waiters === 0) entry.stop.abort();
    }
  }

  /** Stops all indexing. */
  close(): void {
    for (const { stop } of this.#entries.values()) stop.abort();
    this.#entries.clear();
  }

  /** The entry of a file, new where there is none of that version. */
  #use(path: string, version: FileVersion): Entry<T, I> {
    let entry = this.#entries.get(path);
    this.#entries.delete(path);
    if (entry === undefined || !isSameVersion(entry.version, version)) {
      entry = this.#start(path, version, this.#follows ? entry : undefined);
    }
    this.#entries.set(path, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxFiles) break;
      this.#entries.delete(oldest);
    }
    return entry;
  }

  #start(path: string, version: FileVersion, before: Entry<T, I> | undefined): Entry<T, I> {
    const stop = new AbortController();
    const made = this.#make(path, stop.signal, before);
    const entry = { version, made, stop, waiters: 0, before };
    made.then(({ indexed }) => {
      entry.version = indexed.version;
      entry.before = undefined;
    }, () => {/* whoever waits for it gets the error */});
    return entry;
  }

  async #make(path: string, signal: AbortSignal, before: Entry<T, I> | undefined): Promise<Made<T, I>> {
    const last = await before?.made.catch(() => undefined);
    const indexed = await this.#indexFile(path, signal, last?.indexed);
    return { indexed, value: this.#open({ path, ...indexed }, last?.value) };
  }

  /** An entry cannot be made. Where the file grows, what it was before may grow later. */
  #takeBack(path: string, { before }: Entry<T, I>): void {
    if (before === undefined) this.#entries.delete(path);
    else this.#entries.set(path, before);
  }
}

/** Waits for `promise`, but not longer than until `signal` aborts. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  return Promise.race([promise, aborted.promise]).finally(() => signal.removeEventListener("abort", abort));
}
