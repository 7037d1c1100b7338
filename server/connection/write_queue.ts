/**
 * Writes replies and packets to one connection, each whole and in order, and reports a client that takes nothing for too long.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import { PACKET_BACKLOG_BYTES, WRITE_TIMEOUT_MS } from "../limits.ts";

/** Packets that are written piece by piece, so that no more than a piece has to be made before the client takes it. */
export interface PacketPieces {
  /** Bytes of all pieces. */
  readonly lengthBytes: number;
  /** They have to wait: what was queued before is written first. */
  hold(): void;
  /** The next piece, whole packets, which holds until the next call; `undefined` when there are no more. */
  next(): Uint8Array | undefined;
  /** All have been written, or none will be any more. */
  close(): void;
}

/** Bytes that are there already, as one piece. */
export function onePiece(bytes: Uint8Array): PacketPieces {
  let next: Uint8Array | undefined = bytes;
  return {
    lengthBytes: bytes.length,
    hold() {},
    next() {
      const piece = next;
      next = undefined;
      return piece;
    },
    close() {},
  };
}

/** Where interleaved packets are written. */
export interface PacketWriter {
  /** Whether a frame may be written: fewer packet bytes wait than the limit. */
  readonly isReady: boolean;
  /** Queues packets. */
  writePackets(pieces: PacketPieces): void;
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
    const isIdle = this.#isIdle();
    const write = () => this.#writeReply(bytes);
    // A failed write rejects for its own caller only; the next one is tried.
    return this.#lastWrite = isIdle ? write() : this.#lastWrite.then(write, write);
  }

  writePackets(pieces: PacketPieces): void {
    const isIdle = this.#isIdle();
    this.#packetBytes += pieces.lengthBytes;
    // What is full gets no more writes, which would start the timeout.
    if (!this.isReady) this.#watch();
    if (!isIdle) pieces.hold();
    const write = () => this.#writePieces(pieces);
    this.#lastWrite = isIdle ? write() : this.#lastWrite.then(write, write);
  }

  /** Starts the timeout if a write is pending: a connection that ends must not wait for ever. */
  watchPending(): void {
    if (this.#pendingWrites > 0) this.#watch();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelTimeout?.();
  }

  /** Whether nothing was queued before the write that comes. */
  #isIdle(): boolean {
    const isIdle = ++this.#pendingWrites === 1;
    if (!isIdle) this.#watch();
    return isIdle;
  }

  async #writeReply(bytes: Uint8Array): Promise<void> {
    try {
      for (let count = 0; count < bytes.length;) {
        count += await this.#options.conn.write(count === 0 ? bytes : bytes.subarray(count));
        this.#noteProgress(count < bytes.length);
      }
    } finally {
      this.#pendingWrites--;
    }
  }

  /** Never rejects. */
  async #writePieces(pieces: PacketPieces): Promise<void> {
    try {
      let rest = pieces.next();
      while (rest !== undefined && !this.#isClosed) {
        const count = await this.#options.conn.write(rest);
        rest = count < rest.length ? rest.subarray(count) : pieces.next();
        this.#noteProgress(rest !== undefined);
      }
    } catch (error) {
      this.#options.onError(error);
    } finally {
      this.#pendingWrites--;
      this.#packetBytes -= pieces.lengthBytes;
      pieces.close();
    }
  }

  /** The client has taken something; more is to be written, or not. */
  #noteProgress(isMore: boolean): void {
    this.#cancelTimeout?.();
    this.#cancelTimeout = undefined;
    if (isMore || this.#pendingWrites > 1) this.#watch();
  }

  #watch(): void {
    if (this.#isClosed) return;
    const { clock, onStalled } = this.#options;
    this.#cancelTimeout ??= clock.after(WRITE_TIMEOUT_MS, onStalled);
  }
}
