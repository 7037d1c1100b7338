/**
 * The files that have been indexed: each once, for all who ask. Indexing a large file takes time; it stops when nobody waits for
 * it any more.
 *
 * @module
 */

import { indexFile } from "../../../mjpeg/containers/index_file.ts";
import type { FrameIndex } from "../../../mjpeg/containers/frame_index.ts";
import { MAX_FRAME_BYTES } from "../../limits.ts";
import { FileAccess, type FileVersion, isSameVersion, versionOf } from "./file_access.ts";

/** What becomes of an index: something that is kept as long as the file is what it was. */
export type OpenIndexed<T> = (file: IndexedFile) => T;

/** A file and where its frames are. */
export interface IndexedFile {
  /** Its real path. */
  readonly path: string;
  /** What it was like when it was indexed. */
  readonly version: FileVersion;
  readonly index: FrameIndex;
}

/** A file that is indexed, or being indexed. */
interface Entry<T> {
  readonly version: FileVersion;
  readonly value: Promise<T>;
  readonly stop: AbortController;
  /** Requests that wait for the index. */
  waiters: number;
}

/** Keeps what was made of the files that were asked for last. */
export class FileIndexes<T> {
  readonly #maxFiles: number;
  readonly #open: OpenIndexed<T>;
  /** By real path, in order of use, the oldest first. */
  readonly #entries = new Map<string, Entry<T>>();

  /** Keeps at most `maxFiles` of them; `open` makes of an index what is kept. */
  constructor({ maxFiles, open }: { readonly maxFiles: number; readonly open: OpenIndexed<T> }) {
    this.#maxFiles = maxFiles;
    this.#open = open;
  }

  /** What was made of the file at `path`, as it is now. Rejects where it cannot be read, or once `signal` aborts. */
  async get(path: string, signal: AbortSignal): Promise<T> {
    const entry = this.#use(path, versionOf(await Deno.stat(path)));
    entry.waiters++;
    try {
      return await unlessAborted(entry.value, signal);
    } catch (error) {
      if (this.#entries.get(path) === entry && (entry.waiters === 1 || !signal.aborted)) this.#entries.delete(path);
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
  #use(path: string, version: FileVersion): Entry<T> {
    let entry = this.#entries.get(path);
    this.#entries.delete(path);
    if (entry === undefined || !isSameVersion(entry.version, version)) entry = this.#start(path, version);
    this.#entries.set(path, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxFiles) break;
      this.#entries.delete(oldest);
    }
    return entry;
  }

  #start(path: string, version: FileVersion): Entry<T> {
    const stop = new AbortController();
    const value = this.#index(path, version, stop.signal);
    value.catch(() => {/* whoever waits for it gets the error */});
    return { version, value, stop, waiters: 0 };
  }

  async #index(path: string, version: FileVersion, signal: AbortSignal): Promise<T> {
    using file = await Deno.open(path, { read: true });
    const index = await indexFile(new FileAccess(file, version.sizeBytes), { signal, maxFrameBytes: MAX_FRAME_BYTES });
    return this.#open({ path, version, index });
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
