/**
 * Where a file ends that a recording goes on in.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { WrittenFormat } from "../../mjpeg/containers/written_format.ts";
import { FileAccess } from "../../net/file_access.ts";
import type { FileEnd } from "./stores/file_store.ts";

const log = getLogger(["mjpegrtsp", "recorder"]);

/** Throws an error that says what to do where files of a format do not take more frames. */
export function assertTakesMore({ name, findEnd }: WrittenFormat): void {
  if (findEnd !== undefined) return;
  throw new Error(
    `${name} does not take more frames once it is written; name another file, record in segments (--segment 10m), or ` +
      "go on in a file in the lab's format (.mjpeg), one of concatenated JPEGs (.mjpg) or a folder (NAME/)",
  );
}

/** Looks for the end of a file. Rejects with an error that says why it is no file to go on in. */
export async function endOf(path: string, format: WrittenFormat): Promise<FileEnd> {
  if ((await Deno.lstat(path)).isSymlink) throw new Error("it is a link; name the file that it leads to");
  // That it can be written to is better known now than when the first frame is there.
  using file = await Deno.open(path, { read: true, write: true });
  const { size: lengthBytes } = await file.stat();
  const wholeBytes = await findEnd(new FileAccess(file, lengthBytes), format);
  if (wholeBytes < lengthBytes) {
    log.warn("{path} ends in {bytes} bytes of a frame that is torn; they are cut off when the first frame is stored", {
      path,
      bytes: lengthBytes - wholeBytes,
    });
  }
  return { wholeBytes, lengthBytes };
}

async function findEnd(file: FileAccess, format: WrittenFormat): Promise<number> {
  try {
    return await format.findEnd!(file);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Error(`it is no file to go on in: ${error.message}. Its end stays as it is; name another`);
  }
}
