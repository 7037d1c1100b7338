/**
 * Accepts TCP connections, whatever happens to one of them: what goes wrong with one delays no other one, and where the system gives
 * no more descriptors, whoever does nothing may give way.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import { isOfOneConnection, isOutOfDescriptors } from "./socket_errors.ts";

/** How long to wait before the next try where nothing can be accepted, in milliseconds. */
export const ACCEPT_PAUSE_MS = 100;

/** Constructor options of {@linkcode Acceptor}. */
export interface AcceptorOptions {
  /** Times the pauses. */
  readonly clock: Clock;
  /** Takes a connection, from now on its own; one for which it throws is closed. */
  readonly onConnection: (conn: Deno.TcpConn) => void;
  /** The system gives no more descriptors: closes what can be spared, and returns whether there was anything. */
  readonly makeRoom: () => boolean | Promise<boolean>;
  /** Nothing can be accepted, for whatever reason; there will be other tries. Called once, until one succeeds. */
  readonly onFailure: (error: unknown) => void;
  /** A connection was over before it was taken. */
  readonly onLost?: (error: unknown) => void;
}

/** Accepts what comes to a listener, which is its own. */
export class Acceptor {
  readonly #listener: Deno.TcpListener;
  readonly #options: AcceptorOptions;
  #isClosed = false;
  #hasFailed = false;
  #endPause: (() => void) | undefined;

  constructor(listener: Deno.TcpListener, options: AcceptorOptions) {
    this.#listener = listener;
    this.#options = options;
  }

  /** Accepts until {@linkcode Acceptor.close} is called. Never rejects. */
  async run(): Promise<void> {
    while (!this.#isClosed) {
      let conn: Deno.TcpConn | undefined;
      try {
        conn = await this.#listener.accept();
        this.#options.onConnection(conn);
        this.#hasFailed = false;
      } catch (error) {
        if (conn !== undefined) closeQuietly(conn);
        if (!this.#isClosed) await this.#recover(error);
      }
    }
  }

  /** Accepts nothing more. Connections stay open. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#listener.close();
    this.#endPause?.();
  }

  async #recover(error: unknown): Promise<void> {
    const { makeRoom, onFailure, onLost } = this.#options;
    if (isOfOneConnection(error)) return onLost?.(error);
    if (isOutOfDescriptors(error) && await makeRoom()) return;
    if (!this.#hasFailed) onFailure(error);
    this.#hasFailed = true;
    await this.#pause();
  }

  async #pause(): Promise<void> {
    const isOver = Promise.withResolvers<void>();
    this.#endPause = isOver.resolve;
    const cancel = this.#options.clock.after(ACCEPT_PAUSE_MS, isOver.resolve);
    await isOver.promise;
    cancel();
  }
}

function closeQuietly(conn: Deno.TcpConn): void {
  try {
    conn.close();
  } catch {
    // Whoever took it has closed it.
  }
}
