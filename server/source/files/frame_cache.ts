/**
 * Frames that were read lately, shared by all sessions: whoever watches the same file behind another reads nothing.
 *
 * @module
 */

/** Keeps the most recently used values up to a number of bytes. */
export class FrameCache {
  readonly #maxBytes: number;
  /** In order of use, the oldest first. */
  readonly #frames = new Map<number, Uint8Array>();
  #bytes = 0;
  #nextOwner = 0;
  #readers = 0;

  /** Holds at most `maxBytes` of frames. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes held now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes that one of those who read may read ahead, so that nobody's frames are gone again before they are wanted. */
  get shareBytes(): number {
    return this.#maxBytes / 2 / Math.max(1, this.#readers);
  }

  /** Somebody reads, until the function that is returned is called. */
  addReader(): () => void {
    this.#readers++;
    return () => {
      this.#readers--;
    };
  }

  /** A number for whoever wants to keep frames here, to be given to the other calls. */
  createOwner(): number {
    // Keys have room for so many; those of two million files ago are long gone.
    return this.#nextOwner++ % MAX_OWNERS;
  }

  /** Whether a frame is still there, which is not to use it. */
  has(owner: number, index: number): boolean {
    return this.#frames.has(cacheKey(owner, index));
  }

  /** The frame, if it is still there. */
  get(owner: number, index: number): Uint8Array | undefined {
    const key = cacheKey(owner, index);
    const frame = this.#frames.get(key);
    if (frame !== undefined) {
      this.#frames.delete(key);
      this.#frames.set(key, frame);
    }
    return frame;
  }

  /** Keeps a frame, at the cost of those not used for longest; one larger than the whole cache is not kept. */
  set(owner: number, index: number, frame: Uint8Array): void {
    if (frame.length > this.#maxBytes) return;
    const key = cacheKey(owner, index);
    this.#drop(key);
    this.#frames.set(key, frame);
    this.#bytes += frame.length;
    for (const oldest of this.#frames.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#drop(oldest);
    }
  }

  #drop(key: number): void {
    const frame = this.#frames.get(key);
    if (frame === undefined) return;
    this.#frames.delete(key);
    this.#bytes -= frame.length;
  }
}

/** Owners count up to this, frames of a file up to 2^32: their key is a whole number still. */
const MAX_OWNERS = 2 ** 21;

function cacheKey(owner: number, index: number): number {
  return owner * 2 ** 32 + index;
}
