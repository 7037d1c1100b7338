/**
 * The thread that answers HTTP, as the main thread sees it: started, started again when it has failed, and stopped.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";
import { getLogger } from "@logtape/logtape";
import { transfer } from "comlink";
import { hostAndPort } from "../../net/addresses.ts";
import { openThread, type StartThread, startWorker, type Thread, type ThreadPlan } from "../../net/thread.ts";
import { createLogCounts, type LogTarget, receiveLog } from "../../server/engines/log_pipe.ts";
import { type Distant, distant } from "../../server/engines/rpc.ts";
import type { ThreadedServer } from "../../server/engines/threaded_server.ts";
import type { LogLevel } from "../../server/engines/settings.ts";
import { WEB_CLOSE_PATIENCE_MS, WEB_RESTART_MAX_MS, WEB_RESTART_MIN_MS } from "../limits.ts";
import { FailedError } from "../options/errors.ts";

const log = getLogger(["mjpegrtsp", "http"]);

/** What is answered, and from where it comes. */
export interface WebStart {
  /** Address and TCP port for HTTP. */
  readonly hostname: string;
  readonly port: number;
  /** Origins whose pages may show streams. */
  readonly allowedOrigins: readonly string[];
  /** Where this server's RTSP port is reached from this machine, and whether it listens at all addresses. */
  readonly rtsp: { readonly hostname: string; readonly port: number; readonly isEverywhere: boolean };
}

/** What the main thread asks of the thread that answers HTTP. */
export interface WebApi {
  /** Answers from now on. `overview` is where the server tells of itself. Rejects where the port cannot be listened on. */
  open(start: WebStart, overview: MessagePort, log: LogTarget): void;
  /** Ends all sessions and connections. */
  close(): Promise<void>;
  /** Resolves with why it cannot go on, once it cannot. */
  failure(): Promise<string>;
  /** Fails, for tests. */
  crash(): void;
}

/** Constructor options of {@linkcode Web.open}. */
export interface WebOptions extends WebStart {
  /** The server that is shown. */
  readonly server: Pick<ThreadedServer, "observe" | "startThread">;
  /** What of its log is written. */
  readonly logLevel: LogLevel;
  /** Told how many log records are missing. */
  readonly onLogDropped: (count: number) => void;
}

/** A thread that answers. */
interface Running {
  readonly thread: Thread;
  readonly api: Distant<WebApi>;
  readonly logPort: MessagePort;
}

/** Answers HTTP until {@linkcode close}. */
export class Web {
  readonly #options: WebOptions;
  readonly #plan: ThreadPlan;
  #running: Running | undefined;
  #restart: ReturnType<typeof setTimeout> | undefined;
  #closing: Promise<void> | undefined;

  private constructor(options: WebOptions) {
    this.#options = options;
    const net = [hostAndPort(options), hostAndPort(options.rtsp)];
    const permissions = {
      net,
      read: false,
      write: false,
      env: false,
      run: false,
      sys: false,
      ffi: false,
      import: false,
    };
    this.#plan = { module: new URL("./web_worker.ts", import.meta.url).href, name: "http", permissions };
  }

  /** Starts the thread. Rejects with a `FailedError` where the port cannot be listened on. */
  static async open(options: WebOptions): Promise<Web> {
    const web = new Web(options);
    try {
      await web.#start(startWorker);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const { hostname, port } = options;
      throw new FailedError(
        `Cannot answer HTTP at ${hostname}, port ${port}: ${reason}; choose another port: --http PORT`,
      );
    }
    return web;
  }

  /** Ends all; once, however often it is called. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  /** Has the thread fail, for tests. */
  crash(): void {
    this.#running?.api.crash();
  }

  async #start(startThread: StartThread): Promise<void> {
    const { server, logLevel: level, onLogDropped, hostname, port, allowedOrigins, rtsp } = this.#options;
    const failed = Promise.withResolvers<never>();
    failed.promise.catch(() => {/* whoever starts it is told, or it was started before */});
    const fail = (reason: string) => {
      failed.reject(new Error(reason));
      if (this.#running?.thread === thread) this.#lose(reason);
    };
    const thread = openThread(startThread, this.#plan, fail);
    const api = distant<WebApi>(thread.port);
    api.failure().then(fail);
    const { port1: logPort, port2 } = new MessageChannel();
    const counts = createLogCounts();
    receiveLog(logPort, counts, onLogDropped);
    const overview = server.observe();
    try {
      const opening = api.open(
        { hostname, port, allowedOrigins, rtsp },
        transfer(overview, [overview]),
        transfer({ port: port2, counts, level }, [port2]),
      );
      await Promise.race([opening, failed.promise]);
    } catch (error) {
      thread.terminate();
      logPort.close();
      throw error;
    }
    this.#running = { thread, api, logPort };
  }

  /** The thread has failed. */
  #lose(reason: string): void {
    this.#stop();
    if (this.#closing !== undefined) return;
    log.error("HTTP has failed, and is started again: {reason}", { reason });
    this.#startAgain(WEB_RESTART_MIN_MS);
  }

  /** Starts another thread after a while, and again if need be. The server does: this thread has no rights any more. */
  #startAgain(delayMs: number): void {
    this.#restart = setTimeout(async () => {
      try {
        await this.#start(this.#options.server.startThread);
        if (this.#closing === undefined) log.info("HTTP is answered again");
        else this.#stop();
      } catch (error) {
        if (this.#closing !== undefined) return;
        const nextMs = Math.min(2 * delayMs, WEB_RESTART_MAX_MS);
        const reason = error instanceof Error ? error.message : String(error);
        log.error("HTTP cannot be started again: {reason}; trying again in {seconds} s", {
          reason,
          seconds: nextMs / 1000,
        });
        this.#startAgain(nextMs);
      }
    }, delayMs);
  }

  #stop(): void {
    this.#running?.thread.terminate();
    this.#running?.logPort.close();
    this.#running = undefined;
  }

  async #close(): Promise<void> {
    clearTimeout(this.#restart);
    try {
      if (this.#running !== undefined) await deadline(this.#running.api.close(), WEB_CLOSE_PATIENCE_MS);
    } catch (error) {
      log.info("HTTP does not end, and is stopped: {reason}", { reason: String(error) });
    }
    this.#stop();
  }
}
