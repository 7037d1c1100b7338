/**
 * An engine as the host sees it: its thread, and what was started for it.
 *
 * @module
 */

import { transfer } from "comlink";
import { type CapturePipe, passOn } from "../../capture/capture_pipe.ts";
import type { LogTarget } from "../log_pipe.ts";
import type { EngineApi, EnginePorts, EngineStart, HostApi } from "../messages.ts";
import { rightsOfEngine } from "../rights.ts";
import type { LiveFeed } from "../../source/live_source.ts";
import { type EndThread, openThread, type StartThread, type Thread } from "../../../net/thread.ts";
import { sendLive, type SentLive } from "../../source/live_pipe.ts";
import { type Distant, distant, offer } from "../rpc.ts";

const MODULE = new URL("../engine/engine.ts", import.meta.url).href;

/** Constructor options of {@linkcode EngineThread}. */
export interface EngineThreadOptions {
  readonly start: Omit<EngineStart, "live">;
  /** Starts its thread. */
  readonly startThread: StartThread;
  /** Live sources that it serves. */
  readonly live: readonly LiveFeed[];
  /** Where its log goes. */
  readonly log: LogTarget;
  /** Where what it captures goes, if anything is captured. */
  readonly capture: CapturePipe | undefined;
  /** Makes what it may ask for. */
  readonly createApi: (engine: EngineThread) => HostApi;
  /** Called once, when it has failed. */
  readonly onFailure: (engine: EngineThread, reason: string) => void;
}

/** A thread that serves. */
export class EngineThread {
  /** Its number, from 0. */
  readonly number: number;
  /** Workers that condition frames for it, by the numbers that it has given them. */
  readonly transcoders: Map<number, EndThread> = new Map();
  /** What stops the indexing that it has asked for, by the numbers of those tasks. */
  readonly indexing: Map<number, AbortController> = new Map();
  readonly #options: EngineThreadOptions;
  readonly #thread: Thread;
  readonly #api: Distant<EngineApi>;
  /** Whoever asks it something waits for that, too. */
  readonly #failed = Promise.withResolvers<never>();
  readonly #live: SentLive[] = [];
  #isOver = false;

  constructor(options: EngineThreadOptions) {
    this.#options = options;
    const { number, settings } = options.start;
    this.number = number;
    const plan = { module: MODULE, name: `engine ${number}`, permissions: rightsOfEngine(settings.root) };
    this.#thread = openThread(options.startThread, plan, (reason) => this.fail(reason));
    this.#failed.promise.catch(() => {/* whoever asks it something learns it */});
    this.#api = distant<EngineApi>(this.#thread.port);
  }

  /** Whether it has failed, or was stopped. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Has it listen. Resolves with where. */
  start(): Promise<Deno.NetAddr> {
    const { start, live, log: { port, counts, level }, createApi } = this.#options;
    const sent = live.map((feed) => sendLive(feed));
    this.#live.push(...sent);
    const pipes = sent.map(({ pipe }) => pipe);
    const [requests, records] = [new MessageChannel(), new MessageChannel()];
    records.port1.onmessage = ({ data }) => port.postMessage(data);
    offer(createApi(this), requests.port1);
    const capture = this.#capturePipe();
    const ports: EnginePorts = { host: requests.port2, log: { port: records.port2, counts, level }, capture };
    return this.ask((api) =>
      api.start(
        transfer({ ...start, live: pipes }, pipes.map(({ port }) => port)),
        transfer(ports, [requests.port2, records.port2, ...capture === undefined ? [] : [capture.port]]),
      )
    );
  }

  /** A pipe of its own that leads into that of all engines. */
  #capturePipe(): CapturePipe | undefined {
    const { capture } = this.#options;
    if (capture === undefined) return undefined;
    const { port1, port2: port } = new MessageChannel();
    passOn(port1, capture.port);
    return { ...capture, port };
  }

  /** Has it serve one more live source. Resolves when it does. */
  addLive(feed: LiveFeed): Promise<void> {
    const sent = sendLive(feed);
    this.#live.push(sent);
    return this.ask((api) => api.addLive(transfer(sent.pipe, [sent.pipe.port])));
  }

  /** Asks it something; rejects where it fails meanwhile, or has failed. */
  ask<T>(question: (api: Distant<EngineApi>) => Promise<T>): Promise<T> {
    return Promise.race([question(this.#api), this.#failed.promise]);
  }

  /** It cannot go on. */
  fail(reason: string): void {
    if (this.#isOver) return;
    this.end(reason);
    this.#options.onFailure(this, reason);
  }

  /** Stops it and what was started for it. */
  end(reason: string): void {
    this.#isOver = true;
    this.#failed.reject(new Error(reason));
    this.#thread.terminate();
    for (const { stop } of this.#live) stop();
    for (const endTranscoder of this.transcoders.values()) endTranscoder();
    for (const stop of this.indexing.values()) stop.abort();
  }
}
