/**
 * Finds frames by the markers of their JPEGs alone, whatever stands between them: in files of concatenated JPEGs, and in those of
 * other formats from where they are damaged.
 *
 * @module
 */

import { hasWholeScan } from "../entropy/whole_scan.ts";
import { type ImageLocation, JpegScanner, type ScannerOutput } from "../jpeg/jpeg_scanner.ts";
import { endsWithEoi } from "../jpeg/whole_jpeg.ts";
import { decodeOtherPictures, MULTI_PICTURE_MAX_BYTES } from "../jpeg/multi_picture.ts";
import { MAX_CHECKED_BYTES } from "../limits.ts";
import type { RandomAccess } from "./container.ts";
import type { FrameLocation } from "./index/frame_index.ts";
import type { FrameIndexBuilder } from "./index/frame_index_builder.ts";

const CHUNK_BYTES = 256 * 1024;

/** Takes the frames that are found. */
export type MarkedFrames = Pick<FrameIndexBuilder, "add" | "drop">;

/** Adds the frames from byte `from` on. Reads everything once. */
export async function addMarkedFrames(
  file: RandomAccess,
  { frames, from = 0 }: { readonly frames: MarkedFrames; readonly from?: number },
): Promise<void> {
  const scanner = new JpegScanner({ offset: from });
  const finder = new FrameAdder(file, frames);
  for (let offset = from; offset < file.lengthBytes; offset += CHUNK_BYTES) {
    const chunk = await file.read(offset, Math.min(CHUNK_BYTES, file.lengthBytes - offset));
    if (!await finder.addAll(scanner.push(chunk))) return;
  }
  const { outputs, open } = scanner.finish();
  if (await finder.addAll(outputs) && open !== undefined) await finder.addLast(open);
}

/** Whether the last image of a file has all its data, or ends with an EOI that damage in its scan hid. */
export async function isWholeImage(file: RandomAccess, { offset, lengthBytes }: FrameLocation): Promise<boolean> {
  if (lengthBytes > MAX_CHECKED_BYTES) return false;
  const jpeg = await file.read(offset, lengthBytes);
  return endsWithEoi(jpeg) || hasWholeScan(jpeg);
}

/** Adds what the scanner finds, without the pictures that belong to a photo before them. */
class FrameAdder {
  readonly #file: RandomAccess;
  readonly #frames: MarkedFrames;
  /** Offsets of the other pictures of the photo that came last. */
  #others: ReadonlySet<number> = new Set();

  constructor(file: RandomAccess, frames: MarkedFrames) {
    this.#file = file;
    this.#frames = frames;
  }

  /** Returns false where no more frames are taken. */
  async addAll(outputs: readonly ScannerOutput[]): Promise<boolean> {
    for (const output of outputs) {
      if (output.kind === "malformed") this.#frames.drop(output.offset, output.reason);
      else if (!this.#others.has(output.offset)) {
        if (!this.#frames.add({ offset: output.offset, lengthBytes: output.lengthBytes })) return false;
        if (output.multiPictureOffset !== undefined) await this.#readOthers(output.multiPictureOffset);
      }
    }
    return true;
  }

  /** The image that the end of the file leaves open. */
  async addLast({ offset, lengthBytes }: ImageLocation): Promise<void> {
    if (this.#others.has(offset)) return;
    if (await isWholeImage(this.#file, { offset, lengthBytes })) this.#frames.add({ offset, lengthBytes });
    else this.#frames.drop(offset, "it is truncated by the end of the file");
  }

  async #readOthers(offset: number): Promise<void> {
    const lengthBytes = Math.min(MULTI_PICTURE_MAX_BYTES, this.#file.lengthBytes - offset);
    this.#others = new Set(
      decodeOtherPictures(await this.#file.read(offset, lengthBytes)).map((other) => offset + other),
    );
  }
}
