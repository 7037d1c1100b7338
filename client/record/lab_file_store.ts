/**
 * A file in the lab's format: the length of each JPEG in five digits, and the JPEG.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { encodeLabHeader } from "../../mjpeg/containers/lab_format.ts";
import type { FrameStore } from "./frame_store.ts";
import { writeAll } from "./write_all.ts";

/** One file, which never ends in a part of a frame. */
export class LabFileStore implements FrameStore {
  readonly #file: Deno.FsFile;
  /** Bytes up to the end of the last whole frame. */
  #wholeBytes = 0;

  private constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /** Replaces the file that may be there. */
  static async open(path: string): Promise<LabFileStore> {
    return new LabFileStore(await Deno.open(path, { write: true, create: true, truncate: true }));
  }

  async write(frame: Uint8Array, onProgress: () => void): Promise<void> {
    const bytes = concat([encodeLabHeader(frame.length), frame]);
    try {
      await writeAll(this.#file, bytes, { onProgress });
      this.#wholeBytes += bytes.length;
    } catch (error) {
      await this.#file.truncate(this.#wholeBytes).catch(() => {/* a device: what is written stays written */});
      throw error;
    }
  }

  close(): void {
    this.#file.close();
  }
}
