/**
 * A folder of JPEGs: `frame-000001.jpg`, `frame-000002.jpg`, …
 *
 * @module
 */

import { join } from "@std/path";
import { writeAll } from "../../net/write_all.ts";
import type { FrameStore } from "./frame_store.ts";

const FRAME_NAME = /^frame-\d{6,}\.jpg$/;

/** A file for each frame. The folder is made when the first frame is there. */
export class FolderStore implements FrameStore {
  readonly #folder: string;
  readonly #replaces: boolean;
  #count = 0;

  /** With `replaces`, frames of an earlier run are removed when the first new one is there. */
  constructor(folder: string, { replaces }: { readonly replaces: boolean }) {
    this.#folder = folder;
    this.#replaces = replaces;
  }

  async write(frame: Uint8Array, onProgress: () => void): Promise<void> {
    if (this.#count === 0) await this.#prepare();
    const path = join(this.#folder, `frame-${String(++this.#count).padStart(6, "0")}.jpg`);
    // A name that is taken meanwhile, be it by a link, is neither followed nor overwritten.
    using file = await Deno.open(path, { write: true, createNew: true });
    try {
      await writeAll(file, frame, { onProgress });
    } catch (error) {
      await Deno.remove(path).catch(() => {/* the first error is the one to tell */});
      throw error;
    }
  }

  close(): void {}

  async #prepare(): Promise<void> {
    await Deno.mkdir(this.#folder, { recursive: true });
    if (!this.#replaces) return;
    for (const name of await frameNames(this.#folder)) await Deno.remove(join(this.#folder, name));
  }
}

/** Whether a folder has frames of an earlier run. */
export async function hasFrames(folder: string): Promise<boolean> {
  return (await frameNames(folder)).length > 0;
}

async function frameNames(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.map(({ name }) => name).filter((name) => FRAME_NAME.test(name));
}
