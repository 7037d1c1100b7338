/**
 * Opens what is served, and explains why that is impossible.
 *
 * @module
 */

import { fileReason } from "../net/file_reason.ts";
import { ServedRoot } from "../server/source/files/served_root.ts";
import { FailedError } from "./options/errors.ts";

/** Opens the directory or the file at `path`. Rejects with a {@linkcode FailedError}. */
export async function openRoot(path: string): Promise<ServedRoot> {
  try {
    return await ServedRoot.open(path);
  } catch (error) {
    const shown = JSON.stringify(path);
    if (error instanceof Deno.errors.NotFound) throw new FailedError(`There is no directory or file ${shown} to serve`);
    throw new FailedError(`Cannot serve ${shown}: ${fileReason(error)}`);
  }
}
