/**
 * Where the last whole frame of a file ends, for whoever adds others behind it. Behind it there may be the start of a frame, which
 * somebody has not finished writing. Anything else is no file to go on with, and stays as it is.
 *
 * @module
 */

import { isSoiAt } from "../jpeg/markers.ts";
import type { RandomAccess } from "./container.ts";
import { FileWindow } from "./index/file_window.ts";
import type { FrameLocation } from "./index/frame_index.ts";
import { decodeLabHeader, LAB_HEADER_BYTES } from "./streams/lab_header.ts";
import { addMarkedFrames } from "./marked_frames.ts";

const SOI_BYTES = 2;
/** Bytes of a JPEG that are none yet to whoever looks for markers: SOI, and the first byte of the next one. */
const UNSEEN_BYTES = 3;

/** Rejects with a `SyntaxError` where something else than the lab's format stands in the file. Reads seven bytes a frame. */
export async function findLabEnd(file: RandomAccess): Promise<number> {
  const window = new FileWindow(file);
  for (let at = 0;;) {
    const head = await window.read(at, LAB_HEADER_BYTES + SOI_BYTES);
    if (head.length === 0) return at;
    const lengthBytes = decodeLabHeader(head);
    if (!isLabStart(head)) {
      throw new SyntaxError(`at byte ${at} there are no five digits and a JPEG, as in the lab's format`);
    }
    if (lengthBytes === undefined || at + LAB_HEADER_BYTES + lengthBytes > file.lengthBytes) return at;
    at += LAB_HEADER_BYTES + lengthBytes;
  }
}

/** Whether a frame begins with these bytes, as far as they go. */
function isLabStart(head: Uint8Array): boolean {
  const digits = head.subarray(0, LAB_HEADER_BYTES);
  return digits.every((byte) => byte >= 0x30 && byte <= 0x39) && isJpegStart(head.subarray(LAB_HEADER_BYTES));
}

/** Rejects with a `SyntaxError` where something else than the start of a JPEG follows the last one. Reads all of the file. */
export async function findConcatenatedEnd(file: RandomAccess): Promise<number> {
  if (!isJpegStart(await startAt(file, 0))) throw new SyntaxError("at byte 0 there is no JPEG");
  let end = 0;
  let damaged = 0;
  const add = ({ offset, lengthBytes }: FrameLocation) => {
    end = offset + lengthBytes;
    damaged = 0;
    return true;
  };
  await addMarkedFrames(file, { frames: { add, drop: () => damaged++ } });
  // One frame that is not whole may be a torn one; more are damage, and none is something else, such as another picture of a photo.
  const isTorn = file.lengthBytes - end <= UNSEEN_BYTES || damaged === 1;
  if (!isTorn || !isJpegStart(await startAt(file, end))) {
    throw new SyntaxError(`behind its last whole frame, at byte ${end}, there is something else than one that is torn`);
  }
  return end;
}

/** Up to two bytes of a file. */
function startAt(file: RandomAccess, offset: number): Promise<Uint8Array> {
  return file.read(offset, Math.min(SOI_BYTES, file.lengthBytes - offset));
}

/** Whether a JPEG begins with these bytes, of which there may be one or none. */
function isJpegStart(bytes: Uint8Array): boolean {
  if (bytes.length >= SOI_BYTES) return isSoiAt(bytes, 0);
  return bytes.every((byte) => byte === 0xff);
}
