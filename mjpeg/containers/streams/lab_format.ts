/**
 * The networking lab's movie file (`movie.Mjpeg`): in front of each JPEG stands its length in bytes, as five ASCII digits. (The
 * assignment says bits; its file and its VideoStream.py say bytes.)
 *
 * @module
 */

import { isJpegAt, isSoiAt } from "../../jpeg/markers.ts";
import type { Container, RandomAccess } from "../container.ts";
import { FileWindow } from "../index/file_window.ts";
import type { FrameLocation } from "../index/frame_index.ts";
import type { FrameIndexBuilder, IndexEnd } from "../index/frame_index_builder.ts";
import { decodeLabHeader, LAB_HEADER_BYTES } from "./lab_header.ts";
import { addMarkedFrames } from "../marked_frames.ts";

/** SOI and EOI. */
const MIN_JPEG_BYTES = 4;
/** Files that start with a length header. */
export const LAB_FORMAT: Container = {
  name: "lab",
  signature: "five digits and a JPEG",
  isSequence: true,
  recognizes: (head) => decodeLabHeader(head) !== undefined,
  index: indexLabFile,
};

/** What stands where a frame should be. */
interface Entry {
  readonly offset: number;
  /** `undefined` where no length header stands there. */
  readonly lengthBytes: number | undefined;
  /** What stands there instead, up to five bytes. */
  readonly found: string;
  readonly isJpeg: boolean;
}

/**
 * Reads the length headers and the two bytes behind each. A frame that is no JPEG is dropped, since its length tells where the next
 * one is. From the first header on that leads nowhere, frames are found by their markers.
 */
async function indexLabFile(file: RandomAccess, frames: FrameIndexBuilder): Promise<IndexEnd> {
  const window = new FileWindow(file);
  for (let entry = await readEntry(window, 0); entry !== undefined;) {
    const { offset, lengthBytes, isJpeg } = entry;
    const start = offset + LAB_HEADER_BYTES;
    const next = lengthBytes === undefined ? undefined : await readEntry(window, start + lengthBytes);
    const problem = problemOf(entry, { next, leftBytes: file.lengthBytes - start });
    if (problem !== undefined || lengthBytes === undefined) {
      frames.note(
        `Frame ${frames.nextNumber} at byte ${offset} ${problem}; from there on, frames are found by their markers`,
      );
      await addMarkedFrames(file, { frames, from: offset });
      return {};
    }
    const junkBytes = isJpeg ? 0 : await countJunk(window, { offset: start, lengthBytes });
    if (lengthBytes === 0) frames.drop(offset, "it is empty");
    else if (lengthBytes - junkBytes < MIN_JPEG_BYTES) frames.drop(offset, "it is no JPEG: it has no FF D8");
    else if (!frames.add({ offset: start + junkBytes, lengthBytes: lengthBytes - junkBytes })) return {};
    entry = next;
  }
  return {};
}

/** The entry at `offset`; `undefined` at the end of the file and behind it. */
async function readEntry(window: FileWindow, offset: number): Promise<Entry | undefined> {
  const probe = await window.read(offset, LAB_HEADER_BYTES + 2);
  if (probe.length === 0) return undefined;
  const lengthBytes = decodeLabHeader(probe);
  const found = lengthBytes === undefined ? new TextDecoder("latin1").decode(probe.subarray(0, LAB_HEADER_BYTES)) : "";
  return { offset, lengthBytes, found, isJpeg: isSoiAt(probe, LAB_HEADER_BYTES) };
}

/** How many bytes stand in front of the JPEG of a frame; all of them where there is none. */
async function countJunk(window: FileWindow, { offset, lengthBytes }: FrameLocation): Promise<number> {
  const bytes = await window.read(offset, lengthBytes);
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) if (isJpegAt(bytes, at)) return at;
  return lengthBytes;
}

/** Why the header of an entry leads nowhere, as the rest of a sentence. */
function problemOf(
  { found, lengthBytes }: Entry,
  { next, leftBytes }: { readonly next: Entry | undefined; readonly leftBytes: number },
): string | undefined {
  if (lengthBytes === undefined) return `has the length header ${JSON.stringify(found)}, not five digits`;
  if (lengthBytes > leftBytes) return `announces ${lengthBytes} bytes, but only ${leftBytes} are left in the file`;
  // The header at the end of the file may be cut.
  if (next !== undefined && next.lengthBytes === undefined && next.found.length === LAB_HEADER_BYTES) {
    return `announces ${lengthBytes} bytes, but ${JSON.stringify(next.found)} follows them, not the next length header`;
  }
  return undefined;
}
