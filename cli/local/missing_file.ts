/**
 * What to tell whoever names a file to play that is not there: it may be misspelt, or a stream without `rtsp://`.
 *
 * @module
 */

import { basename, dirname } from "@std/path";
import { isMovieName } from "../../server/source/served/movie_names.ts";
import { ServedRoot } from "../../server/source/served/served_root.ts";
import { withoutSecrets } from "../../rtsp/fields/secrets.ts";
import { FailedError, type UsageError } from "../options/errors.ts";
import { isPortLike, wrongForm } from "../options/play_target.ts";

/** Endings of host names that are not those of files. */
const HOST_ENDING = /\.(?:local|lan|home|internal|com|net|org)$/i;
const IPV4_ADDRESS = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/;

/** The error for a file that is not there; `positionals` are all arguments. */
export async function missingFile(path: string, positionals: readonly string[]): Promise<FailedError | UsageError> {
  // A port among them: the form of the networking lab, with an argument too few or too many.
  if (positionals.some(isPortLike)) return wrongForm(positionals);
  const shown = JSON.stringify(withoutSecrets(path));
  if (path === "-") {
    return new FailedError(
      "play takes no standard input: mjpegrtsp serve - serves it, and play rtsp://127.0.0.1:1025/stdin plays that",
    );
  }
  if (path === "testsrc") return new FailedError("There is no file testsrc; mjpegrtsp demo plays the test source");
  const near = isStreamLike(path) ? [] : await namesNear(path);
  const advice = isStreamLike(path)
    ? `; if it is a stream, put rtsp:// in front: play ${withoutSecrets(`rtsp://${path}`)}`
    : near.length === 0
    ? "; a stream has rtsp:// or http:// in front"
    : `; near names: ${near.join(", ")}`;
  return new FailedError(`There is no file or folder ${shown} to play${advice}`);
}

/** Whether a text looks like a URL without its scheme. */
function isStreamLike(text: string): boolean {
  const [authority] = text.split(/[/?]/, 1);
  if (authority === "" || authority.startsWith(".") || authority.startsWith("~")) return false;
  if (authority.includes("@") || /:\d{1,5}$/.test(authority)) return true;
  const isHost = authority === "localhost" || IPV4_ADDRESS.test(authority) || HOST_ENDING.test(authority);
  return isHost || authority !== text && authority.includes(".");
}

/** Names of movies beside a missing file that look like its own. */
async function namesNear(path: string): Promise<string[]> {
  try {
    const near = await new ServedRoot(await Deno.realPath(dirname(path))).nearNames(basename(path));
    return near.filter(isMovieName);
  } catch {
    // Its folder is not there either, or may not be looked at.
    return [];
  }
}
