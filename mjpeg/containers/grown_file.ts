/**
 * Indexes a file again that has grown. In formats of one frame behind the other, that is as much work as has come; files of other
 * formats are read anew.
 *
 * @module
 */

import { MAX_INDEXED_FRAMES } from "../limits.ts";
import type { RandomAccess } from "./container.ts";
import { type FrameIndex, type FrameLocation, openIndex } from "./index/frame_index.ts";
import { FrameIndexBuilder } from "./index/frame_index_builder.ts";
import { containerNamed, indexFile, type IndexOptions } from "./index_file.ts";
import { joinUints } from "./index/uint_list.ts";

/**
 * The index of a file that had another one `before`, whose frames it still has unless it was written anew. Rejects as
 * {@linkcode indexFile} does.
 */
export async function indexGrownFile(
  file: RandomAccess,
  { before, ...options }: IndexOptions & { readonly before: FrameIndex },
): Promise<FrameIndex> {
  const tail = containerNamed(before.format)?.isSequence ? await indexTail(file, before, options) : undefined;
  if (tail === undefined) return await indexFile(file, options);
  return tail.index.count === 1 ? before : joined(before, tail);
}

/** Frames of the end of a file. */
interface Tail {
  readonly index: FrameIndex;
  /** Where that begins. */
  readonly from: number;
}

/**
 * The last frame that was known, which times count from, and those behind it. `undefined` where it is not where it was, or not
 * whole any more.
 */
async function indexTail(
  file: RandomAccess,
  before: FrameIndex,
  { signal, maxFrames = MAX_INDEXED_FRAMES, ...limits }: IndexOptions,
): Promise<Tail | undefined> {
  const from = before.count === 1 ? 0 : endOf(before.locate(before.count - 2));
  if (from > file.lengthBytes) return undefined;
  const frames = new FrameIndexBuilder({ ...limits, maxFrames: maxFrames - before.count + 1 });
  const container = containerNamed(before.format)!;
  const end = await container.index(behind(from, file, signal), frames);
  if (frames.count === 0) return undefined;
  const index = frames.finish(before.format, end);
  return index.locate(0).offset + from === before.locate(before.count - 1).offset ? { index, from } : undefined;
}

function endOf({ offset, lengthBytes }: FrameLocation): number {
  return offset + lengthBytes;
}

/** The end of a file, as a file. */
function behind(from: number, file: RandomAccess, signal: AbortSignal | undefined): RandomAccess {
  return {
    lengthBytes: file.lengthBytes - from,
    read(offset, lengthBytes) {
      return signal?.aborted ? Promise.reject(signal.reason) : file.read(from + offset, lengthBytes);
    },
  };
}

/** All frames but the last that was known, and those of the tail. */
function joined(before: FrameIndex, { index, from }: Tail): FrameIndex {
  const [head, tail, count] = [before.stored, index.stored, before.count - 1];
  const timeUs = before.times?.timesUs.at(count) ?? 0;
  return openIndex({
    ...head,
    largestBytes: Math.max(before.largestBytes, index.largestBytes),
    offsets: joinUints(head.offsets, { count, more: tail.offsets, added: from }),
    lengths: joinUints(head.lengths, { count, more: tail.lengths }),
    times: head.times && tail.times && {
      timesUs: joinUints(head.times.timesUs, { count, more: tail.times.timesUs, added: timeUs }),
      durationUs: timeUs + tail.times.durationUs,
    },
  });
}
