/**
 * Holds the bytes of a frame until it is whole. They are copied out of their packets, so that the bytes counted are the bytes held:
 * a view would keep its whole datagram.
 *
 * @module
 */

import { equals } from "@std/bytes";

const FIRST_CAPACITY_BYTES = 64 * 1024;

/** Bytes in a row, up to a limit. Its memory is used again for the next frame. */
export class FrameBuffer {
  readonly #maxBytes: number;
  #memory = new Uint8Array(0);
  #lengthBytes = 0;

  constructor({ maxBytes }: { readonly maxBytes: number }) {
    this.#maxBytes = maxBytes;
  }

  get lengthBytes(): number {
    return this.#lengthBytes;
  }

  /** The bytes held, as a view that holds until another method is called. */
  get bytes(): Uint8Array {
    return this.#memory.subarray(0, this.#lengthBytes);
  }

  /** Whether `bytes` are what was appended last. */
  endsWith(bytes: Uint8Array): boolean {
    return bytes.length <= this.#lengthBytes && equals(this.bytes.subarray(this.#lengthBytes - bytes.length), bytes);
  }

  /** Appends a copy of `bytes`. Returns false, and appends nothing, where the limit would be exceeded. */
  append(bytes: Uint8Array): boolean {
    const needed = this.#lengthBytes + bytes.length;
    if (needed > this.#maxBytes) return false;
    if (needed > this.#memory.length) this.#grow(needed);
    this.#memory.set(bytes, this.#lengthBytes);
    this.#lengthBytes = needed;
    return true;
  }

  clear(): void {
    this.#lengthBytes = 0;
  }

  #grow(needed: number): void {
    const capacity = Math.min(this.#maxBytes, Math.max(needed, 2 * this.#memory.length, FIRST_CAPACITY_BYTES));
    const larger = new Uint8Array(capacity);
    larger.set(this.bytes);
    this.#memory = larger;
  }
}
