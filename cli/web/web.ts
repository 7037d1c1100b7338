/**
 * The thread that answers HTTP, as the main thread sees it.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";
import { getLogger } from "@logtape/logtape";
import { transfer } from "comlink";
import { hostAndPort } from "../../net/addresses.ts";
import { openThread, startWorker, type Thread } from "../../net/thread.ts";
import { createLogCounts, type LogTarget, receiveLog } from "../../server/engines/log_pipe.ts";
import { type Distant, distant } from "../../server/engines/rpc.ts";
import type { LogLevel } from "../../server/engines/settings.ts";
import { WEB_CLOSE_PATIENCE_MS } from "../limits.ts";
import { FailedError } from "../options/errors.ts";

const log = getLogger(["mjpegrtsp", "http"]);

/** The address that HTTP is answered at. */
export const WEB_HOST = "127.0.0.1";

/** What is answered, and from where it comes. */
export interface WebStart {
  /** TCP port for HTTP. */
  readonly port: number;
  /** Where this server's RTSP port is reached. */
  readonly rtsp: { readonly hostname: string; readonly port: number };
}

/** What the main thread asks of the thread that answers HTTP. */
export interface WebApi {
  /** Answers from now on. Rejects where the port cannot be listened on. */
  open(start: WebStart, log: LogTarget): void;
  /** Ends all sessions and connections. */
  close(): Promise<void>;
}

/** Constructor options of {@linkcode Web.open}. */
export interface WebOptions extends WebStart {
  /** What of its log is written. */
  readonly logLevel: LogLevel;
  /** Told how many log records are missing. */
  readonly onLogDropped: (count: number) => void;
}

/** Answers HTTP until {@linkcode close}. */
export class Web {
  readonly #thread: Thread;
  readonly #api: Distant<WebApi>;
  readonly #logPort: MessagePort;
  #closing: Promise<void> | undefined;

  private constructor({ thread, api, logPort }: {
    readonly thread: Thread;
    readonly api: Distant<WebApi>;
    readonly logPort: MessagePort;
  }) {
    this.#thread = thread;
    this.#api = api;
    this.#logPort = logPort;
  }

  /** Starts the thread. Rejects with a `FailedError` where the port cannot be listened on. */
  static async open({ port, rtsp, logLevel, onLogDropped }: WebOptions): Promise<Web> {
    const failed = Promise.withResolvers<never>();
    failed.promise.catch(() => {/* the log has told */});
    const net = [hostAndPort({ hostname: WEB_HOST, port }), hostAndPort(rtsp)];
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
    const module = new URL("./web_worker.ts", import.meta.url).href;
    const thread = openThread(startWorker, { module, name: "http", permissions }, (reason) => {
      log.error("HTTP has failed: {reason}", { reason });
      failed.reject(new Error(reason));
    });
    const api = distant<WebApi>(thread.port);
    const { port1: logPort, port2 } = new MessageChannel();
    const counts = createLogCounts();
    receiveLog(logPort, counts, onLogDropped);
    try {
      const opening = api.open({ port, rtsp }, transfer({ port: port2, counts, level: logLevel }, [port2]));
      await Promise.race([opening, failed.promise]);
    } catch (error) {
      thread.terminate();
      logPort.close();
      const reason = error instanceof Error ? error.message : String(error);
      throw new FailedError(`Cannot answer HTTP at port ${port}: ${reason}; choose another port: --http PORT`);
    }
    return new Web({ thread, api, logPort });
  }

  /** Ends all; once, however often it is called. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    try {
      await deadline(this.#api.close(), WEB_CLOSE_PATIENCE_MS);
    } catch (error) {
      log.info("HTTP does not end, and is stopped: {reason}", { reason: String(error) });
    }
    this.#thread.terminate();
    this.#logPort.close();
  }
}
