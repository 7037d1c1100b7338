/**
 * Opens what is served or converted, and explains why that is impossible.
 *
 * @module
 */

import { fileReason } from "../net/file_reason.ts";
import type { Served } from "../server/source/served/served.ts";
import { openServed } from "../server/source/served/open_served.ts";
import { withoutSecrets } from "../rtsp/fields/secrets.ts";
import { FailedError } from "./options/errors.ts";
import { isUrl } from "./options/is_url.ts";

/** What takes a URL in place of a file. */
const URL_ADVICE = {
  serve: "serve --pull NAME=URL relays a stream",
  convert: "play URL --out FILE stores a stream",
  push: "write it as rtsp:// or http://",
} as const;

/** Opens the directory or the file at `path`, to `doing` it. Rejects with a {@linkcode FailedError}. */
export async function openRoot(path: string, doing: "serve" | "convert" | "push" = "serve"): Promise<Served> {
  try {
    return await openServed(path);
  } catch (error) {
    const shown = JSON.stringify(withoutSecrets(path));
    if (isUrl(path)) throw new FailedError(`${shown} is a URL, no directory or file: ${URL_ADVICE[doing]}`);
    if (error instanceof Deno.errors.NotFound) {
      throw new FailedError(`There is no directory or file ${shown} to ${doing}`);
    }
    throw new FailedError(`Cannot ${doing} ${shown}: ${fileReason(error)}`);
  }
}
