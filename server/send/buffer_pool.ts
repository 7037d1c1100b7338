/**
 * Buffers for what is being written, shared by all sessions. The system takes most writes at once, so a few buffers serve hundreds
 * of clients and stay in the processor's cache.
 *
 * @module
 */

/** Lends buffers whose sizes are powers of two, and keeps a bounded number of bytes of those that are given back. */
export class BufferPool {
  readonly #maxSpareBytes: number;
  /** Spare buffers by their size. */
  readonly #spare = new Map<number, Uint8Array[]>();
  #spareBytes = 0;

  constructor({ maxSpareBytes }: { readonly maxSpareBytes: number }) {
    this.#maxSpareBytes = maxSpareBytes;
  }

  get spareBytes(): number {
    return this.#spareBytes;
  }

  /** A buffer of at least `lengthBytes` with any content, until it is given back. */
  take(lengthBytes: number): Uint8Array {
    const size = 2 ** Math.ceil(Math.log2(Math.max(1, lengthBytes)));
    const buffer = this.#spare.get(size)?.pop();
    if (buffer === undefined) return new Uint8Array(size);
    this.#spareBytes -= size;
    return buffer;
  }

  /** Takes back a buffer that its user no longer needs. */
  give(buffer: Uint8Array): void {
    const size = buffer.length;
    if (this.#spareBytes + size > this.#maxSpareBytes) return;
    const spare = this.#spare.get(size);
    if (spare === undefined) this.#spare.set(size, [buffer]);
    else spare.push(buffer);
    this.#spareBytes += size;
  }
}
