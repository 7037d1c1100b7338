/**
 * Names to movies: the files below the served root, each indexed once, and the built-in test source. Stands between a
 * SETUP and its session.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { indexFile } from "../../mjpeg/containers/file_format.ts";
import type { FrameIndex } from "../../mjpeg/containers/frame_index.ts";
import { LAB_CLIENT_PAYLOAD_BYTES } from "../../rtp/lab/lab_payload.ts";
import { FrameCache } from "./frame_cache.ts";
import { FRAME_CACHE_BYTES, MAX_INDEXED_FILES } from "../limits.ts";
import { type Media, MediaNotFoundError, MediaUnusableError } from "./media.ts";
import { equal, FileAccess, type FileVersion, MovieFile, versionOf } from "./movie_file.ts";
import type { ServedRoot } from "./served_root.ts";
import { TEST_SOURCE_NAME, TestSource } from "./test_source.ts";

const log = getLogger(["mjpegrtsp", "catalog"]);

/** A file as it was when it was indexed. */
interface IndexedFile {
  readonly version: FileVersion;
  readonly movie: Promise<MovieFile>;
}

/** Everything that can be asked for by name. */
export class Catalog {
  readonly #root: ServedRoot;
  readonly #cache = new FrameCache(FRAME_CACHE_BYTES);
  readonly #testSource = new TestSource();
  /** By real path, in order of use, the oldest first. */
  readonly #files = new Map<string, IndexedFile>();

  /** The files below `root`. */
  constructor(root: ServedRoot) {
    this.#root = root;
  }

  /**
   * The movie called `name`, for one session, which releases it. Rejects with a {@linkcode MediaNotFoundError} or a
   * {@linkcode MediaUnusableError} that says why.
   */
  async open(name: string): Promise<Media> {
    if (name.replace(/^\/+/, "").toLowerCase() === TEST_SOURCE_NAME) return this.#testSource;
    const path = await this.#resolve(name);
    if (path === undefined) {
      const near = [...await this.#root.nearNames(name), TEST_SOURCE_NAME].slice(0, 5);
      throw new MediaNotFoundError(`There is no file ${JSON.stringify(name)}; near names: ${near.join(", ")}`);
    }
    return (await this.#movie(name, path)).acquire();
  }

  /** Ends what runs in the background. */
  close(): void {
    this.#testSource.close();
  }

  async #resolve(name: string): Promise<string | undefined> {
    try {
      return await this.#root.resolve(name);
    } catch (error) {
      throw new MediaUnusableError(`Cannot look for ${JSON.stringify(name)}: ${reason(error)}`);
    }
  }

  async #movie(name: string, path: string): Promise<MovieFile> {
    try {
      const version = versionOf(await Deno.stat(path));
      let indexed = this.#files.get(path);
      this.#files.delete(path);
      if (indexed === undefined || !equal(indexed.version, version)) {
        indexed = { version, movie: this.#index({ name, path, version }) };
      }
      this.#files.set(path, indexed);
      for (const oldest of this.#files.keys()) {
        if (this.#files.size <= MAX_INDEXED_FILES) break;
        this.#files.delete(oldest);
      }
      return await indexed.movie;
    } catch (error) {
      this.#files.delete(path);
      throw new MediaUnusableError(`Cannot serve ${path}: ${reason(error)}`);
    }
  }

  async #index({ name, path, version }: { name: string; path: string; version: FileVersion }): Promise<MovieFile> {
    using file = await Deno.open(path, { read: true });
    const index = await indexFile(new FileAccess(file, version.sizeBytes));
    describeIndex(path, index);
    return new MovieFile({ name, path, version, index, cache: this.#cache });
  }
}

/** Says once a file what its viewers should know of it. */
function describeIndex(path: string, index: FrameIndex): void {
  const { format, count, largestBytes, problem } = index;
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
        "(make it smaller: ffmpeg -i IN -q:v 12 -s 640x360 -f mjpeg OUT)",
      { path, largestBytes, limit: LAB_CLIENT_PAYLOAD_BYTES },
    );
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
