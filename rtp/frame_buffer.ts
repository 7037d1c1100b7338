/**
 * Holds the bytes of a frame until it is whole. They are copied out of their packets, so that the bytes counted are the bytes held:
 * a view would keep its whole datagram.
 *
 * @module
 */

import { equals } from "@std/bytes";

const FIRST_CAPACITY_BYTES = 64 * 1024;

/** Bytes in a row, up to a limit. A frame is copied once: it is handed on in the memory that it was put together in. */
export class FrameBuffer {
  readonly #maxBytes: number;
  #memory = new Uint8Array(0);
  #lengthBytes = 0;
  /** Bytes of our own among them, which do not count. */
  #ownBytes = 0;
  /** Length that the next frame is likely to have: that of the last, or of a larger one not long before. */
  #expectedBytes = 0;

  /** Takes at most `maxBytes` of a peer's. */
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
    if (needed - this.#ownBytes > this.#maxBytes) return false;
    if (needed > this.#memory.length) this.#grow(needed);
    this.#memory.set(bytes, this.#lengthBytes);
    this.#lengthBytes = needed;
    return true;
  }

  /** Appends bytes of our own. */
  appendOwn(bytes: Uint8Array): void {
    this.#ownBytes += bytes.length;
    this.append(bytes);
  }

  /** Replaces the first `count` bytes by bytes of our own, which count as those did. */
  replaceStart(count: number, bytes: Uint8Array): void {
    const needed = this.#lengthBytes - count + bytes.length;
    if (needed > this.#memory.length) this.#grow(needed);
    if (this.#lengthBytes > count) this.#memory.copyWithin(bytes.length, count, this.#lengthBytes);
    this.#memory.set(bytes);
    this.#lengthBytes = needed;
    this.#ownBytes += bytes.length - count;
  }

  /** Hands over what is held, in memory that is at most a quarter larger, and holds nothing any more. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = this.#memory.subarray(0, this.#lengthBytes);
    const capacity = this.#memory.length;
    this.#expectedBytes = Math.max(bytes.length, Math.floor(this.#expectedBytes * 7 / 8));
    this.clear();
    const isHandedOver = !isTooLarge(capacity, bytes.length);
    if (isHandedOver || isTooLarge(capacity, this.#expectedBytes)) this.#memory = new Uint8Array(0);
    return isHandedOver ? bytes : bytes.slice();
  }

  clear(): void {
    this.#lengthBytes = this.#ownBytes = 0;
  }

  #grow(needed: number): void {
    const limit = this.#maxBytes + this.#ownBytes;
    const wanted = this.#expectedBytes > 0
      ? Math.max(Math.ceil(this.#expectedBytes * 9 / 8), 2 * this.#memory.length)
      : Math.max(2 * this.#memory.length, FIRST_CAPACITY_BYTES);
    const larger = new Uint8Array(Math.max(needed, Math.min(limit, wanted)));
    larger.set(this.bytes);
    this.#memory = larger;
  }
}

function isTooLarge(capacityBytes: number, lengthBytes: number): boolean {
  return capacityBytes > lengthBytes * 5 / 4;
}
