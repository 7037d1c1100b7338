/**
 * What engines ask of the host: it has what exists once.
 *
 * @module
 */

import type { FrameIndex } from "../../../mjpeg/containers/index/frame_index.ts";
import { MAX_INDEXED_FILES } from "../../limits.ts";
import { CONDITIONING_THREAD } from "../../packetize/transcoder.ts";
import type { PublishedStreams } from "../../publish/published_streams.ts";
import { FileIndexes, type Indexed, type IndexedPath, indexHere } from "../../source/files/file_index.ts";
import { systemClock } from "../../../net/system_clock.ts";
import { MovieDecoders } from "../../source/decoded/movie_decoders.ts";
import { DrawnTestFrames } from "../../source/test_frames.ts";
import type { StartThread } from "../../../net/thread.ts";
import type { HostApi, PlaceKind } from "../messages.ts";
import type { EngineThread } from "./engine_thread.ts";
import type { SharedPlaces } from "./shared_places.ts";

/** Constructor options of {@linkcode Services}. */
export interface ServicesOptions {
  /** Places for clients and for sessions. */
  readonly places: Readonly<Record<PlaceKind, SharedPlaces>>;
  readonly startThread: StartThread;
  /** The streams that clients publish. */
  readonly published: PublishedStreams;
  /** Whether files are followed that others go on writing to. */
  readonly follows: boolean;
  /** The engine of that number. Throws where there is none. */
  readonly engine: (number: number) => EngineThread;
}

/** Serves all engines. */
export class Services {
  /** The test source. */
  readonly testFrames: DrawnTestFrames;
  readonly #options: ServicesOptions;
  readonly #indexes: FileIndexes<IndexedPath<FrameIndex>>;
  readonly #decoders: MovieDecoders;

  constructor(options: ServicesOptions) {
    this.#options = options;
    this.#indexes = new FileIndexes({
      maxFiles: MAX_INDEXED_FILES,
      open: (file) => file,
      index: indexHere,
      follows: options.follows,
    });
    this.#decoders = new MovieDecoders({ clock: systemClock, startThread: options.startThread });
    this.testFrames = new DrawnTestFrames(options.startThread);
  }

  /** What one engine may ask for. */
  apiFor(engine: EngineThread): HostApi {
    const { places, engine: find } = this.#options;
    return {
      answerAll() {},
      hasRoom: (kind, hostname) => places[kind].hasRoom(hostname),
      takePlace: (kind, hostname) => places[kind].take(engine.number, hostname),
      leavePlace: (kind, place) => places[kind].leave(place),
      shrink: (kind) => places[kind].shrink(),
      index: (path, task) => this.#index(engine, task, (signal) => this.#indexes.get(path, signal)),
      listMovie: (path, task) => this.#index(engine, task, (signal) => this.#decoders.index(path, signal)),
      decodeFrame: (movie, index) => this.#decoders.frame(movie, index),
      stopIndexing: (task) => engine.indexing.get(task)?.abort(),
      drawTestFrame: (index) => this.testFrames.draw(index),
      openTranscoder: (transcoder, port) => this.#openTranscoder(engine, transcoder, port),
      closeTranscoder: (transcoder) => {
        engine.transcoders.get(transcoder)?.();
        engine.transcoders.delete(transcoder);
      },
      publish: (pipe, hostname) => this.#options.published.publish(pipe, { engine: engine.number, hostname }),
      passOn: async (target, passed) => {
        let asked: EngineThread | undefined;
        try {
          asked = find(target);
          return await asked.ask((api) => api.respondFor(passed));
        } catch (error) {
          // What has gone wrong there is answered as it would be here.
          if (asked?.isOver === false) throw error;
          // There is none of that number, or its sessions have failed with it.
          return { status: 454, cseq: passed.request.cseq, session: undefined };
        }
      },
      fail: (reason) => engine.fail(reason),
      forget: async (target, client, reason) => {
        try {
          await find(target).ask((api) => api.forget(client, reason));
        } catch {
          // Its clients are forgotten with it.
        }
      },
    };
  }

  /** Ends what runs in the background. */
  close(): void {
    this.#indexes.close();
    this.#decoders.close();
    this.#options.published.close();
    this.testFrames.close();
  }

  async #index(
    { indexing }: EngineThread,
    task: number,
    find: (signal: AbortSignal) => Promise<Indexed<FrameIndex>>,
  ): ReturnType<HostApi["index"]> {
    const stop = new AbortController();
    indexing.set(task, stop);
    try {
      const { version, index } = await find(stop.signal);
      return { version, stored: index.stored };
    } finally {
      indexing.delete(task);
    }
  }

  /** A thread that conditions the frames that come from `port`, for an engine. */
  #openTranscoder(engine: EngineThread, transcoder: number, port: MessagePort): void {
    const end = this.#options.startThread(
      CONDITIONING_THREAD,
      port,
      (reason) =>
        engine.ask((api) => api.transcoderFailed(transcoder, reason)).catch(() => {/* it has failed itself */}),
    );
    engine.transcoders.set(transcoder, end);
  }
}
