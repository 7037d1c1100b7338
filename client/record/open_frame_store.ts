/**
 * Finds the store that is meant by a name on the command line.
 *
 * @module
 */

import { extname } from "@std/path";
import { FolderStore } from "./folder_store.ts";
import type { FrameStore } from "./frame_store.ts";
import { LabFileStore } from "./lab_file_store.ts";
import { PipeStore } from "./pipe_store.ts";
import { storageAdvice } from "./storage_advice.ts";

/**
 * Opens a store: `-` is standard output (concatenated JPEG), a name with an extension is a file in the lab's format, any other
 * name is a folder of JPEGs. Rejects with an error that says what to do.
 */
export async function openFrameStore(out: string): Promise<FrameStore> {
  try {
    if (out === "-") return new PipeStore();
    if (extname(out) === "" || await isDirectory(out)) return await FolderStore.open(out);
    return await LabFileStore.open(out);
  } catch (error) {
    throw new Error(`Cannot write to ${out}: ${storageAdvice(error)}`);
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
