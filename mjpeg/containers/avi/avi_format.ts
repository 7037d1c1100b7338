/**
 * AVI files with Motion-JPEG, those of AVI 1.0 and of OpenDML (over 2 GB), with an index that is true, or without: then the frames are
 * found one after the other.
 *
 * @module
 */

import { isSoiAt } from "../../jpeg/markers.ts";
import type { Container, RandomAccess } from "../container.ts";
import { FileWindow } from "../index/file_window.ts";
import type { FrameLocation } from "../index/frame_index.ts";
import type { FrameIndexBuilder, IndexEnd } from "../index/frame_index_builder.ts";
import { addMarkedFrames } from "../marked_frames.ts";
import { isMotionJpeg, otherCodecError } from "../video_codec.ts";
import { type AviVideo, readAviHeaders } from "./avi_headers.ts";
import { isChunkOf, readAviIndex } from "./avi_index.ts";
import { findAviSound } from "./avi_sound.ts";
import { decodeChunkHeader, endOf, fourCharacters, LIST_HEADER_BYTES } from "./riff.ts";

/** The four characters in front of the first frame. */
const MOVI_BYTES = 4;

/** AVI files, whatever is in them. */
export const AVI: Container = {
  name: "AVI",
  signature: "an AVI file",
  recognizes: (head) =>
    head.length >= LIST_HEADER_BYTES && fourCharacters(head, 0) === "RIFF" && fourCharacters(head, 8) === "AVI ",
  index: indexAvi,
  findSound: findAviSound,
};

async function indexAvi(file: RandomAccess, frames: FrameIndexBuilder): Promise<IndexEnd> {
  const window = new FileWindow(file);
  const headers = await readAviHeaders(window);
  const { video, moviOffset = LIST_HEADER_BYTES } = headers;
  if (video === undefined) {
    if (headers.moviOffset !== undefined) throw new SyntaxError("The AVI file has no video");
    frames.note("The headers of the AVI file are damaged; its frames are found by their markers");
    await addMarkedFrames(file, { frames });
    return {};
  }
  const slots = new FrameSlots(frames, video);
  const index = await readAviIndex(window, { stream: video, headers });
  if (index === undefined) {
    await walk(file, { from: moviOffset + MOVI_BYTES, video, slots });
    return slots.end();
  }
  let isFirst = true;
  for (let at = 0; at < index.count; at++) {
    const frame = index.at(at);
    if (frame.lengthBytes === 0) {
      slots.skip();
      continue;
    }
    if (isFirst) await assertJpeg(window, frame, video);
    isFirst = false;
    if (!slots.add(frame)) return slots.end();
  }
  // A recording that was cut off, or too long for its index, goes on behind it.
  await walk(file, { from: index.end, video, slots });
  return slots.end();
}

/** Frames at their times: each takes as long as any other, and one without bytes shows the one before for longer. */
class FrameSlots {
  readonly #frames: FrameIndexBuilder;
  readonly #frameRate: number | undefined;
  #slots = 0;
  /** The slot of the first frame. */
  #first: number | undefined;
  #hasGaps = false;

  constructor(frames: FrameIndexBuilder, { frameRate }: AviVideo) {
    this.#frames = frames;
    this.#frameRate = frameRate;
  }

  /** Returns false where no more frames are taken. */
  add(frame: FrameLocation): boolean {
    const { count } = this.#frames;
    const timeUs = this.#timeUs(this.#first === undefined ? 0 : this.#slots - this.#first);
    const isTaken = this.#frames.add({ ...frame, timeUs });
    if (this.#frames.count > count) this.#first ??= this.#slots;
    this.#slots++;
    return isTaken;
  }

  /** A frame without bytes. */
  skip(): void {
    this.#slots++;
    this.#hasGaps ||= this.#first !== undefined;
  }

  /** A frame that is damaged. */
  drop(offset: number, reason: string): void {
    this.#frames.drop(offset, reason);
    this.skip();
  }

  end(): IndexEnd {
    const durationUs = this.#timeUs(this.#slots - (this.#first ?? 0));
    return { durationUs, frameRate: this.#hasGaps ? undefined : this.#frameRate };
  }

  #timeUs(slot: number): number | undefined {
    return this.#frameRate === undefined ? undefined : Math.round(slot * 1e6 / this.#frameRate);
  }

  get frames(): FrameIndexBuilder {
    return this.#frames;
  }
}

/** Goes from chunk to chunk, into all lists, whatever length those announce: a recording that was cut off announces none. */
async function walk(
  file: RandomAccess,
  { from, video, slots }: { readonly from: number; readonly video: AviVideo; readonly slots: FrameSlots },
): Promise<void> {
  const window = new FileWindow(file);
  let isFirst = true;
  for (let at = from; at < file.lengthBytes;) {
    const read = window.read(at, LIST_HEADER_BYTES);
    const head = read instanceof Uint8Array ? read : await read;
    const chunk = decodeChunkHeader(head, { offset: at });
    if (chunk === undefined) {
      if (head.length < LIST_HEADER_BYTES) return;
      slots.frames.note(
        `Behind frame ${
          slots.frames.nextNumber - 1
        }, at byte ${at}, there is no chunk; from there on, frames are found by their markers`,
      );
      return await addMarkedFrames(file, { frames: slots, from: at });
    }
    if (chunk.id === "LIST" || chunk.id === "RIFF") {
      at += LIST_HEADER_BYTES;
      continue;
    }
    if (isChunkOf(video, chunk.id)) {
      const { offset, lengthBytes } = chunk;
      if (lengthBytes === 0) slots.skip();
      else if (offset + lengthBytes > file.lengthBytes) slots.drop(offset, "it is truncated by the end of the file");
      else {
        if (isFirst) await assertJpeg(window, chunk, video);
        isFirst = false;
        if (isSoiAt(head, 8)) {
          if (!slots.add({ offset, lengthBytes })) return;
        } else slots.drop(offset, "it is no JPEG: it has no FF D8");
      }
    }
    at = endOf(chunk);
  }
}

/** Rejects with a `SyntaxError` where the video is something else than Motion-JPEG. */
async function assertJpeg(window: FileWindow, frame: FrameLocation, { codec }: AviVideo): Promise<void> {
  if (!await isMotionJpeg(window, frame, codec)) throw otherCodecError("AVI", codec);
}
