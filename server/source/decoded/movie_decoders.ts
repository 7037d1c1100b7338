/**
 * Decodes movies of other codecs for all who watch them, in a few threads. Each thread is on one way through one movie; who watches near
 * to it gets its frames, who goes elsewhere gets the thread that nobody needs.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { DecoderThread } from "../../decoder/decoder_thread.ts";
import type { Clock } from "../../../net/clock.ts";
import type { StartThread } from "../../../net/thread.ts";
import type { FrameIndex } from "../../../mjpeg/containers/index/frame_index.ts";
import {
  DECODED_BACK_FRAMES,
  DECODED_FRAME_BYTES,
  DECODER_IDLE_MS,
  MAX_DECODERS,
  MAX_INDEXED_FILES,
} from "../../limits.ts";
import { isSameVersion, versionOf } from "../files/file_version.ts";
import { FileIndexes, type Indexed } from "../files/file_index.ts";
import { FrameCache } from "../files/frame_cache.ts";
import { DecodedMovie } from "./decoded_movie.ts";
import type { Decoders, ListedMovie } from "./decoders.ts";
import { DecodingRun } from "./decoding_run.ts";

const log = getLogger(["mjpegrtsp", "decoder"]);

/** A run that nobody has asked for so long is taken for another place of the movie, in milliseconds. */
const STALE_MS = 1000;

/** Constructor options of {@linkcode MovieDecoders}. */
export interface MovieDecodersOptions {
  readonly clock: Clock;
  /** Starts the threads; default workers of this thread. */
  readonly startThread?: StartThread;
}

/** A movie whose frames were listed, and the thread that has done it. */
interface Listed {
  readonly movie: DecodedMovie;
  readonly thread: DecoderThread;
}

/** What is kept of a movie. */
interface Entry {
  readonly movie: DecodedMovie;
  /** Its number in the cache. */
  readonly owner: number;
  isSlow: boolean;
}

/** Decodes for all who watch. */
export class MovieDecoders implements Decoders {
  readonly #options: MovieDecodersOptions;
  readonly #cache = new FrameCache(DECODED_FRAME_BYTES);
  readonly #runs = new Set<DecodingRun>();
  readonly #movies = new FileIndexes<Entry, Listed>({
    maxFiles: MAX_INDEXED_FILES,
    open: ({ index }) => this.#open(index),
    index: (path, signal) => this.#list(path, signal),
  });
  #cancelTimer: (() => void) | undefined;

  /** Starts nothing before a movie is asked for. */
  constructor(options: MovieDecodersOptions) {
    this.#options = options;
  }

  readonly index = async (path: string, signal: AbortSignal): Promise<Indexed<FrameIndex>> => {
    const { movie: { version, index } } = await this.#movies.get(path, signal);
    return { version, index };
  };

  async frame({ path, version }: ListedMovie, index: number): Promise<Uint8Array> {
    const entry = await this.#movies.get(path, new AbortController().signal);
    if (!isSameVersion(version, entry.movie.version)) {
      throw new Error(
        "Cannot read on: the file has been written to since it was listed; a new SETUP plays what it is now",
      );
    }
    for (const run of this.#runs) if (run.hasFailed) this.#end(run, "its thread has failed");
    const runs = [...this.#runs].filter(({ movie }) => movie === entry.movie);
    const kept = this.#cache.get(entry.owner, index);
    if (kept !== undefined) {
      runs.find((run) => run.hasPassed(index))?.want(index);
      return kept;
    }
    const coming = runs.find((run) => run.comesTo(index)) ?? this.#start(entry, index, runs);
    return await coming.frame(index);
  }

  close(): void {
    this.#cancelTimer?.();
    this.#movies.close();
    for (const run of this.#runs) this.#end(run, "the server has stopped");
  }

  async #list(path: string, signal: AbortSignal): Promise<Indexed<Listed>> {
    const version = versionOf(await Deno.stat(path));
    const thread = new DecoderThread(path, this.#options.startThread);
    const stop = () => thread.close();
    signal.addEventListener("abort", stop);
    try {
      const movie = new DecodedMovie({ path, version }, await thread.list());
      const { count } = movie.index;
      log.info("{path} is of another codec: its {count} frames are decoded while it is watched", { path, count });
      return { version, index: { movie, thread } };
    } catch (error) {
      thread.close();
      throw error;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  #open({ movie, thread }: Listed): Entry {
    const entry = { movie, owner: this.#cache.createOwner(), isSlow: false };
    // The first frame is wanted next.
    this.#addRun(entry, thread);
    return entry;
  }

  /** A run that begins with a frame, or shortly before where frames are wanted backwards. */
  #start(entry: Entry, index: number, runs: readonly DecodingRun[]): DecodingRun {
    const isBackwards = runs.some((run) => run.isBehind(index));
    const run = this.#freeRun(runs) ??
      this.#addRun(entry, new DecoderThread(entry.movie.path, this.#options.startThread));
    run.start(isBackwards ? Math.max(0, index - DECODED_BACK_FRAMES) : index);
    return run;
  }

  /** A run of the same movie that nobody needs, or that is needed least where there may be no more. */
  #freeRun(runs: readonly DecodingRun[]): DecodingRun | undefined {
    const [oldest] = runs.toSorted((one, other) => one.usedMs - other.usedMs);
    if (oldest === undefined) return undefined;
    const isStale = this.#options.clock.nowMs() - oldest.usedMs >= STALE_MS;
    return isStale || !oldest.hasStarted || this.#runs.size >= MAX_DECODERS ? oldest : undefined;
  }

  #addRun(entry: Entry, thread: DecoderThread): DecodingRun {
    const { clock } = this.#options;
    if (this.#runs.size >= MAX_DECODERS) {
      const [oldest] = [...this.#runs].toSorted((one, other) => one.usedMs - other.usedMs);
      this.#end(oldest, "other movies are decoded in its stead");
    }
    const { movie, owner } = entry;
    const run = new DecodingRun({
      movie,
      clock,
      thread,
      keep: (index, jpeg) => this.#cache.set(owner, index, jpeg),
      onSlow: (speed) => this.#tellSlow(entry, speed),
    });
    this.#runs.add(run);
    this.#cancelTimer ??= clock.after(DECODER_IDLE_MS, () => this.#endIdle());
    return run;
  }

  #endIdle(): void {
    const { clock } = this.#options;
    for (const run of this.#runs) {
      if (clock.nowMs() - run.usedMs >= DECODER_IDLE_MS) this.#end(run, "nobody has asked for it");
    }
    this.#cancelTimer = this.#runs.size === 0 ? undefined : clock.after(DECODER_IDLE_MS, () => this.#endIdle());
  }

  #end(run: DecodingRun, reason: string): void {
    this.#runs.delete(run);
    run.close(reason);
  }

  #tellSlow(entry: Entry, speed: number): void {
    if (entry.isSlow) return;
    entry.isSlow = true;
    log.warn(
      "frames of {path} are left out: this machine decodes it at {percent} % of its speed; " +
        "mjpegrtsp convert {path} OUT.mjpeg makes a movie that need not be decoded",
      { path: entry.movie.path, percent: Math.floor(100 * speed) },
    );
  }
}
