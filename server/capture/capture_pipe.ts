/**
 * What is captured, on its way to the thread that may write it. What nobody takes in time is dropped and counted: packets never wait,
 * and what waits is bounded, in all threads together.
 *
 * @module
 */

import { concat } from "@std/bytes";
import type { Clock } from "../../net/clock.ts";
import { MAX_WAITING_CAPTURE_BYTES } from "../../net/limits.ts";

/** Bytes that are gathered before they are sent on, and for how long, in milliseconds. */
const BATCH_BYTES = 128 * 1024;
const BATCH_MS = 20;

/** How long {@linkcode captureReceived} waits, and how often it looks, in milliseconds. */
const PATIENCE_MS = 1000;
const TURN_MS = 5;

/** The bytes that wait, in memory that all threads share. */
export type WaitingBytes = Int32Array<SharedArrayBuffer>;

/** Where a thread sends what it captures. */
export interface CapturePipe {
  readonly port: MessagePort;
  readonly waiting: WaitingBytes;
}

/** Packets that one thread has captured one after the other. */
export interface CaptureBatch {
  /** Blocks of the file, one behind the other. */
  readonly blocks: Uint8Array<ArrayBuffer>;
  /** How many packets they are. */
  readonly packets: number;
  /** Packets that were dropped since the batch before. */
  readonly dropped: number;
}

/** The count of one pipe, which many threads may send into. */
export function createWaitingBytes(): WaitingBytes {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

/** The end of a pipe that a thread captures into. */
export class CaptureSender {
  readonly #pipe: CapturePipe;
  readonly #clock: Clock;
  #blocks: Uint8Array[] = [];
  #bytes = 0;
  #dropped = 0;
  #cancelSending: (() => void) | undefined;

  constructor(pipe: CapturePipe, clock: Clock) {
    this.#pipe = pipe;
    this.#clock = clock;
  }

  /** Takes a block, whose bytes must not change. */
  write(block: Uint8Array): void {
    const { waiting } = this.#pipe;
    if (Atomics.add(waiting, 0, block.length) + block.length > MAX_WAITING_CAPTURE_BYTES) {
      Atomics.sub(waiting, 0, block.length);
      this.#dropped++;
    } else {
      this.#blocks.push(block);
      this.#bytes += block.length;
    }
    if (this.#bytes >= BATCH_BYTES) this.flush();
    else this.#cancelSending ??= this.#clock.after(BATCH_MS, () => this.flush());
  }

  /** Sends on what was gathered. */
  flush(): void {
    this.#cancelSending?.();
    this.#cancelSending = undefined;
    if (this.#blocks.length === 0 && this.#dropped === 0) return;
    const blocks = concat(this.#blocks);
    const batch: CaptureBatch = { blocks, packets: this.#blocks.length, dropped: this.#dropped };
    this.#blocks = [];
    this.#bytes = this.#dropped = 0;
    this.#pipe.port.postMessage(batch, [blocks.buffer]);
  }
}

/** Passes on what comes to a port, as threads do that are between the two ends. */
export function passOn(from: MessagePort, to: MessagePort): void {
  from.onmessage = ({ data }: MessageEvent<CaptureBatch>) => to.postMessage(data, [data.blocks.buffer]);
}

/** Takes what threads have captured. */
export function receiveCapture({ port, waiting }: CapturePipe, take: (batch: CaptureBatch) => void): void {
  port.onmessage = ({ data }: MessageEvent<CaptureBatch>) => {
    Atomics.sub(waiting, 0, data.blocks.length);
    take(data);
  };
}

/** Resolves when all that was captured so far has been taken, or after a while. */
export async function captureReceived(waiting: WaitingBytes, clock: Clock): Promise<void> {
  for (let waitedMs = 0; Atomics.load(waiting, 0) > 0 && waitedMs < PATIENCE_MS; waitedMs += TURN_MS) {
    await new Promise<void>((resolve) => clock.after(TURN_MS, resolve));
  }
}
