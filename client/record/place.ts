/**
 * What is there under a name, and whether something can be made there.
 *
 * @module
 */

import { dirname, resolve } from "@std/path";
import type { Present } from "./store_name.ts";

/** The path of a folder, which may have to be made. Rejects where that cannot be done. */
export async function folderPath(out: string): Promise<string> {
  const path = await infoOf(Deno.stat, out) === undefined ? resolve(out) : await Deno.realPath(out);
  await assertWritable(await nearestFolder(path));
  return path;
}

/** Rejects where no file can be made in a folder: better now than when the first frame is there. */
export async function assertWritable(folder: string): Promise<void> {
  await Deno.remove(await Deno.makeTempFile({ dir: folder, prefix: ".mjpegrtsp-" }));
}

/** A folder that is to be made, or the nearest one above it that is there. */
async function nearestFolder(path: string): Promise<string> {
  for (let folder = resolve(path);; folder = dirname(folder)) {
    if (await infoOf(Deno.stat, folder) !== undefined || folder === dirname(folder)) return folder;
  }
}

/** What is there under a name. */
export async function lookAt(path: string): Promise<Present> {
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
