/**
 * Buffers for what is being written, shared by all sessions: a write that the system takes at once, as most are, needs its
 * bytes for a moment only, so that a few buffers serve hundreds of clients and stay in the processor's cache.
 *
 * @module
 */

/** Lends buffers whose sizes are powers of two, and keeps those that come back up to a number of bytes. */
export class BufferPool {
  readonly #maxSpareBytes: number;
  /** Spare buffers by their size. */
  readonly #spare = new Map<number, Uint8Array[]>();
  #spareBytes = 0;

  /** Keeps at most `maxSpareBytes` that nobody needs. */
  constructor({ maxSpareBytes }: { readonly maxSpareBytes: number }) {
    this.#maxSpareBytes = maxSpareBytes;
  }

  /** Bytes kept now. */
  get spareBytes(): number {
    return this.#spareBytes;
  }

  /** A buffer of at least `lengthBytes`, with anything in it, until it is given back. */
  take(lengthBytes: number): Uint8Array {
    const size = 2 ** Math.ceil(Math.log2(Math.max(1, lengthBytes)));
    const buffer = this.#spare.get(size)?.pop();
    if (buffer === undefined) return new Uint8Array(size);
    this.#spareBytes -= size;
    return buffer;
  }

  /** Takes a buffer back, which its user needs no more. */
  give(buffer: Uint8Array): void {
    const size = buffer.length;
    if (this.#spareBytes + size > this.#maxSpareBytes) return;
    const spare = this.#spare.get(size);
    if (spare === undefined) this.#spare.set(size, [buffer]);
    else spare.push(buffer);
    this.#spareBytes += size;
  }
}
