/**
 * Finds the store that is meant by a name on the command line, and makes sure that nothing is overwritten. Nothing of the store is
 * made before the first frame.
 *
 * @module
 */

import { basename, dirname, resolve } from "@std/path";
import { FileStore } from "./file_store.ts";
import { FolderStore, hasFrames } from "./folder_store.ts";
import type { FrameStore } from "./frame_store.ts";
import { PipeStore } from "./pipe_store.ts";
import { storageAdvice } from "./storage_advice.ts";
import { isStandardOutput, type Present, storeKindOf } from "./store_name.ts";

/** Options of {@linkcode openFrameStore}. */
export interface StoreOptions {
  /** Frames to store. */
  readonly maxFrames: number;
  /** Replace a file, or the frames in a folder; default false. */
  readonly force?: boolean;
  /** Name of the movie that is played, where this machine may serve it: a file of that name is never replaced. */
  readonly playedName?: string;
}

/**
 * Opens a store: `-` is standard output (concatenated JPEG), a name that ends in `.mjpeg` is a file in the lab's format, `.mjpg` one
 * of concatenated JPEGs, `.jpg` one JPEG, and a name without an ending, or with a slash, is a folder of JPEGs. Rejects with an error
 * that says what to do.
 */
export async function openFrameStore(out: string, options: StoreOptions): Promise<FrameStore> {
  const { maxFrames, force = false, playedName } = options;
  try {
    if (isStandardOutput(out)) return PipeStore.standardOutput();
    const present = await lookAt(out);
    const store = storeKindOf(out, { present, maxFrames });
    if (store.kind === "pipe") return PipeStore.at(out);
    if (store.kind === "folder") {
      if (!force && present === "folder" && await hasFrames(out)) {
        throw new Error("it has frames of an earlier run; --force replaces them, or name another folder");
      }
      await probe(await nearestFolder(out));
      return new FolderStore(out, { replaces: force });
    }
    if (present === "file" && !force) throw new Error("it exists already; --force replaces it, or name another");
    if (present === "file" && basename(out).toLowerCase() === playedName?.toLowerCase()) {
      throw new Error("it may be the very movie that is played, which this machine serves; name another");
    }
    await probe(dirname(out));
    return new FileStore(out, { format: store.format, replaces: force });
  } catch (error) {
    throw new Error(`Cannot write to ${out}: ${storageAdvice(error)}`);
  }
}

/** Rejects where no file can be made in a folder: better now than when the first frame is there. */
async function probe(folder: string): Promise<void> {
  await Deno.remove(await Deno.makeTempFile({ dir: folder, prefix: ".mjpegrtsp-" }));
}

/** A folder that is to be made, or the nearest one above it that is there. */
async function nearestFolder(path: string): Promise<string> {
  for (let folder = resolve(path);; folder = dirname(folder)) {
    if (await infoOf(Deno.stat, folder) !== undefined || folder === dirname(folder)) return folder;
  }
}

async function lookAt(path: string): Promise<Present> {
  const [entry, target] = [await infoOf(Deno.lstat, path), await infoOf(Deno.stat, path)];
  if (entry === undefined) return "nothing";
  if (target?.isDirectory) return "folder";
  return target === undefined || target.isFile ? "file" : "device";
}

/** `undefined` where there is nothing, or a link that leads nowhere. */
async function infoOf(
  look: (path: string) => Promise<Deno.FileInfo>,
  path: string,
): Promise<Deno.FileInfo | undefined> {
  try {
    return await look(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.FilesystemLoop) return undefined;
    throw error;
  }
}
