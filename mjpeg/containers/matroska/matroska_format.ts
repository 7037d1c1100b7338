/**
 * Matroska and WebM files with Motion-JPEG (RFC 9559), also such as were written to a pipe, or cut off, with the times of their frames.
 *
 * @module
 */

import type { Container, RandomAccess } from "../container.ts";
import { FileWindow } from "../index/file_window.ts";
import type { FrameIndexBuilder, IndexEnd } from "../index/frame_index_builder.ts";
import { addMarkedFrames } from "../marked_frames.ts";
import { TimedFrames } from "../timed_frames.ts";
import { isMotionJpeg, otherCodecError } from "../video_codec.ts";
import { BlockReader } from "./block_reader.ts";
import { decodeElementHeader } from "./ebml.ts";
import { findMatroskaSound } from "./matroska_sound.ts";

const FORMAT = "Matroska";

/** The first element (RFC 8794, 11.2). */
const EBML = 0x1a45dfa3;

/** Matroska and WebM files, whatever is in them. */
export const MATROSKA: Container = {
  name: FORMAT,
  signature: "a Matroska file",
  recognizes: (head) => decodeElementHeader(head)?.id === EBML,
  index: indexMatroska,
  findSound: findMatroskaSound,
};

async function indexMatroska(file: RandomAccess, frames: FrameIndexBuilder): Promise<IndexEnd> {
  const window = new FileWindow(file);
  const reader = new BlockReader(window, ({ video }) => video === undefined ? [] : [video]);
  let timed: TimedFrames | undefined;
  for await (const { offset, lengthBytes, time, lacing } of reader.blocks()) {
    const { video: track } = reader.tracks;
    if (track === undefined) continue;
    if (timed === undefined) {
      if (!await isMotionJpeg(window, { offset, lengthBytes }, track.codec)) throw otherCodecError(FORMAT, track.codec);
      if (track.isEncoded) {
        throw new SyntaxError(
          "The frames of the Matroska file are stored compressed; ffmpeg -i IN -c copy OUT.mkv writes them as they are",
        );
      }
    }
    timed ??= new TimedFrames(frames, { frameRate: track.frameRate, toleranceUs: reader.scaleUs });
    if (lacing !== 0) timed.drop(offset, "it is laced together with others");
    else if (offset + lengthBytes > file.lengthBytes) timed.drop(offset, "it is truncated by the end of the file");
    else if (!timed.add({ offset, lengthBytes }, time * reader.scaleUs)) return timed.end();
  }
  const { damagedAt, tracks: { video: track } } = reader;
  if (damagedAt !== undefined) frames.note(`At byte ${damagedAt} there is no element of ${FORMAT}`);
  if (timed !== undefined) return timed.end();
  if (track !== undefined || damagedAt === undefined) {
    throw new SyntaxError(`The ${FORMAT} file has no ${track === undefined ? "video" : "whole frame"}`);
  }
  frames.note("its frames are found by their markers");
  await addMarkedFrames(file, { frames, from: damagedAt });
  return {};
}
