/**
 * Names to sources: the files below the served root, the built-in test source, and live sources that were added. Stands between a
 * request and its session.
 *
 * @module
 */

import { fileReason } from "../../net/file_reason.ts";
import { isOutOfDescriptors } from "../../net/socket_errors.ts";
import { FRAME_CACHE_BYTES, MAX_INDEXED_FILES } from "../limits.ts";
import { mayHaveSound } from "../../mjpeg/containers/index_file.ts";
import { isOtherCodecError } from "../../mjpeg/containers/video_codec.ts";
import { CONCATENATED_JPEGS } from "../../mjpeg/containers/streams/concatenated_format.ts";
import type { FrameIndex } from "../../mjpeg/containers/index/frame_index.ts";
import type { StoredSound } from "../../mjpeg/containers/sound/stored_sound.ts";
import { DecodedSource } from "./decoded/decoded_source.ts";
import type { Decoders } from "./decoded/decoders.ts";
import { FileIndexes, type IndexedPath, type IndexFile, indexHere } from "./files/file_index.ts";
import { FileSource } from "./files/file_source.ts";
import { FolderSource, listFolder, listGrowingFolder } from "./files/folder_source.ts";
import { FileSound, indexSound } from "./files/file_sound.ts";
import { FrameCache } from "./files/frame_cache.ts";
import { mostSimilar } from "./served/name_similarity.ts";
import { timesOf } from "./frame_times.ts";
import type { ResolvedPath, Served } from "./served/served.ts";
import { type LiveSource, type Source, SourceNotFoundError, SourceUnusableError } from "./source.ts";
import { DrawnTestFrames, type TestFrames } from "./test_frames.ts";
import { TestSource } from "./test_source.ts";

const MAX_SUGGESTIONS = 5;
/** How often a still is sent, each second, at most: ffmpeg looks at 20 frames before it shows one. */
const MAX_STILL_FRAME_RATE = 5;

/** Something that is served, as lists have it. */
export interface ListedStream {
  readonly name: string;
  readonly isLive: boolean;
}

/** Constructor options of {@linkcode Catalog}. */
export interface CatalogOptions {
  /** The files that are served; `undefined` for none. */
  readonly root: Served | undefined;
  /** Frames a second of files that have no times of their own. */
  readonly frameRate: number;
  /** Whether files start again at their end. */
  readonly loop: boolean;
  /** Whether files and folders are followed that others go on writing to: what comes is played; default false. */
  readonly follow?: boolean;
  /** Live sources from the beginning, by their names; a file of the same name is shadowed. */
  readonly live?: readonly LiveSource[];
  /** Indexes files; default in this thread. */
  readonly index?: IndexFile;
  /** Draws the frames of the test source; default a worker of this thread. */
  readonly testFrames?: TestFrames;
  /** Decodes movies of other codecs; without, they are unusable. */
  readonly decoders?: Decoders;
}

/** Everything that can be asked for by name. */
export class Catalog {
  readonly #options: CatalogOptions;
  readonly #cache = new FrameCache(FRAME_CACHE_BYTES);
  readonly #testSource: TestSource;
  #listing: Promise<string[]> | undefined;
  readonly #stop = new AbortController();
  readonly #files: FileIndexes<FileSource>;
  readonly #folders: FileIndexes<FolderSource | undefined, readonly string[]>;
  readonly #decoded: FileIndexes<DecodedSource> | undefined;
  readonly #sounds: FileIndexes<FileSound | undefined, StoredSound | undefined>;
  /** Sources that are no files, by their names in small letters. */
  readonly #named = new Map<string, Source>();
  /** Those of them that were added. */
  readonly #added = new WeakSet<Source>();

  constructor(options: CatalogOptions) {
    this.#options = options;
    this.#testSource = new TestSource(options.testFrames ?? new DrawnTestFrames());
    const { follow: follows = false } = options;
    this.#files = new FileIndexes({
      maxFiles: MAX_INDEXED_FILES,
      open: (file, before) => this.#openFile(file, before),
      index: options.index ?? indexHere,
      follows,
    });
    this.#folders = new FileIndexes({
      maxFiles: MAX_INDEXED_FILES,
      open: (folder, before) => this.#openFolder(folder, before),
      index: follows ? listGrowingFolder : listFolder,
      follows,
    });
    this.#sounds = new FileIndexes({
      maxFiles: MAX_INDEXED_FILES,
      open: ({ path, version, index: sound }) => sound && new FileSound({ path, version, sound, cache: this.#cache }),
      index: indexSound,
    });
    const { decoders } = options;
    this.#decoded = decoders === undefined ? undefined : new FileIndexes({
      maxFiles: MAX_INDEXED_FILES,
      open: (file) => this.#openDecoded(file, decoders),
      index: decoders.index,
    });
    for (const source of [this.#testSource, ...options.live ?? []]) this.#named.set(source.name.toLowerCase(), source);
  }

  /** Adds a live source, which is there until it ends. */
  add(source: LiveSource): void {
    this.#named.set(source.name.toLowerCase(), source);
    this.#added.add(source);
  }

  /** Whether there is something of that name that was not added. Rejects as {@linkcode find} does. */
  async isTaken(name: string, signal: AbortSignal): Promise<boolean> {
    try {
      return !this.#added.has(await this.find(name, signal));
    } catch (error) {
      if (error instanceof SourceNotFoundError) return false;
      // What cannot be served is there all the same.
      if (error instanceof SourceUnusableError) return true;
      throw error;
    }
  }

  /**
   * The source called `name`. Rejects with a {@linkcode SourceNotFoundError} or a {@linkcode SourceUnusableError} that says why,
   * with the system's error where nothing more can be opened, and once `signal` aborts: nobody waits for it any more.
   */
  async find(name: string, signal: AbortSignal): Promise<Source> {
    const named = this.#findNamed(name.replace(/^\/+/, "").toLowerCase());
    if (named !== undefined) return named;
    const { path, isFolder } = await this.#resolve(name);
    try {
      if (!isFolder) return await this.#findFile(path, signal);
      return await this.#folders.get(path, signal) ?? await this.#refuse(name);
    } catch (error) {
      if (error instanceof SourceNotFoundError) throw error;
      signal.throwIfAborted();
      if (isOutOfDescriptors(error)) throw error;
      throw new SourceUnusableError(`Cannot read ${path}: ${fileReason(error)}`, { cause: error });
    }
  }

  /** A file of JPEGs, or one that is decoded. */
  async #findFile(path: string, signal: AbortSignal): Promise<Source> {
    try {
      return await this.#files.get(path, signal);
    } catch (error) {
      if (this.#decoded === undefined || !isOtherCodecError(error)) throw error;
      return await this.#decoded.get(path, signal);
    }
  }

  /** What a list of movies shows: live sources and the files at the top of the served root, or the test source where there are none. */
  async movieNames(): Promise<string[]> {
    const { root } = this.#options;
    const live = this.#present().filter(({ isLive }) => isLive);
    // Whoever asks while the directory is being read gets the same list.
    this.#listing ??= (root?.movieNames() ?? Promise.resolve([])).finally(() => this.#listing = undefined);
    const names = [...live.map(({ name }) => name), ...await this.#listing];
    return names.length > 0 ? names : [this.#testSource.name];
  }

  /** All that is served, as far as it can be listed: live sources, movies in all directories, and the test source. */
  async listed(): Promise<ListedStream[]> {
    const named = this.#present().filter((source) => source !== this.#testSource);
    const taken = new Set(this.#named.keys());
    const files = await this.#options.root?.allMovieNames() ?? [];
    const movies = files.filter((name) => !taken.has(name.toLowerCase()));
    return [
      ...named.map(({ name, isLive }) => ({ name, isLive })),
      ...movies.map((name) => ({ name, isLive: false })),
      { name: this.#testSource.name, isLive: false },
    ];
  }

  /** Ends what runs in the background. */
  close(): void {
    this.#stop.abort();
    this.#testSource.close();
    this.#files.close();
    this.#folders.close();
    this.#sounds.close();
    this.#decoded?.close();
    this.#options.decoders?.close();
  }

  /** Sources that are no files. */
  #present(): Source[] {
    for (const name of this.#named.keys()) this.#findNamed(name);
    return [...this.#named.values()];
  }

  #findNamed(name: string): Source | undefined {
    const source = this.#named.get(name);
    if (!source?.isLive || !source.hasEnded) return source;
    this.#named.delete(name);
    return undefined;
  }

  async #resolve(name: string): Promise<ResolvedPath> {
    try {
      return await this.#options.root?.resolve(name) ?? await this.#refuse(name);
    } catch (error) {
      if (error instanceof SourceNotFoundError || isOutOfDescriptors(error)) throw error;
      throw new SourceUnusableError(`Cannot look for ${JSON.stringify(name)}: ${fileReason(error)}`);
    }
  }

  async #refuse(name: string): Promise<never> {
    const { root } = this.#options;
    const [quoted, what] = [JSON.stringify(name), await root?.describeUnserved(name)];
    const named = this.#present().map((source) => source.name);
    const near = mostSimilar(name, [...await root?.nearNames(name) ?? [], ...named], MAX_SUGGESTIONS);
    throw new SourceNotFoundError(
      `${what === undefined ? `There is no file ${quoted}` : `${quoted} ${what}`}; near names: ${near.join(", ")}`,
    );
  }

  /** Nothing comes of a folder without pictures. */
  #openFolder(
    { path, index: files }: IndexedPath<readonly string[]>,
    before: FolderSource | undefined,
  ): FolderSource | undefined {
    if (files.length === 0) return undefined;
    if (before?.grow(files)) return before;
    const { root, frameRate, loop: loops, follow } = this.#options;
    return new FolderSource({
      name: root!.nameOf(path),
      ...{ path, files, frameRate, loops, cache: this.#cache },
      sound: (signal) => this.#soundBeside(path, signal),
      look: follow ? () => this.#folders.get(path, this.#stop.signal) : undefined,
    });
  }

  /** The sound in a file, else that of a WAV file beside it. */
  async #soundOf(path: string, signal: AbortSignal): Promise<FileSound | undefined> {
    try {
      return await this.#sounds.get(path, signal) ?? await this.#soundBeside(path, signal);
    } catch (error) {
      const beside = error instanceof SyntaxError ? await this.#soundBeside(path, signal) : undefined;
      if (beside === undefined) throw error;
      return beside;
    }
  }

  /** The sound of the WAV file that belongs to a file or a folder, as it is now. */
  async #soundBeside(path: string, signal: AbortSignal): Promise<FileSound | undefined> {
    const soundPath = await this.#options.root!.soundOf(path);
    return soundPath === undefined ? undefined : await this.#sounds.get(soundPath, signal);
  }

  #openDecoded({ path, version, index }: IndexedPath<FrameIndex>, decoders: Decoders): DecodedSource {
    const { root, frameRate, loop: loops } = this.#options;
    const times = timesOf(index, frameRate);
    return new DecodedSource({
      ...{ name: root!.nameOf(path), path, version, times, loops, cache: this.#cache, decoders },
      sound: (signal) => this.#soundOf(path, signal),
    });
  }

  #openFile({ path, version, index }: IndexedPath<FrameIndex>, before: FileSource | undefined): FileSource {
    const { root, frameRate, loop, follow } = this.#options;
    // One JPEG alone is no movie that ends at once.
    const isStill = index.format === CONCATENATED_JPEGS.name && index.count === 1 && !follow;
    const frames = {
      version,
      index,
      times: timesOf(index, isStill ? Math.min(MAX_STILL_FRAME_RATE, frameRate) : frameRate),
    };
    if (before?.grow(frames)) return before;
    return new FileSource({
      ...frames,
      ...{ name: root!.nameOf(path), path, loops: loop || isStill, cache: this.#cache },
      // To look for sound costs a descriptor, which is not spent on files that have none.
      sound: (signal) => mayHaveSound(index) ? this.#soundOf(path, signal) : this.#soundBeside(path, signal),
      look: follow ? () => this.#files.get(path, this.#stop.signal) : undefined,
    });
  }
}
