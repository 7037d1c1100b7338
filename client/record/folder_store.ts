/**
 * A folder of JPEGs: `frame-000001.jpg`, `frame-000002.jpg`, …
 *
 * @module
 */

import { join } from "@std/path";
import type { FrameStore } from "./frame_store.ts";

/** A file for each frame. */
export class FolderStore implements FrameStore {
  readonly #folder: string;
  #count = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Creates the folder where there is none. Rejects where it has frames of an earlier run. */
  static async open(folder: string): Promise<FolderStore> {
    await Deno.mkdir(folder, { recursive: true });
    for await (const { name } of Deno.readDir(folder)) {
      if (/^frame-\d{6,}\.jpg$/.test(name)) {
        throw new Error("it has frames of an earlier run, which would mix with new ones; empty it or name another");
      }
    }
    return new FolderStore(folder);
  }

  async write(frame: Uint8Array): Promise<void> {
    const path = join(this.#folder, `frame-${String(++this.#count).padStart(6, "0")}.jpg`);
    try {
      await Deno.writeFile(path, frame);
    } catch (error) {
      await Deno.remove(path).catch(() => {/* it may never have been created: the first error is the one to tell */});
      throw error;
    }
  }

  close(): void {}
}
