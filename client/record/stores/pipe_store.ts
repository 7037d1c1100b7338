/**
 * Concatenated JPEG to standard output, a named pipe or a device.
 *
 * @module
 */

import type { JpegFrame } from "../../../mjpeg/frame.ts";
import type { FrameStore, LocalStore } from "./frame_store.ts";
import { writeAll } from "../../../net/write_all.ts";

/** A pipe takes a write as a whole. In pieces, a pipe that is read slowly can be told from one that nobody reads. */
const PIECE_BYTES = 16 * 1024;

/** Something that takes bytes, one after the other. */
interface Output {
  write(bytes: Uint8Array): Promise<number>;
  close?(): void;
}

/** A pipe, which is opened when the first frame is there. */
export class PipeStore implements FrameStore, LocalStore {
  readonly #open: () => Promise<Output>;
  #output: Output | undefined;
  #lastWrite: Promise<void> = Promise.resolve();

  private constructor(open: () => Promise<Output>) {
    this.#open = open;
  }

  /** Standard output, which stays open. */
  static standardOutput(): PipeStore {
    return new PipeStore(() => Promise.resolve({ write: (bytes) => Deno.stdout.write(bytes) }));
  }

  /** A named pipe, which opens once somebody reads it, or a device. */
  static at(path: string): PipeStore {
    return new PipeStore(() => Deno.open(path, { write: true }));
  }

  write(frame: JpegFrame, onProgress: () => void): Promise<void> {
    return this.#lastWrite = this.#lastWrite.then(() => this.#writeNow(frame, onProgress));
  }

  flush(): void {}

  async finish(): Promise<void> {}

  async discard(): Promise<void> {}

  close(): void {
    this.#output?.close?.();
  }

  async #writeNow({ data }: JpegFrame, onProgress: () => void): Promise<void> {
    this.#output ??= await this.#open();
    await writeAll(this.#output, data, { onProgress, pieceBytes: PIECE_BYTES });
  }
}
