/**
 * What is written to one connection: replies and frames one after the other, each of them whole, and a client that takes nothing for
 * too long is given up.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import { MEDIA_BACKLOG_BYTES, WRITE_TIMEOUT_MS } from "../limits.ts";

/** The part of a connection that interleaved packets are written to. */
export interface PacketWriter {
  /** Whether a frame may be written: what is waiting is below its limit. */
  readonly isReady: boolean;
  /** Queues packets behind whatever is being written; they are the caller's again once this has resolved. Never rejects. */
  writePackets(bytes: Uint8Array): Promise<void>;
}

/** Constructor options of {@linkcode WriteQueue}. */
export interface WriteQueueOptions {
  /** Where the bytes go. */
  readonly conn: Pick<Deno.Conn, "write">;
  readonly clock: Clock;
  /** The client has taken nothing for {@linkcode WRITE_TIMEOUT_MS}. */
  readonly onStalled: () => void;
  /** Packets cannot be written any more. */
  readonly onError: (error: unknown) => void;
}

/** Writes in the order of the calls. */
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
    return !this.#isClosed && this.#packetBytes < MEDIA_BACKLOG_BYTES;
  }

  /** Writes all bytes once what came before is written. Rejects where they cannot be written. */
  write(bytes: Uint8Array): Promise<void> {
    const isIdle = ++this.#pendingWrites === 1;
    if (!isIdle) this.#watch();
    // A write that fails rejects for its own caller; the next one fails by itself.
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

  /** Times what is being written, if anything is: a connection that ends must not wait for ever. */
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
