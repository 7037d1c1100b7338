/**
 * Matroska and WebM files with Motion-JPEG (RFC 9559), also such as were written to a pipe, or cut off, with the times of their frames.
 *
 * @module
 */

import { MAX_MATROSKA_TRACKS_BYTES } from "../../limits.ts";
import { indexOfNeedle as indexOf } from "@std/bytes";
import type { Container, RandomAccess } from "../container.ts";
import { FileWindow } from "../index/file_window.ts";
import type { FrameLocation } from "../index/frame_index.ts";
import type { FrameIndexBuilder, IndexEnd } from "../index/frame_index_builder.ts";
import { addMarkedFrames } from "../marked_frames.ts";
import { TimedFrames } from "../timed_frames.ts";
import { isMotionJpeg, otherCodecError } from "../video_codec.ts";
import {
  decodeElementHeader,
  decodeVariableSize,
  type Element,
  ELEMENT_HEADER_BYTES,
  elementsIn,
  uintOf,
} from "./ebml.ts";
import { decodeVideoTracks, type VideoTrack } from "./tracks.ts";

const FORMAT = "Matroska";

/** Identifiers of elements (RFC 9559, 5). */
const [EBML, SEGMENT, INFO, TIMESTAMP_SCALE, TRACKS] = [0x1a45dfa3, 0x18538067, 0x1549a966, 0x2ad7b1, 0x1654ae6b];
const [CLUSTER, TIMESTAMP, SIMPLE_BLOCK, GROUP, BLOCK] = [0x1f43b675, 0xe7, 0xa3, 0xa0, 0xa1];

/** Elements whose children are looked at, whatever length they tell. */
const PARENTS = new Set([SEGMENT, CLUSTER, GROUP]);

/** How a cluster begins. */
const CLUSTER_BYTES = new Uint8Array([0x1f, 0x43, 0xb6, 0x75]);
/** Most bytes that are searched for one at once. */
const MAX_SEARCHED_BYTES = 64 * 1024;

/** Nanoseconds of a unit of time where the file names no other. */
const DEFAULT_SCALE_NS = 1_000_000;

/** Bytes in front of a frame: the number of its track, a time of two bytes, and flags. */
const BLOCK_HEADER_BYTES = 11;
/** Flags of a block whose frames are laced. */
const LACING = 0x06;

/** Matroska and WebM files, whatever is in them. */
export const MATROSKA: Container = {
  name: FORMAT,
  signature: "a Matroska file",
  recognizes: (head) => decodeElementHeader(head)?.id === EBML,
  index: indexMatroska,
};

async function indexMatroska(file: RandomAccess, frames: FrameIndexBuilder): Promise<IndexEnd> {
  const window = new FileWindow(file);
  const reader = new BlockReader(window);
  let timed: TimedFrames | undefined;
  for await (const { offset, lengthBytes, time, track, problem } of reader.blocks()) {
    if (timed === undefined) {
      if (!await isMotionJpeg(window, { offset, lengthBytes }, track.codec)) throw otherCodecError(FORMAT, track.codec);
      if (track.isEncoded) {
        throw new SyntaxError(
          "The frames of the Matroska file are stored compressed; ffmpeg -i IN -c copy OUT.mkv writes them as they are",
        );
      }
    }
    timed ??= new TimedFrames(frames, { frameRate: track.frameRate, toleranceUs: reader.scaleUs });
    if (problem !== undefined) timed.drop(offset, problem);
    else if (offset + lengthBytes > file.lengthBytes) timed.drop(offset, "it is truncated by the end of the file");
    else if (!timed.add({ offset, lengthBytes }, time * reader.scaleUs)) return timed.end();
  }
  const { damagedAt, track } = reader;
  if (damagedAt !== undefined) frames.note(`At byte ${damagedAt} there is no element of ${FORMAT}`);
  if (timed !== undefined) return timed.end();
  if (track !== undefined || damagedAt === undefined) {
    throw new SyntaxError(`The ${FORMAT} file has no ${track === undefined ? "video" : "whole frame"}`);
  }
  frames.note("its frames are found by their markers");
  await addMarkedFrames(file, { frames, from: damagedAt });
  return {};
}

/** A frame, and when it is shown, in units of the file. */
interface Block extends FrameLocation {
  readonly time: number;
  readonly track: VideoTrack;
  /** Why it cannot be used. */
  readonly problem: string | undefined;
}

/** Goes from element to element. */
class BlockReader {
  /** Microseconds of a unit of time. */
  scaleUs = DEFAULT_SCALE_NS / 1000;
  /** Where there is first something else than an element. */
  damagedAt: number | undefined;
  /** The first video track that is Motion-JPEG by its name, else the first one. */
  track: VideoTrack | undefined;
  readonly #window: FileWindow;
  #clusterTime = 0;

  constructor(window: FileWindow) {
    this.#window = window;
  }

  /** The blocks of the track. Where the file is damaged, it goes on with the next cluster. */
  async *blocks(): AsyncGenerator<Block> {
    const window = this.#window;
    for (let at = 0; at < window.lengthBytes;) {
      const read = window.read(at, ELEMENT_HEADER_BYTES);
      const element = decodeElementHeader(read instanceof Uint8Array ? read : await read, { base: at });
      const { id, offset, lengthBytes } = element ?? {};
      if (element === undefined || lengthBytes === undefined && !PARENTS.has(id!)) {
        // Less than a header is the end of a file that was cut.
        if (window.lengthBytes - at < ELEMENT_HEADER_BYTES) return;
        this.damagedAt ??= at;
        at = await this.#findCluster(at + 1);
        continue;
      }
      if (PARENTS.has(id!)) {
        at = offset!;
        continue;
      }
      if (id === SIMPLE_BLOCK || id === BLOCK) {
        const block = await this.#readBlock(element);
        if (block !== undefined) yield block;
      } else await this.#take(element);
      at = offset! + lengthBytes!;
    }
  }

  /** Where the next cluster begins, or the end of the file. */
  async #findCluster(from: number): Promise<number> {
    const { lengthBytes } = this.#window;
    // Where one is near, little is read, however often that is.
    for (let [at, searched] = [from, 256]; at < lengthBytes; searched = Math.min(2 * searched, MAX_SEARCHED_BYTES)) {
      const found = indexOf(await this.#window.read(at, searched), CLUSTER_BYTES);
      if (found !== -1) return at + found;
      at += searched - CLUSTER_BYTES.length + 1;
    }
    return lengthBytes;
  }

  /** Takes what stands in front of blocks. */
  async #take({ id, offset, lengthBytes = 0 }: Element): Promise<void> {
    if (id === TIMESTAMP) this.#clusterTime = uintOf(await this.#window.read(offset, Math.min(8, lengthBytes)));
    else if (id === INFO) {
      const info = await this.#window.read(offset, Math.min(lengthBytes, MAX_MATROSKA_TRACKS_BYTES));
      for (const { id, data } of elementsIn(info)) if (id === TIMESTAMP_SCALE) this.scaleUs = uintOf(data) / 1000;
      if (this.scaleUs <= 0) this.scaleUs = DEFAULT_SCALE_NS / 1000;
    } else if (id === TRACKS) {
      const tracks = decodeVideoTracks(
        await this.#window.read(offset, Math.min(lengthBytes, MAX_MATROSKA_TRACKS_BYTES)),
      );
      this.track ??= tracks.find(({ codec }) => /jp/i.test(codec)) ?? tracks[0];
    }
  }

  /** A block of the track; `undefined` where it is of another one. */
  async #readBlock({ offset, lengthBytes = 0 }: Element): Promise<Block | undefined> {
    const { track } = this;
    const head = await this.#window.read(offset, Math.min(BLOCK_HEADER_BYTES, lengthBytes));
    const number = decodeVariableSize(head, 0);
    if (track === undefined || number?.value !== track.number) return undefined;
    const at = number.bytes;
    if (at + 3 > head.length || at + 3 === lengthBytes) return undefined;
    return {
      offset: offset + at + 3,
      lengthBytes: lengthBytes - at - 3,
      time: this.#clusterTime + (head[at] << 24 >> 16 | head[at + 1]),
      track,
      problem: (head[at + 2] & LACING) === 0 ? undefined : "it is laced together with others",
    };
  }
}
