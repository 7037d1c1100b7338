/**
 * A file of frames in one of the formats that are written. It is made when the first frame is there, and is whole behind each.
 *
 * @module
 */

import { concat } from "@std/bytes";
import type { WrittenFormat } from "../../mjpeg/containers/written_format.ts";
import type { FrameStore } from "./frame_store.ts";
import { writeAll } from "../../net/write_all.ts";

/** Constructor options of {@linkcode FileStore}. */
export interface FileStoreOptions {
  readonly format: WrittenFormat;
  /** Replace a file of that name, once the first frame is on disk. Without it nothing is overwritten. */
  readonly replaces: boolean;
}

/** One file, which never ends in a part of a frame. */
export class FileStore implements FrameStore {
  readonly #path: string;
  readonly #options: FileStoreOptions;
  #file: Deno.FsFile | undefined;
  /** Bytes up to the end of the last whole frame. */
  #wholeBytes = 0;

  /** Opens nothing until a frame comes. */
  constructor(path: string, options: FileStoreOptions) {
    this.#path = path;
    this.#options = options;
  }

  async write(frame: Uint8Array, onProgress: () => void): Promise<void> {
    // One write for a frame: whoever ends the program in between finds a file of whole frames.
    const bytes = concat([...this.#options.format.encode(frame)]);
    if (this.#file === undefined) this.#file = await this.#create(bytes, onProgress);
    else await this.#append(this.#file, bytes, onProgress);
    this.#wholeBytes += bytes.length;
  }

  close(): void {
    this.#file?.close();
  }

  /** A new file with the first frame. Where it cannot be written, what was there is still there. */
  async #create(bytes: Uint8Array, onProgress: () => void): Promise<Deno.FsFile> {
    const path = this.#options.replaces ? `${this.#path}.${crypto.randomUUID().slice(0, 8)}.part` : this.#path;
    // Links are not followed, and no other program's file is taken.
    const file = await Deno.open(path, { write: true, createNew: true });
    try {
      await writeAll(file, bytes, { onProgress });
      if (this.#options.replaces) await Deno.rename(path, this.#path);
      return file;
    } catch (error) {
      file.close();
      await Deno.remove(path).catch(() => {/* the first error is the one to tell */});
      throw error;
    }
  }

  async #append(file: Deno.FsFile, bytes: Uint8Array, onProgress: () => void): Promise<void> {
    try {
      await writeAll(file, bytes, { onProgress });
    } catch (error) {
      await file.truncate(this.#wholeBytes).catch(() => {/* the first error is the one to tell */});
      throw error;
    }
  }
}
