/**
 * Names to sources: the files below the served root, the built-in test source, and live sources that were added. Stands between a
 * request and its session.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { fileReason } from "../../net/file_reason.ts";
import { LAB_CLIENT_PAYLOAD_BYTES } from "../../rtp/lab/lab_packetizer.ts";
import { FRAME_CACHE_BYTES, MAX_INDEXED_FILES } from "../limits.ts";
import { FileIndexes, type IndexedFile } from "./files/file_index.ts";
import { FileSource } from "./files/file_source.ts";
import { FrameCache } from "./files/frame_cache.ts";
import { mostSimilar } from "./files/name_similarity.ts";
import { ListedTimes, RegularTimes } from "./frame_times.ts";
import type { ServedRoot } from "./files/served_root.ts";
import { type LiveSource, type Source, SourceNotFoundError, SourceUnusableError } from "./source.ts";
import { TestSource } from "./test_source.ts";

const log = getLogger(["mjpegrtsp", "catalog"]);

const MAX_SUGGESTIONS = 5;

/** Constructor options of {@linkcode Catalog}. */
export interface CatalogOptions {
  readonly root: ServedRoot;
  /** Frames a second of files that have no times of their own. */
  readonly frameRate: number;
  /** Whether files start again at their end. */
  readonly loop: boolean;
  /** Live sources, by their names; a file of the same name is shadowed. */
  readonly live?: readonly LiveSource[];
}

/** Everything that can be asked for by name. */
export class Catalog {
  readonly #options: CatalogOptions;
  readonly #cache = new FrameCache(FRAME_CACHE_BYTES);
  readonly #testSource = new TestSource();
  #listing: Promise<string[]> | undefined;
  readonly #files = new FileIndexes<FileSource>({
    maxFiles: MAX_INDEXED_FILES,
    open: (file) => this.#openFile(file),
  });
  /** Sources that are no files, by their names in small letters. */
  readonly #named: ReadonlyMap<string, Source>;

  constructor(options: CatalogOptions) {
    this.#options = options;
    this.#named = new Map(
      [this.#testSource, ...options.live ?? []].map((source) => [source.name.toLowerCase(), source]),
    );
  }

  /**
   * The source called `name`. Rejects with a {@linkcode SourceNotFoundError} or a {@linkcode SourceUnusableError} that says why,
   * and once `signal` aborts: nobody waits for it any more.
   */
  async find(name: string, signal: AbortSignal): Promise<Source> {
    const named = this.#named.get(name.replace(/^\/+/, "").toLowerCase());
    if (named !== undefined) return named;
    const path = await this.#resolve(name);
    try {
      return await this.#files.get(path, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw new SourceUnusableError(`Cannot serve ${path}: ${fileReason(error)}`);
    }
  }

  /** What a list of movies shows: the files at the top of the served root, or the test source where there are none. */
  async movieNames(): Promise<string[]> {
    // Whoever asks while the directory is being read gets the same list.
    this.#listing ??= this.#options.root.movieNames().finally(() => this.#listing = undefined);
    const names = await this.#listing;
    return names.length > 0 ? names : [this.#testSource.name];
  }

  /** Draws the first picture of the test source, which takes long where it is wanted at once. Rejects where that fails. */
  async warmUp(): Promise<void> {
    await this.#testSource.firstFrame();
  }

  /** Ends what runs in the background. */
  close(): void {
    this.#testSource.close();
    this.#files.close();
  }

  async #resolve(name: string): Promise<string> {
    try {
      return await this.#options.root.resolve(name) ?? await this.#refuse(name);
    } catch (error) {
      if (error instanceof SourceNotFoundError) throw error;
      throw new SourceUnusableError(`Cannot look for ${JSON.stringify(name)}: ${fileReason(error)}`);
    }
  }

  async #refuse(name: string): Promise<never> {
    const { root } = this.#options;
    const [quoted, what] = [JSON.stringify(name), await root.describeUnserved(name)];
    const near = mostSimilar(name, [...await root.nearNames(name), this.#testSource.name], MAX_SUGGESTIONS);
    throw new SourceNotFoundError(
      `${what === undefined ? `There is no file ${quoted}` : `${quoted} ${what}`}; near names: ${near.join(", ")}`,
    );
  }

  #openFile({ path, version, index }: IndexedFile): FileSource {
    logIndex(path, index);
    const { root, frameRate, loop } = this.#options;
    return new FileSource({
      name: root.nameOf(path),
      path,
      version,
      index,
      times: index.times === undefined
        ? new RegularTimes(index.count, frameRate)
        : new ListedTimes(index.times.timesUs, index.times.durationUs),
      loops: loop,
      cache: this.#cache,
    });
  }
}

/** Says once for each file what its viewers should know. */
function logIndex(path: string, { format, count, largestBytes, problem }: IndexedFile["index"]): void {
  log.info("indexed {path}: {count} frames, {format}, the largest {largestBytes} bytes", {
    path,
    count,
    format,
    largestBytes,
  });
  if (problem !== undefined) {
    log.warn("{path} has {count} whole frames and is served: {problem}", { path, count, problem });
  }
  if (largestBytes > LAB_CLIENT_PAYLOAD_BYTES) {
    log.warn(
      "{path} has a frame of {largestBytes} bytes; plain lab clients read {limit} bytes a frame and cannot show it " +
        "(make it smaller: ffmpeg -i IN -q:v 12 -s 640x360 -pix_fmt yuvj420p -f mjpeg OUT)",
      { path, largestBytes, limit: LAB_CLIENT_PAYLOAD_BYTES },
    );
  }
}
