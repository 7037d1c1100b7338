/**
 * The server that `play` starts for files of this machine: RTSP over the loopback, in threads that may read these files and nothing else.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import denoConfig from "../../deno.json" with { type: "json" };
import { type Target, urlOf, type UrlTarget } from "../../client/session/target.ts";
import { distant } from "../../server/engines/rpc.ts";
import type { LogLevel } from "../../server/engines/settings.ts";
import { ThreadedServer } from "../../server/engines/threaded_server.ts";
import type { Overview } from "../../server/observation/overview.ts";
import { ChosenMovies } from "../../server/source/served/chosen_movies.ts";
import { LOCAL_REPLY_TIMEOUT_MS } from "../limits.ts";
import { FailedError } from "../options/errors.ts";
import type { LocalMovies } from "./local_movies.ts";

const log = getLogger(["mjpegrtsp", "play"]);

const HOST = "127.0.0.1";
/** What the player says where the server has the file and cannot use it. */
const UNUSABLE = /^The server refused .*: 415 /;

/** How to serve. */
export interface LocalServerOptions {
  readonly files: LocalMovies;
  /** Frames a second of movies that have no times of their own. */
  readonly frameRate: number;
  /** UDP port to receive on; `undefined` for any. */
  readonly rtpPort: number | undefined;
  readonly logLevel: LogLevel;
  /** Told how many log records are missing. */
  readonly onLogDropped: (count: number) => void;
}

/** Options of `play` that say how packets travel. */
export interface PathOptions<Transport extends string> {
  readonly transport: Transport;
  readonly "rtp-port": number | undefined;
  /** In seconds. */
  readonly timeout: number;
}

/**
 * What differs where a player plays from this server: over TCP nothing is lost, unless its user wants UDP; and a large file is indexed
 * before the first answer.
 */
export function howToPlayFiles<Transport extends string>(
  { transport, "rtp-port": rtpPort, timeout }: PathOptions<Transport>,
): { readonly transport: Transport | "tcp"; readonly replyTimeoutMs: number } {
  return {
    transport: transport === "auto" && rtpPort === undefined ? "tcp" : transport,
    replyTimeoutMs: Math.max(timeout * 1000, LOCAL_REPLY_TIMEOUT_MS),
  };
}

/** A movie that is served. */
interface ServedFile {
  readonly name: string;
  readonly realPath: string;
  readonly target: UrlTarget;
}

/** Serves until {@linkcode close}. */
export class LocalServer {
  readonly #server: ThreadedServer;
  readonly #namesOf: LocalMovies["namesOf"];
  readonly #served: readonly ServedFile[];

  private constructor(server: ThreadedServer, { files: { movies, namesOf }, rtpPort }: LocalServerOptions) {
    this.#server = server;
    this.#namesOf = namesOf;
    const { port } = server.address;
    this.#served = movies.map(({ name, realPath }) => {
      const url = urlOf({ hostname: HOST, port, file: name, rtpPort: 0, dialect: "auto" });
      return { name, realPath, target: { url, rtpPort } };
    });
  }

  /** Starts the threads, which this one must have the rights for. */
  static async start(options: LocalServerOptions): Promise<LocalServer> {
    const { files: { movies }, frameRate, logLevel, onLogDropped } = options;
    const server = await ThreadedServer.start({
      threads: 1,
      // What its one client does, and what goes over the wire, is in the player's own log.
      logLevel: logLevel === "debug" ? "info" : logLevel === "info" ? "warning" : logLevel,
      onLogDropped,
      root: new ChosenMovies(movies),
      hostname: HOST,
      port: 0,
      frameRate,
      loop: false,
      // Whoever plays a file wants to see it.
      reencode: true,
      fragmentBytes: undefined,
      emulation: undefined,
      tool: `mjpegrtsp/${denoConfig.version}`,
    });
    const local = new LocalServer(server, options);
    const [{ name, target: { url } }, ...others] = local.#served;
    if (others.length === 0) log.info("serving {name} to this player at {url}", { name, url: url.href });
    else {
      log.info("serving {count} movies to this player at {url}", {
        count: movies.length,
        url: `rtsp://${HOST}:${server.address.port}/`,
      });
    }
    return local;
  }

  /** What to play for a path of the command line, in order. Throws where it is none of them. */
  targetsOf(path: string): readonly UrlTarget[] {
    const names = this.#namesOf.get(path);
    if (names === undefined) throw new RangeError(`Cannot play ${path}: it is not served`);
    return names.map((name) => this.#served.find((one) => one.name === name)!.target);
  }

  /** The real path of the movie that is played; `undefined` where it is a stream of another server. */
  pathOf(target: Target): string | undefined {
    return this.#fileOf(target)?.realPath;
  }

  /** The error with what is wrong with the file, where that is why playing it has failed; else the same error. */
  async explain(error: unknown, target: Target): Promise<unknown> {
    const file = this.#fileOf(target);
    if (file === undefined || !(error instanceof FailedError && UNUSABLE.test(error.message))) return error;
    const port = this.#server.observe();
    const { problem } = await distant<Overview>(port).describeStream(file.name);
    port.close();
    // Where nothing is wrong with the file as such, the log tells which of its frames cannot be sent.
    return problem === undefined ? error : new FailedError(`Cannot play ${file.realPath}: ${problem}`);
  }

  /** Ends all sessions and threads. */
  close(): Promise<void> {
    return this.#server.close();
  }

  #fileOf(target: Target): ServedFile | undefined {
    return this.#served.find((one) => one.target === target);
  }
}
