/**
 * The reads of a connection. While its client has to wait, some of what it sends is read ahead: nothing else tells that it has left.
 *
 * @module
 */

import { MAX_READ_AHEAD_BYTES } from "../limits.ts";

const READ_BYTES = 4096;

/** Reads from one connection. */
export class ReadAhead {
  readonly #conn: Pick<Deno.Conn, "read">;
  readonly #buffer = new Uint8Array(READ_BYTES);
  /** What was read and not taken. */
  readonly #chunks: Uint8Array[] = [];
  #aheadBytes = 0;
  /** A read that has not ended, or whose outcome nobody has taken. */
  #reading: Promise<Uint8Array | null> | undefined;
  #hasEnded = false;

  /** `conn` stays the caller's, who closes it. */
  constructor(conn: Pick<Deno.Conn, "read">) {
    this.#conn = conn;
  }

  /** The next bytes, which hold until the next call; `null` at the end. Rejects with the connection's error. */
  async read(): Promise<Uint8Array | null> {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#aheadBytes -= chunk.length;
      return chunk;
    }
    const reading = this.#reading ?? this.#start();
    if (!this.#hasEnded) this.#reading = undefined;
    return await reading;
  }

  /**
   * Reads ahead until `isOver` resolves. Returns before that where the connection has ended (`ended`), or where
   * {@linkcode MAX_READ_AHEAD_BYTES} have been read (`full`).
   */
  async watch(isOver: Promise<void>): Promise<"over" | "ended" | "full"> {
    const over = isOver.then(() => "over" as const);
    while (!this.#hasEnded) {
      if (this.#aheadBytes >= MAX_READ_AHEAD_BYTES) return "full";
      const read = (this.#reading ??= this.#start()).catch(() => null);
      const first = await Promise.race([over, read]);
      if (first === "over") return first;
      if (first === null) this.#hasEnded = true;
      else this.#keep(first);
    }
    return "ended";
  }

  #keep(bytes: Uint8Array): void {
    this.#chunks.push(bytes.slice());
    this.#aheadBytes += bytes.length;
    this.#reading = undefined;
  }

  async #start(): Promise<Uint8Array | null> {
    const room = Math.min(READ_BYTES, MAX_READ_AHEAD_BYTES - this.#aheadBytes);
    const count = await this.#conn.read(this.#buffer.subarray(0, room));
    return count === null ? null : this.#buffer.subarray(0, count);
  }
}
