/**
 * The newest packets of a capture, for somebody who looks now and then: dialogues always, which are few, and packets of media only
 * while somebody looks.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { Deque } from "@std/data-structures/deque";
import type { Clock } from "../clock.ts";
import { MAX_RECENT_DIALOGUE_BYTES, MAX_RECENT_MEDIA_BYTES, RECENT_PATIENCE_MS } from "../limits.ts";

interface Kept {
  readonly order: number;
  readonly block: Uint8Array;
}

/** Blocks of a bounded number of bytes, the oldest of which give way. */
class Blocks {
  readonly kept = new Deque<Kept>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  push(kept: Kept): void {
    this.kept.pushBack(kept);
    this.#bytes += kept.block.length;
    while (this.#bytes > this.#maxBytes) this.#bytes -= this.kept.popFront()!.block.length;
  }

  clear(): void {
    this.kept.clear();
    this.#bytes = 0;
  }
}

/** Keeps whole blocks of a capture file. */
export class CaptureRing {
  readonly #clock: Clock;
  readonly #dialogue = new Blocks(MAX_RECENT_DIALOGUE_BYTES);
  readonly #media = new Blocks(MAX_RECENT_MEDIA_BYTES);
  #order = 0;
  #lookedMs = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether somebody looks, so that media are kept. */
  get isOpen(): boolean {
    return this.#clock.nowMs() - this.#lookedMs <= RECENT_PATIENCE_MS;
  }

  /** Somebody looks. */
  look(): void {
    // What was kept when somebody looked before has a gap behind it.
    if (!this.isOpen) this.#media.clear();
    this.#lookedMs = this.#clock.nowMs();
  }

  /** Keeps a block, if anybody wants it. */
  add(block: Uint8Array, { isMedia }: { readonly isMedia: boolean }): void {
    if (isMedia && !this.isOpen) return;
    (isMedia ? this.#media : this.#dialogue).push({ order: this.#order++, block });
  }

  /** What is kept, in its order, behind the start of a file. */
  fileWith(start: Uint8Array): Uint8Array<ArrayBuffer> {
    const all = [...this.#dialogue.kept, ...this.#media.kept].sort((left, right) => left.order - right.order);
    return concat([start, ...all.map(({ block }) => block)]);
  }
}
