/**
 * The bytes of a message that has not ended. What follows a message stays for the next one.
 *
 * @module
 */

import { MAX_MESSAGE_BYTES } from "../limits.ts";

const FIRST_BYTES = 512;

/** Holds bytes between reads. Positions count from the start of the message. */
export class MessageBuffer {
  #bytes = new Uint8Array(FIRST_BYTES);
  #start = 0;
  #end = 0;
  #steps = 0;

  get lengthBytes(): number {
    return this.#end - this.#start;
  }

  /** Bytes stored or moved so far, each as often as it was. */
  get steps(): number {
    return this.#steps;
  }

  append(bytes: Uint8Array): void {
    if (this.#end + bytes.length > this.#bytes.length) this.#makeRoom(bytes.length);
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
    this.#steps += bytes.length;
  }

  /** A view of some of the bytes. It holds until the next call of another method. */
  view(from: number, to: number): Uint8Array {
    return this.#bytes.subarray(this.#start + from, this.#start + to);
  }

  /** The message has ended at `end`, where the next one begins. */
  beginAt(end: number): void {
    this.#start += end;
    if (this.#start < this.#end) return;
    this.#start = this.#end = 0;
    if (this.#bytes.length > MAX_MESSAGE_BYTES) this.#bytes = new Uint8Array(FIRST_BYTES);
  }

  /** Moves the message to the front, of a larger array if it fills more than half. */
  #makeRoom(bytes: number): void {
    const length = this.lengthBytes;
    const isEnough = length + bytes <= this.#bytes.length / 2;
    const target = isEnough ? this.#bytes : new Uint8Array(2 * Math.max(this.#bytes.length, length + bytes));
    target.set(this.#bytes.subarray(this.#start, this.#end));
    this.#steps += length;
    this.#bytes = target;
    this.#start = 0;
    this.#end = length;
  }
}
