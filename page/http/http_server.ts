/**
 * An HTTP/1.1 server for a few local viewers: accepts connections, and closes old ones that nobody watches over when there are too
 * many.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { Acceptor } from "../../net/acceptor.ts";
import type { Clock } from "../../net/clock.ts";
import { systemClock } from "../../net/system_clock.ts";
import { CLOSE_PATIENCE_MS, MAX_PAGE_CONNECTIONS } from "../limits.ts";
import { type Answer, HttpConnection } from "./http_connection.ts";

const log = getLogger(["mjpegrtsp", "page"]);

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
  readonly #acceptor: Acceptor;
  readonly #answer: Answer;
  readonly #clock: Clock;
  /** In the order of their arrival. */
  readonly #connections = new Map<HttpConnection, Promise<void>>();
  #accepting: Promise<void> | undefined;

  /** Throws where the port cannot be listened on. */
  constructor({ hostname, port, answer, clock = systemClock }: HttpServerOptions) {
    this.#answer = answer;
    this.#clock = clock;
    this.#listener = Deno.listen({ transport: "tcp", hostname, port });
    this.#acceptor = new Acceptor(this.#listener, {
      clock,
      onConnection: (conn) => this.#serve(conn),
      makeRoom: () => this.#makeRoom(),
      onFailure: (error) => log.warn("the page cannot accept a connection: {reason}", { reason: String(error) }),
    });
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** Accepts connections from now on. */
  start(): void {
    this.#accepting ??= this.#acceptor.run();
  }

  /** Tells the pages why, and closes all connections. Resolves when nothing of them is left. */
  async close(reason: string): Promise<void> {
    this.#acceptor.close();
    const connections = [...this.#connections.keys()];
    const patience = Promise.withResolvers<void>();
    const cancelPatience = this.#clock.after(CLOSE_PATIENCE_MS, () => patience.resolve());
    await Promise.race([patience.promise, Promise.all(connections.map((connection) => connection.sayGoodbye(reason)))]);
    cancelPatience();
    for (const connection of connections) connection.close();
    await Promise.all([this.#accepting, ...this.#connections.values()]);
  }

  #serve(conn: Deno.TcpConn): void {
    if (this.#connections.size >= MAX_PAGE_CONNECTIONS) this.#makeRoom();
    const connection = new HttpConnection(conn, this.#answer);
    this.#connections.set(connection, connection.run().finally(() => this.#connections.delete(connection)));
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
