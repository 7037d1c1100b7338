/**
 * Small pieces of a file, in the order of the file: a read brings what lies behind a piece as well, as long as the pieces are close
 * together.
 *
 * @module
 */

import type { RandomAccess } from "../container.ts";

/** What is read at once where the pieces are close together. */
const WINDOW_BYTES = 64 * 1024;
/** Pieces farther apart than this are read alone. */
const CLOSE_BYTES = 16 * 1024;

/** Gives pieces of a file. */
export class FileWindow {
  readonly #file: RandomAccess;
  #start = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  #lastOffset = 0;

  constructor(file: RandomAccess) {
    this.#file = file;
  }

  /** Bytes of the file. */
  get lengthBytes(): number {
    return this.#file.lengthBytes;
  }

  /** Up to `lengthBytes` bytes at `offset`, fewer at the end of the file; at once where they are there. They hold until the next call. */
  read(offset: number, lengthBytes: number): Uint8Array | Promise<Uint8Array> {
    const end = Math.max(offset, Math.min(offset + lengthBytes, this.#file.lengthBytes));
    const isClose = offset - this.#lastOffset < CLOSE_BYTES;
    this.#lastOffset = offset;
    if (end === offset) return new Uint8Array(0);
    if (offset >= this.#start && end <= this.#start + this.#bytes.length) {
      return this.#bytes.subarray(offset - this.#start, end - this.#start);
    }
    const wanted = isClose ? Math.max(lengthBytes, WINDOW_BYTES) : lengthBytes;
    return this.#fill(offset, Math.min(wanted, this.#file.lengthBytes - offset), end - offset);
  }

  async #fill(offset: number, lengthBytes: number, wantedBytes: number): Promise<Uint8Array> {
    // Somebody else may read the file before the next piece is wanted.
    this.#bytes = (await this.#file.read(offset, lengthBytes)).slice();
    this.#start = offset;
    return this.#bytes.subarray(0, wantedBytes);
  }
}
