/**
 * What an engine shares with the others: it asks the host for it.
 *
 * @module
 */

import { transfer } from "comlink";
import { MAX_CONDITIONING_WORKERS } from "../../limits.ts";
import { openIndex } from "../../../mjpeg/containers/index/frame_index.ts";
import type { Clock } from "../../../net/clock.ts";
import type { Commons, OtherEngines, Publishing } from "../../commons.ts";
import type { Occupancy } from "../../places/places.ts";
import type { Client } from "../../session/client.ts";
import type { Session } from "../../session/session.ts";
import { type LivePipe, receiveLive } from "../../source/live_pipe.ts";
import type { LiveSource } from "../../source/source.ts";
import type { Decoders } from "../../source/decoded/decoders.ts";
import type { IndexFile } from "../../source/files/file_index.ts";
import type { StartThread } from "../../../net/thread.ts";
import type { EngineStart, HostApi, PlaceKind } from "../messages.ts";
import { DistantTranscoders } from "./distant_transcoders.ts";
import { PassedOn } from "./passed_on.ts";
import { RemotePlaces } from "./remote_places.ts";
import type { Distant } from "../rpc.ts";

/** Constructor options of {@linkcode EngineCommons}. */
export interface EngineCommonsOptions {
  readonly start: EngineStart;
  readonly host: Distant<HostApi>;
  readonly clock: Clock;
}

/** The commons of one engine. */
export class EngineCommons implements Commons {
  readonly maxTranscoders: number;
  readonly transcoders: DistantTranscoders;
  readonly others: OtherEngines;
  readonly startTranscoder: StartThread;
  readonly testFrames = {
    draw: (index: number): Promise<Uint8Array> => this.#options.host.drawTestFrame(index),
    close() {},
  };
  readonly index: IndexFile = (path, signal) => this.#index(path, signal, "index");
  readonly decoders: Decoders = {
    index: (path, signal) => this.#index(path, signal, "listMovie"),
    frame: ({ path, version }, index) => this.#options.host.decodeFrame({ path, version }, index),
    close() {},
  };
  readonly #options: EngineCommonsOptions;
  readonly #places: Partial<Record<PlaceKind, RemotePlaces<Client> | RemotePlaces<Session>>> = {};
  #lastTask = 0;
  #addSource: (source: LiveSource) => void = () => {};

  constructor(options: EngineCommonsOptions) {
    this.#options = options;
    this.transcoders = new DistantTranscoders(options.host);
    this.startTranscoder = this.transcoders.start;
    const cores = Math.min(navigator.hardwareConcurrency, MAX_CONDITIONING_WORKERS);
    this.maxTranscoders = Math.max(1, Math.floor(cores / options.start.threads));
    this.others = new PassedOn(options);
  }

  createClientPlaces(occupancy: Occupancy<Client>): RemotePlaces<Client> {
    return this.#places.client = new RemotePlaces({ kind: "client", ...this.#options, ...occupancy });
  }

  createSessionPlaces(occupancy: Occupancy<Session>): RemotePlaces<Session> {
    return this.#places.session = new RemotePlaces({ kind: "session", ...this.#options, ...occupancy });
  }

  createPublishing(add: (source: LiveSource) => void): Publishing {
    this.#addSource = add;
    return {
      publish: (pipe, hostname) => this.#options.host.publish(transfer(pipe, [pipe.port]), hostname),
      close() {},
    };
  }

  /** A client of some engine publishes a stream. */
  addLive(pipe: LivePipe): void {
    this.#addSource(receiveLive(pipe, this.#options.clock));
  }

  /** The places of this engine. */
  places(kind: PlaceKind): RemotePlaces<Client> | RemotePlaces<Session> | undefined {
    return this.#places[kind];
  }

  async #index(path: string, signal: AbortSignal, how: "index" | "listMovie"): ReturnType<IndexFile> {
    const { host } = this.#options;
    const task = ++this.#lastTask;
    const stop = () => void host.stopIndexing(task);
    signal.addEventListener("abort", stop, { once: true });
    try {
      const { version, stored } = await host[how](path, task);
      return { version, index: openIndex(stored) };
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }
}
