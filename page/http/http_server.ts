/**
 * An HTTP/1.1 server for a few local viewers: accepts connections, and closes old ones that nobody watches over when there are too
 * many.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { CLOSE_PATIENCE_MS, MAX_PAGE_CONNECTIONS } from "../limits.ts";
import { type Answer, HttpConnection } from "./http_connection.ts";

const log = getLogger(["mjpegrtsp", "page"]);

/** Time before the next try where the system has no room for a connection, in milliseconds. */
const ACCEPT_PAUSE_MS = 100;

/** Listens from its construction until it is closed. */
export class HttpServer {
  readonly #listener: Deno.TcpListener;
  readonly #answer: Answer;
  /** In the order of their arrival. */
  readonly #connections = new Map<HttpConnection, Promise<void>>();
  readonly #accepting: Promise<void>;
  #isClosed = false;

  /** Throws where the port cannot be listened on. */
  constructor(address: { readonly hostname: string; readonly port: number }, answer: Answer) {
    this.#answer = answer;
    this.#listener = Deno.listen({ transport: "tcp", ...address });
    this.#accepting = this.#acceptAll();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** Tells the pages why, and closes all connections. Resolves when nothing of them is left. */
  async close(reason: string): Promise<void> {
    if (!this.#isClosed) this.#listener.close();
    this.#isClosed = true;
    const connections = [...this.#connections.keys()];
    const told = Promise.all(connections.map((connection) => connection.sayGoodbye(reason)));
    let timer;
    const patience = new Promise((resolve) => timer = setTimeout(resolve, CLOSE_PATIENCE_MS));
    await Promise.race([told, patience]);
    clearTimeout(timer);
    for (const connection of connections) connection.close();
    await Promise.all([this.#accepting, ...this.#connections.values()]);
  }

  async #acceptAll(): Promise<void> {
    while (!this.#isClosed) {
      try {
        this.#serve(await this.#listener.accept());
      } catch (error) {
        if (this.#isClosed) return;
        // A connection that ended before it was accepted is no reason to wait.
        if (error instanceof Deno.errors.ConnectionAborted || error instanceof Deno.errors.ConnectionReset) continue;
        log.warn("the page cannot accept a connection: {reason}", { reason: String(error) });
        this.#makeRoom();
        await new Promise((resolve) => setTimeout(resolve, ACCEPT_PAUSE_MS));
      }
    }
  }

  #serve(conn: Deno.TcpConn): void {
    if (this.#connections.size >= MAX_PAGE_CONNECTIONS) this.#makeRoom();
    const connection = new HttpConnection(conn, this.#answer);
    this.#connections.set(connection, connection.run().finally(() => this.#connections.delete(connection)));
  }

  /** Closes the oldest connection that nobody watches over. */
  #makeRoom(): void {
    for (const connection of this.#connections.keys()) {
      if (connection.isWatched || connection.isClosed) continue;
      connection.close();
      return;
    }
  }
}
