/**
 * A client's connection that tells what goes over it.
 *
 * @module
 */

import type { Side, TcpCapture } from "../../net/capture/tcp_capture.ts";
import { INTERLEAVED_MAGIC } from "../../net/interleaved.ts";

/** What a server needs of a connection. */
export type PlainConn = Pick<Deno.Conn, "read" | "write" | "closeWrite" | "close">;

/** Reads and writes as the connection does. */
export class CapturedConn implements PlainConn {
  readonly #conn: PlainConn;
  /** Its local end is the client, which has opened the connection. */
  readonly #capture: TcpCapture;
  /** Bytes that were told of when a write began that did not take them: whoever writes goes on with them. */
  #toldAhead = 0;
  /** The end that has begun to close it. */
  #first: Side | undefined;

  constructor(conn: PlainConn, capture: TcpCapture) {
    this.#conn = conn;
    this.#capture = capture;
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    const count = await this.#conn.read(buffer);
    // What waits to be answered is answered still.
    if (count === null) this.#first ??= "local";
    else this.#capture.sent(buffer.subarray(0, count));
    return count;
  }

  async write(bytes: Uint8Array): Promise<number> {
    const writing = this.#conn.write(bytes);
    // Told of now: once it has resolved, the answer to it may have been read.
    const untold = bytes.subarray(this.#toldAhead);
    if (untold.length > 0) this.#capture.received(untold, { hasText: untold[0] !== INTERLEAVED_MAGIC });
    this.#toldAhead = Math.max(this.#toldAhead, bytes.length);
    const count = await writing;
    this.#toldAhead -= count;
    return count;
  }

  async closeWrite(): Promise<void> {
    this.#first ??= "remote";
    await this.#conn.closeWrite();
  }

  close(): void {
    this.#capture.close(this.#first ?? "remote");
    this.#conn.close();
  }
}
