/**
 * The thread that relays streams of other servers, as the main thread sees it.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";
import { getLogger } from "@logtape/logtape";
import { transfer } from "comlink";
import { openThread, startWorker, type Thread, type ThreadPlan } from "../../net/thread.ts";
import type { LivePipe } from "../../server/source/live_pipe.ts";
import { createLogCounts, type LogTarget, receiveLog } from "../../server/engines/log_pipe.ts";
import { type Distant, distant } from "../../server/engines/rpc.ts";
import type { LogLevel } from "../../server/engines/settings.ts";
import { RELAY_CLOSE_PATIENCE_MS } from "../limits.ts";
import type { Pull } from "../options/pull_option.ts";

const log = getLogger(["mjpegrtsp", "relay"]);

/** Which streams are relayed, and when. */
export interface RelayStart {
  readonly pulls: readonly Pull[];
  /** Whether they are played even while nobody watches. */
  readonly isAlwaysOn: boolean;
  /** How often cameras are asked for snapshots, a second. */
  readonly snapshotFps: number;
}

/** What the main thread asks of the thread that relays. */
export interface RelayApi {
  /** Relays streams from now on. Resolves with a pipe for each, which its frames come through. */
  open(start: RelayStart, log: LogTarget): LivePipe[];
  /** Ends all. */
  close(): Promise<void>;
}

/** Constructor options of {@linkcode Relays.open}. */
export interface RelaysOptions extends RelayStart {
  /** What of its log is written. */
  readonly logLevel: LogLevel;
  /** Told how many log records are missing. */
  readonly onLogDropped: (count: number) => void;
}

const PLAN: ThreadPlan = {
  module: new URL("./relay_worker.ts", import.meta.url).href,
  name: "relay",
  permissions: { net: true, read: false, write: false, env: false, run: false, sys: false, ffi: false, import: false },
};

/** Streams that are relayed until {@linkcode close}. */
export class Relays {
  /** What their frames come through, in the order of the pulls. */
  readonly pipes: readonly LivePipe[];
  readonly #thread: Thread;
  readonly #api: Distant<RelayApi>;
  readonly #logPort: MessagePort;

  private constructor(
    { pipes, thread, api, logPort }: {
      readonly pipes: readonly LivePipe[];
      readonly thread: Thread;
      readonly api: Distant<RelayApi>;
      readonly logPort: MessagePort;
    },
  ) {
    this.pipes = pipes;
    this.#thread = thread;
    this.#api = api;
    this.#logPort = logPort;
  }

  /** Starts the thread. */
  static async open({ logLevel, onLogDropped, ...start }: RelaysOptions): Promise<Relays> {
    const failed = Promise.withResolvers<never>();
    const thread = openThread(startWorker, PLAN, (reason) => {
      log.error("The relay has failed: {reason}", { reason });
      failed.reject(new Error(`The relay has failed: ${reason}`));
    });
    failed.promise.catch(() => {/* the log has told */});
    const api = distant<RelayApi>(thread.port);
    const { port1: logPort, port2: port } = new MessageChannel();
    const counts = createLogCounts();
    receiveLog(logPort, counts, onLogDropped);
    const opening = api.open(start, transfer({ port, counts, level: logLevel }, [port]));
    const pipes = await Promise.race([opening, failed.promise]);
    return new Relays({ pipes, thread, api, logPort });
  }

  /** Ends all, at their servers as well. */
  async close(): Promise<void> {
    try {
      await deadline(this.#api.close(), RELAY_CLOSE_PATIENCE_MS);
    } catch (error) {
      log.info("the relay does not end, and is stopped: {reason}", { reason: String(error) });
    }
    this.#thread.terminate();
    this.#logPort.close();
  }
}
