/**
 * What an engine is told when it starts: data that can be sent to another thread.
 *
 * @module
 */

import type { ServerOptions } from "../server.ts";
import type { ServedPlace } from "../source/served/served.ts";

/** How to serve, as an engine is told. */
export interface EngineSettings
  extends Omit<ServerOptions, "root" | "live" | "clock" | "random" | "sharesPort" | "capture" | "commons"> {
  /** What is served. */
  readonly root: ServedPlace | undefined;
}

/** The part of log messages that is sent on: the rest is never made. */
export type LogLevel = "debug" | "info" | "warning" | "error";
