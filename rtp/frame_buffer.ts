/**
 * Collects the bytes of a frame. They are copied out of their packets, so the bytes counted are the bytes held: a view would keep
 * its whole datagram alive.
 *
 * @module
 */

const FIRST_CAPACITY_BYTES = 64 * 1024;

/** Bytes in a row, up to a limit. The memory is used again for the next frame. */
export class FrameBuffer {
  readonly #maxBytes: number;
  #room = new Uint8Array(0);
  #lengthBytes = 0;

  constructor({ maxBytes }: { readonly maxBytes: number }) {
    this.#maxBytes = maxBytes;
  }

  get lengthBytes(): number {
    return this.#lengthBytes;
  }

  /** The bytes as a view, valid until the next call of another method. */
  get bytes(): Uint8Array {
    return this.#room.subarray(0, this.#lengthBytes);
  }

  /** Appends a copy of `bytes`. Returns false and appends nothing where the limit would be exceeded. */
  append(bytes: Uint8Array): boolean {
    const needed = this.#lengthBytes + bytes.length;
    if (needed > this.#maxBytes) return false;
    if (needed > this.#room.length) this.#grow(needed);
    this.#room.set(bytes, this.#lengthBytes);
    this.#lengthBytes = needed;
    return true;
  }

  clear(): void {
    this.#lengthBytes = 0;
  }

  #grow(needed: number): void {
    const capacity = Math.min(this.#maxBytes, Math.max(needed, 2 * this.#room.length, FIRST_CAPACITY_BYTES));
    const larger = new Uint8Array(capacity);
    larger.set(this.bytes);
    this.#room = larger;
  }
}
