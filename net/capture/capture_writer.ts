/**
 * Writes blocks of a capture one after the other, in the background. Those that cannot be written in time are dropped and counted:
 * what is captured does not wait.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { MAX_WAITING_CAPTURE_BYTES } from "../limits.ts";
import { writeAll } from "../write_all.ts";

/** What blocks are written to: a file, or standard output. */
export interface CaptureTarget {
  write(bytes: Uint8Array): Promise<number>;
}

/** A queue of whole blocks. What has come while others were written is written at once. */
export class CaptureWriter {
  readonly #target: CaptureTarget;
  #waiting: Uint8Array[] = [];
  /** Those that are being written among them. */
  #waitingBytes = 0;
  /** Packets of what is not being written yet. */
  #waitingPackets = 0;
  #writing: Promise<void> | undefined;
  #dropped = 0;
  #error: Error | undefined;

  constructor(target: CaptureTarget) {
    this.#target = target;
  }

  /** Packets that are not written, because the target was too slow or took no more. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Why the target takes no more. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** Takes blocks of so many packets, whose bytes must not change: all of them, or none. */
  write(blocks: Uint8Array, packets = 1): void {
    if (this.#error !== undefined || this.#waitingBytes + blocks.length > MAX_WAITING_CAPTURE_BYTES) {
      this.#dropped += packets;
      return;
    }
    this.#waiting.push(blocks);
    this.#waitingPackets += packets;
    this.#waitingBytes += blocks.length;
    this.#writing ??= this.#run();
  }

  /** Resolves once all that was taken is written, or cannot be. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const bytes = concat(this.#waiting);
      const packets = this.#waitingPackets;
      this.#waiting = [];
      this.#waitingPackets = 0;
      try {
        await writeAll(this.#target, bytes);
      } catch (error) {
        this.#error = error instanceof Error ? error : new Error(String(error));
        this.#dropped += packets + this.#waitingPackets;
        this.#waiting = [];
        this.#waitingPackets = 0;
      }
      this.#waitingBytes -= bytes.length;
    }
    this.#writing = undefined;
  }
}
