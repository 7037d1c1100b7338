/**
 * Where a frame's bytes wait for one another. They are copied out of their packets, so that what a peer makes us hold is
 * what is counted: a view would keep its whole datagram, with all that stands around the data.
 *
 * @module
 */

const FIRST_CAPACITY_BYTES = 64 * 1024;

/** Bytes in a row, up to a limit. Its room is used again for the next frame. */
export class FrameBuffer {
  readonly #maxBytes: number;
  #room = new Uint8Array(0);
  #lengthBytes = 0;

  /** Empty; never holds more than `maxBytes`. */
  constructor({ maxBytes }: { readonly maxBytes: number }) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes held. */
  get lengthBytes(): number {
    return this.#lengthBytes;
  }

  /** What is held, as a view that holds until the next call of another method. */
  get bytes(): Uint8Array {
    return this.#room.subarray(0, this.#lengthBytes);
  }

  /** Copies `bytes` behind what is there; returns false, and takes nothing, where the limit would be exceeded. */
  append(bytes: Uint8Array): boolean {
    const needed = this.#lengthBytes + bytes.length;
    if (needed > this.#maxBytes) return false;
    if (needed > this.#room.length) this.#grow(needed);
    this.#room.set(bytes, this.#lengthBytes);
    this.#lengthBytes = needed;
    return true;
  }

  /** Forgets what is held. */
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
