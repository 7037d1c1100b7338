/**
 * An HTTP/1.1 server for a few local viewers: accepts connections, and closes old ones that nobody watches over when there are too
 * many.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import { isOfOneConnection, isOutOfDescriptors } from "../../net/socket_errors.ts";
import { systemClock } from "../../net/system_clock.ts";
import { CLOSE_PATIENCE_MS, MAX_PAGE_CONNECTIONS } from "../limits.ts";
import { type Answer, HttpConnection } from "./http_connection.ts";

const log = getLogger(["mjpegrtsp", "page"]);

/** Time before the next try where the system has no room for a connection, in milliseconds. */
const ACCEPT_PAUSE_MS = 100;

/** Constructor options of {@linkcode HttpServer}. */
export interface HttpServerOptions {
  readonly hostname: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly answer: Answer;
  /** Times waits; default the system's. */
  readonly clock?: Clock;
}

/** Listens from its construction until it is closed. */
export class HttpServer {
  readonly #listener: Deno.TcpListener;
  readonly #answer: Answer;
  readonly #clock: Clock;
  /** In the order of their arrival. */
  readonly #connections = new Map<HttpConnection, Promise<void>>();
  #accepting: Promise<void> | undefined;
  #isClosed = false;

  /** Throws where the port cannot be listened on. */
  constructor({ hostname, port, answer, clock = systemClock }: HttpServerOptions) {
    this.#answer = answer;
    this.#clock = clock;
    this.#listener = Deno.listen({ transport: "tcp", hostname, port });
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** Accepts connections from now on. */
  start(): void {
    this.#accepting ??= this.#acceptAll();
  }

  /** Tells the pages why, and closes all connections. Resolves when nothing of them is left. */
  async close(reason: string): Promise<void> {
    if (!this.#isClosed) this.#listener.close();
    this.#isClosed = true;
    const connections = [...this.#connections.keys()];
    const patience = Promise.withResolvers<void>();
    const cancelPatience = this.#clock.after(CLOSE_PATIENCE_MS, () => patience.resolve());
    await Promise.race([patience.promise, Promise.all(connections.map((connection) => connection.sayGoodbye(reason)))]);
    cancelPatience();
    for (const connection of connections) connection.close();
    await Promise.all([this.#accepting, ...this.#connections.values()]);
  }

  async #acceptAll(): Promise<void> {
    while (!this.#isClosed) {
      try {
        this.#serve(await this.#listener.accept());
      } catch (error) {
        if (!this.#isClosed) await this.#recover(error);
      }
    }
  }

  #serve(conn: Deno.TcpConn): void {
    if (this.#connections.size >= MAX_PAGE_CONNECTIONS) this.#makeRoom();
    const connection = new HttpConnection(conn, this.#answer);
    this.#connections.set(connection, connection.run().finally(() => this.#connections.delete(connection)));
  }

  /** What went wrong with one connection delays no other one. */
  async #recover(error: unknown): Promise<void> {
    if (isOfOneConnection(error)) return;
    if (isOutOfDescriptors(error) && this.#makeRoom()) return;
    log.warn("the page cannot accept a connection: {reason}", { reason: String(error) });
    await new Promise<void>((resolve) => this.#clock.after(ACCEPT_PAUSE_MS, resolve));
  }

  /** Closes the oldest connection that nobody watches over; returns whether there was one. */
  #makeRoom(): boolean {
    for (const connection of this.#connections.keys()) {
      if (connection.isWatched || connection.isClosed) continue;
      connection.close();
      return true;
    }
    return false;
  }
}
