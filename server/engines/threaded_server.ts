/**
 * A server in threads of its own, as its main thread sees it: started, stopped, and heard of by the log. Once it runs, the thread that
 * has started it needs no right any more.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";
import { transfer } from "comlink";
import { getLogger } from "@logtape/logtape";
import { systemClock } from "../../net/system_clock.ts";
import {
  type CaptureBatch,
  type CapturePipe,
  captureReceived,
  createWaitingBytes,
  receiveCapture,
} from "../capture/capture_pipe.ts";
import { ADDRESS_SHARE, MAX_CONNECTIONS, MAX_SESSIONS } from "../limits.ts";
import type { ServerOptions } from "../server.ts";
import { createLogCounts, type LogCounts, logWritten, receiveLog } from "./log_pipe.ts";
import type { HostControl, HostPorts } from "./messages.ts";
import { rightsOfHost } from "./rights.ts";
import type { EndThread, StartThread, ThreadPlan } from "../../net/thread.ts";
import type { LivePipe } from "../source/live_pipe.ts";
import type { LogLevel } from "./settings.ts";
import { type Distant, distant, offer } from "./rpc.ts";
import { ThreadLender } from "./thread_lender.ts";

const log = getLogger(["mjpegrtsp", "engine"]);

/** How long the host may take to end all threads, in milliseconds. */
const CLOSE_PATIENCE_MS = 4000;

/** How to serve: the options of a server without what cannot be sent to another thread. */
export interface ThreadedServerOptions
  extends Omit<ServerOptions, "live" | "clock" | "random" | "sharesPort" | "capture" | "commons"> {
  /** Live sources beside the files, fed in other threads or in this one. */
  readonly live?: readonly LivePipe[];
  /** Engines, 1 or more. More than one need Linux, where they share a port. */
  readonly threads: number;
  /** What of the threads' log is sent on. */
  readonly logLevel: LogLevel;
  /** Told how many log records are missing. */
  readonly onLogDropped: (count: number) => void;
  /** Takes what goes over the wire, in this thread; without it, nothing is captured. */
  readonly onCaptured?: (batch: CaptureBatch) => void;
}

/** Threads that run. */
interface Started {
  readonly worker: Worker;
  readonly host: Distant<HostControl>;
  readonly lender: ThreadLender;
  readonly logPort: MessagePort;
  readonly logCounts: LogCounts;
  readonly capture: ReceivedCapture | undefined;
  readonly address: Deno.NetAddr;
}

/** What comes of the capture of all threads. */
interface ReceivedCapture {
  /** The end that is given to the host. */
  readonly pipe: CapturePipe;
  /** The end that stays here. */
  readonly port: MessagePort;
}

/** A server that listens until it is closed. */
export class ThreadedServer {
  /** Where it listens. */
  readonly address: Deno.NetAddr;
  readonly #worker: Worker;
  readonly #host: Distant<HostControl>;
  readonly #lender: ThreadLender;
  readonly #logPort: MessagePort;
  readonly #logCounts: LogCounts;
  /** Starts a thread beside those of the server: the thread that has started the server has no right to, once that runs. */
  readonly startThread: StartThread = (plan, port, onFailure) => this.#startThread(plan, port, onFailure);
  #lastThread = 0;
  readonly #capture: ReceivedCapture | undefined;
  readonly #ended = Promise.withResolvers<void>();
  #closing: Promise<void> | undefined;

  private constructor({ worker, host, lender, logPort, logCounts, capture, address }: Started) {
    this.#worker = worker;
    this.#host = host;
    this.#lender = lender;
    this.#logPort = logPort;
    this.#logCounts = logCounts;
    this.#capture = capture;
    this.address = address;
    this.#ended.promise.catch(() => {/* run() gives it */});
    host.failure().then((reason) => this.#ended.reject(new Error(`The server cannot go on: ${reason}`)));
  }

  /** Listens. Rejects with the error of `Deno.listen` where the port cannot be had. */
  static async start(options: ThreadedServerOptions): Promise<ThreadedServer> {
    const { threads, logLevel, onLogDropped, onCaptured, root, live = [], ...rest } = options;
    const { maxConnections = MAX_CONNECTIONS, maxSessions = MAX_SESSIONS, addressShare = ADDRESS_SHARE } = options;
    const worker = new Worker(new URL("./host/host.ts", import.meta.url), {
      type: "module",
      name: "host",
      deno: { permissions: rightsOfHost(root?.place) },
    });
    const failed = Promise.withResolvers<never>();
    worker.onerror = (event) => {
      event.preventDefault();
      failed.reject(new Error(event.message));
      log.error("The server has failed: {reason}", { reason: event.message });
    };
    const host = distant<HostControl>(worker);
    const lender = new ThreadLender((number, reason) => void host.threadFailed(number, reason));
    const lending = new MessageChannel();
    offer(lender, lending.port1);
    const { port1: logPort, port2: port } = new MessageChannel();
    const logCounts = createLogCounts();
    receiveLog(logPort, logCounts, onLogDropped);
    const capture = onCaptured === undefined ? undefined : openCapture(onCaptured);
    const ports: HostPorts = {
      log: { port, counts: logCounts, level: logLevel },
      capture: capture?.pipe,
      lender: lending.port2,
    };
    const start = {
      settings: { ...rest, root: root?.place },
      threads,
      live,
      places: { client: { max: maxConnections, addressShare }, session: { max: maxSessions, addressShare } },
    };
    try {
      const starting = host.start(
        transfer(start, live.map(({ port }) => port)),
        transfer(ports, [port, lending.port2, ...capture === undefined ? [] : [capture.pipe.port]]),
      );
      const address = await Promise.race([starting, failed.promise]);
      const server = new ThreadedServer({ worker, host, lender, logPort, logCounts, capture, address });
      failed.promise.catch((error) => server.#ended.reject(error));
      return server;
    } catch (error) {
      worker.terminate();
      lender.close();
      logPort.close();
      capture?.port.close();
      throw error;
    }
  }

  /** Resolves when the server has been closed; rejects where it cannot go on. */
  run(): Promise<void> {
    return this.#ended.promise;
  }

  /** Ends all sessions, connections and threads. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  /** A port for another thread, which may ask through it what {@linkcode Overview} has. */
  observe(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.#host.observe(transfer(port1, [port1]));
    return port2;
  }

  /** Has an engine fail, for tests. */
  crash(engine: number): Promise<void> {
    return this.#host.crash(engine);
  }

  #startThread(plan: ThreadPlan, port: MessagePort, onFailure: (reason: string) => void): EndThread {
    const number = ++this.#lastThread;
    this.#host.runThread(number, plan, transfer(port, [port])).then(onFailure, (error) => onFailure(String(error)));
    return () => void this.#host.endThread(number);
  }

  async #close(): Promise<void> {
    try {
      await deadline(this.#host.close(), CLOSE_PATIENCE_MS);
    } catch (error) {
      log.error("The server's threads do not end, and are stopped: {reason}", { reason: String(error) });
    }
    await logWritten(this.#logCounts);
    if (this.#capture !== undefined) await captureReceived(this.#capture.pipe.waiting, systemClock);
    this.#worker.terminate();
    this.#lender.close();
    this.#logPort.close();
    this.#capture?.port.close();
    this.#ended.resolve();
  }
}

function openCapture(take: (batch: CaptureBatch) => void): ReceivedCapture {
  const { port1, port2 } = new MessageChannel();
  const waiting = createWaitingBytes();
  receiveCapture({ port: port1, waiting }, take);
  return { pipe: { port: port2, waiting }, port: port1 };
}
