/**
 * The worker that starts the engines, and replaces one that fails. It sees no client's bytes.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { PUBLISH_WAIT_MS } from "../../limits.ts";
import { PublishedStreams } from "../../publish/published_streams.ts";
import { systemClock } from "../../../net/system_clock.ts";
import { type EndThread, startWorker, type ThreadPlan } from "../../../net/thread.ts";
import type { LiveFeed } from "../../source/live_source.ts";
import { receiveLive } from "../../source/live_pipe.ts";
import { sendLog } from "../log_pipe.ts";
import type { HostControl, HostPorts, HostStart, PlaceKind } from "../messages.ts";
import { distant, offer } from "../rpc.ts";
import type { LenderApi } from "../thread_lender.ts";
import { EngineThread } from "./engine_thread.ts";
import { EnginesOverview } from "./engines_overview.ts";
import { Services } from "./services.ts";
import { SharedPlaces } from "./shared_places.ts";
import { Threads } from "./threads.ts";

const log = getLogger(["mjpegrtsp", "engine"]);

/** How long an engine may take to end before it is stopped where it is, in milliseconds. */
const CLOSE_PATIENCE_MS = 3000;

class Host implements HostControl {
  readonly #engines = new Map<number, EngineThread>();
  readonly #sessionCounter = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #overview = new EnginesOverview(() => [...this.#engines.values()]);
  /** What ends threads that run beside the engines, by their numbers. */
  readonly #guests = new Map<number, EndThread>();
  readonly #failure = Promise.withResolvers<string>();
  #start!: HostStart;
  #ports!: HostPorts;
  #places!: Readonly<Record<PlaceKind, SharedPlaces>>;
  #threads!: Threads;
  #services!: Services;
  #published!: PublishedStreams;
  /** Live sources that have not ended, or not long ago. */
  readonly #live = new Set<LiveFeed>();
  #isClosed = false;

  async start(start: HostStart, ports: HostPorts): Promise<Deno.NetAddr> {
    sendLog(ports.log);
    this.#start = start;
    this.#ports = ports;
    this.#places = { client: this.#createPlaces("client"), session: this.#createPlaces("session") };
    this.#threads = new Threads(distant<LenderApi>(ports.lender));
    const { settings, threads, live } = start;
    this.#published = new PublishedStreams({
      clock: systemClock,
      waitMs: settings.publishWaitMs ?? PUBLISH_WAIT_MS,
      onOpened: (feed) => this.#addLive(feed),
    });
    this.#services = new Services({
      places: this.#places,
      startThread: this.#threads.start,
      follows: settings.follow ?? false,
      engine: (number) => this.#engine(number),
      published: this.#published,
    });
    for (const pipe of live) this.#live.add(receiveLive(pipe, systemClock));
    if (threads > 1) {
      // Engines that share a port would share it with another server, too.
      const listener = Deno.listen({ hostname: settings.hostname, port: settings.port });
      this.#start = { ...start, settings: { ...settings, port: listener.addr.port } };
      listener.close();
    }
    const starting = Array.from({ length: threads }, (_, number) => this.#startEngine(number));
    // Some clients give up after a few seconds, which the first picture may take.
    this.#services.testFrames.draw(0).catch((error) =>
      log.debug("The test source is not drawn yet: {reason}", { reason: error })
    );
    this.#threads.endLending();
    const [address] = await Promise.all(starting);
    // Where any port would do, the successor of an engine that fails has to have the same one.
    this.#start = { ...this.#start, settings: { ...settings, port: address.port } };
    return address;
  }

  threadFailed(number: number, reason: string): void {
    this.#threads.fail(number, reason);
  }

  observe(port: MessagePort): void {
    offer(this.#overview, port);
  }

  runThread(number: number, plan: ThreadPlan, port: MessagePort): Promise<string> {
    const failed = Promise.withResolvers<string>();
    this.#guests.set(number, startWorker(plan, port, failed.resolve));
    return failed.promise;
  }

  endThread(number: number): void {
    this.#guests.get(number)?.();
    this.#guests.delete(number);
  }

  failure(): Promise<string> {
    return this.#failure.promise;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const patience = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_PATIENCE_MS));
    const engines = [...this.#engines.values()];
    const closing = engines.map((engine) => engine.ask((api) => api.close()).catch(() => {/* it has failed */}));
    await Promise.race([Promise.all(closing), patience]);
    for (const engine of engines) engine.end("The server has stopped");
    for (const end of this.#guests.values()) end();
    this.#services.close();
  }

  async crash(engine: number): Promise<void> {
    const thread = this.#engine(engine);
    await thread.ask((api) => api.crash()).catch((error) => {
      // It may fail before its answer is here.
      if (!thread.isOver) throw error;
    });
  }

  #createPlaces(kind: PlaceKind): SharedPlaces {
    return new SharedPlaces({
      ...this.#start.places[kind],
      nowMs: () => performance.now(),
      idleOf: async (engine) => {
        try {
          return await this.#engine(engine).ask((api) => api.idle(kind));
        } catch {
          return [];
        }
      },
      dismiss: async (engine, place) => {
        try {
          return await this.#engine(engine).ask((api) => api.dismiss(kind, place));
        } catch {
          return false;
        }
      },
    });
  }

  /** Has all engines serve one more live source. */
  async #addLive(feed: LiveFeed): Promise<void> {
    for (const other of this.#live) if (other.hasEnded) this.#live.delete(other);
    this.#live.add(feed);
    const adding = [...this.#engines.values()].map((engine) => engine.addLive(feed));
    // One that has failed is replaced, and its successor serves it.
    await Promise.allSettled(adding);
  }

  #engine(number: number): EngineThread {
    const engine = this.#engines.get(number);
    if (engine === undefined) throw new Error(`There is no thread ${number + 1}`);
    return engine;
  }

  async #startEngine(number: number): Promise<Deno.NetAddr> {
    const { settings, threads } = this.#start;
    const engine = new EngineThread({
      start: { number, settings, threads, sessionCounter: this.#sessionCounter },
      startThread: this.#threads.start,
      live: [...this.#live],
      log: this.#ports.log,
      capture: this.#ports.capture,
      createApi: (engine) => this.#services.apiFor(engine),
      onFailure: (engine, reason) => this.#replace(engine, reason),
    });
    this.#engines.set(number, engine);
    return await engine.start();
  }

  /** An engine has failed: its sessions are over, and another one takes its place. */
  async #replace(engine: EngineThread, reason: string): Promise<void> {
    const { number } = engine;
    this.#engines.delete(number);
    this.#overview.leave(engine);
    this.#places.client.leaveAll(number);
    this.#published.leaveAll(number);
    const sessions = this.#places.session.leaveAll(number);
    if (this.#isClosed) return;
    log.error("Thread {number} has failed, and its {sessions} sessions with it; it is started anew: {reason}", {
      number: number + 1,
      sessions,
      reason,
    });
    try {
      await this.#startEngine(number);
    } catch (error) {
      this.#failure.resolve(error instanceof Error ? error.message : String(error));
    }
  }
}

offer(new Host());
