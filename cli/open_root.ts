/**
 * Opens what is served or converted, and explains why that is impossible.
 *
 * @module
 */

import { fileReason } from "../net/file_reason.ts";
import { ServedRoot } from "../server/source/files/served_root.ts";
import { FailedError } from "./options/errors.ts";

/** Opens the directory or the file at `path`, to `doing` it. Rejects with a {@linkcode FailedError}. */
export async function openRoot(path: string, doing: "serve" | "convert" | "push" = "serve"): Promise<ServedRoot> {
  try {
    return await ServedRoot.open(path);
  } catch (error) {
    const shown = JSON.stringify(path);
    if (error instanceof Deno.errors.NotFound) {
      throw new FailedError(`There is no directory or file ${shown} to ${doing}`);
    }
    throw new FailedError(`Cannot ${doing} ${shown}: ${fileReason(error)}`);
  }
}
