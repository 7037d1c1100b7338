/**
 * Writes replies and packets to one connection, each whole and in order, and reports a client that takes nothing for too long.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import { PACKET_BACKLOG_BYTES, WRITE_TIMEOUT_MS } from "../limits.ts";

/** Where interleaved packets are written. */
export interface PacketWriter {
  /** Whether a frame may be written: fewer packet bytes wait than the limit. */
  readonly isReady: boolean;
  /** Queues packets. The bytes are the caller's again once this has resolved. Never rejects. */
  writePackets(bytes: Uint8Array): Promise<void>;
}

/** Constructor options of {@linkcode WriteQueue}. */
export interface WriteQueueOptions {
  readonly conn: Pick<Deno.Conn, "write">;
  readonly clock: Clock;
  /** The client has taken nothing for {@linkcode WRITE_TIMEOUT_MS}. */
  readonly onStalled: () => void;
  /** Writing packets has failed. */
  readonly onError: (error: unknown) => void;
}

/** Writes to a connection in the order of the calls. */
export class WriteQueue implements PacketWriter {
  readonly #options: WriteQueueOptions;
  #lastWrite: Promise<void> = Promise.resolve();
  #pendingWrites = 0;
  #packetBytes = 0;
  #cancelTimeout: (() => void) | undefined;
  #isClosed = false;

  constructor(options: WriteQueueOptions) {
    this.#options = options;
  }

  get isReady(): boolean {
    return !this.#isClosed && this.#packetBytes < PACKET_BACKLOG_BYTES;
  }

  /** Writes all bytes, behind those of earlier calls. Rejects if that fails. */
  write(bytes: Uint8Array): Promise<void> {
    const isIdle = ++this.#pendingWrites === 1;
    if (!isIdle) this.#watch();
    // A failed write rejects for its own caller only; the next one is tried.
    const write = () => this.#writeNow(bytes);
    return this.#lastWrite = isIdle ? write() : this.#lastWrite.then(write, write);
  }

  writePackets(bytes: Uint8Array): Promise<void> {
    this.#packetBytes += bytes.length;
    const done = () => void (this.#packetBytes -= bytes.length);
    return this.write(bytes).then(done, (error) => {
      done();
      this.#options.onError(error);
    });
  }

  /** Starts the timeout if a write is pending: a connection that ends must not wait for ever. */
  watchPending(): void {
    if (this.#pendingWrites > 0) this.#watch();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelTimeout?.();
  }

  async #writeNow(bytes: Uint8Array): Promise<void> {
    const { conn } = this.#options;
    try {
      for (let count = 0; count < bytes.length;) {
        count += await conn.write(count === 0 ? bytes : bytes.subarray(count));
        // The client has taken something.
        this.#cancelTimeout?.();
        this.#cancelTimeout = undefined;
        if (count < bytes.length || this.#pendingWrites > 1) this.#watch();
      }
    } finally {
      this.#pendingWrites--;
    }
  }

  #watch(): void {
    if (this.#isClosed) return;
    const { clock, onStalled } = this.#options;
    this.#cancelTimeout ??= clock.after(WRITE_TIMEOUT_MS, onStalled);
  }
}
