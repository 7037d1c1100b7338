/**
 * The saved body of a `multipart/x-mixed-replace` response, as `curl http://camera/stream > movie` or `ffmpeg -f mpjpeg` write it, with
 * the head of the response or without. Frames are at the times that their parts tell.
 *
 * @module
 */

import { type FoundPart, type MultipartOutput, MultipartScanner } from "../../multipart/multipart_scanner.ts";
import { PartClock } from "../../multipart/part_clock.ts";
import { timestampUsOf } from "../../multipart/part_fields.ts";
import { beginsMultipart } from "../../multipart/part_head.ts";
import type { Container, RandomAccess } from "../container.ts";
import type { FrameIndexBuilder, IndexEnd } from "../index/frame_index_builder.ts";
import { isWholeImage } from "../marked_frames.ts";
import { TimedFrames } from "../timed_frames.ts";

/** Larger frames are passed over, not read. */
const CHUNK_BYTES = 64 * 1024;

/** Files that start with the head of a part of JPEG. */
export const MULTIPART: Container = {
  name: "multipart",
  signature: "a multipart stream of JPEGs",
  isSequence: true,
  recognizes: beginsMultipart,
  index: indexMultipart,
};

async function indexMultipart(file: RandomAccess, frames: FrameIndexBuilder): Promise<IndexEnd> {
  const parts = new PartFrames(frames);
  const scanner = new MultipartScanner();
  for (let at = 0;;) {
    while (at < file.lengthBytes) {
      const skipped = Math.min(scanner.skippableBytes, file.lengthBytes - at);
      scanner.skip(skipped);
      at += skipped;
      const chunk = await file.read(at, Math.min(CHUNK_BYTES, file.lengthBytes - at));
      at += chunk.length;
      const outputs = scanner.push(chunk);
      if (!parts.addAll(outputs)) return parts.end();
      const from = rereadOffset(outputs);
      if (from === undefined) continue;
      frames.note(
        `Content-Length is wrong for frame ${frames.nextNumber} at byte ${from}; from there on, frames are found by their markers`,
      );
      at = from;
    }
    const { outputs, open } = scanner.finish();
    if (!parts.addAll(outputs)) return parts.end();
    const from = rereadOffset(outputs);
    if (from === undefined) {
      if (open !== undefined && await isWholeImage(file, open)) parts.add(open);
      else if (open !== undefined) parts.drop(open.offset, "it is truncated by the end of the file");
      return parts.end();
    }
    at = from;
  }
}

/** Where the file has to be read again from. */
function rereadOffset(outputs: readonly MultipartOutput[]): number | undefined {
  const last = outputs.at(-1);
  return last?.kind === "reread" ? last.offset : undefined;
}

/** Adds frames at the times of their parts; without, where the first part has none. */
class PartFrames {
  readonly #frames: FrameIndexBuilder;
  readonly #timed: TimedFrames;
  readonly #clock = new PartClock();
  #hasTimes: boolean | undefined;

  constructor(frames: FrameIndexBuilder) {
    this.#frames = frames;
    this.#timed = new TimedFrames(frames, { frameRate: undefined, toleranceUs: 0 });
  }

  /** Returns false where no more frames are taken. */
  addAll(outputs: readonly MultipartOutput[]): boolean {
    for (const output of outputs) {
      if (output.kind === "malformed") this.drop(output.offset, output.reason);
      else if (output.kind === "part" && !this.add(output)) return false;
    }
    return true;
  }

  /** Returns false where no more frames are taken. */
  add({ fields, offset, lengthBytes }: FoundPart): boolean {
    const timestampUs = timestampUsOf(fields);
    this.#hasTimes ??= timestampUs !== undefined;
    if (!this.#hasTimes) return this.#frames.add({ offset, lengthBytes });
    return this.#timed.add({ offset, lengthBytes }, this.#clock.next(timestampUs));
  }

  /** A frame is damaged. */
  drop(offset: number, reason: string): void {
    this.#frames.drop(offset, reason);
  }

  end(): IndexEnd {
    return this.#hasTimes ? this.#timed.end() : {};
  }
}
