/**
 * The sound of a Matroska or WebM file: the blocks of its first track of sound, at their times.
 *
 * @module
 */

import { MAX_SOUND_PIECES } from "../../limits.ts";
import type { RandomAccess } from "../container.ts";
import { FileWindow } from "../index/file_window.ts";
import { readable, SoundIndexBuilder, type StoredSound } from "../sound/stored_sound.ts";
import { type Block, BlockReader, LACINGS } from "./block_reader.ts";
import { decodeVariableSize } from "./ebml.ts";

/** Bytes of a block in which the lengths of its frames are looked for. */
const MAX_LACING_BYTES = 1024;

/** The first track of sound, from the first frame on. Rejects with a `SyntaxError` where it cannot be read. */
export async function findMatroskaSound(file: RandomAccess): Promise<StoredSound | undefined> {
  const window = new FileWindow(file);
  const reader = new BlockReader(
    window,
    ({ video, sound }) => video === undefined || sound === undefined ? undefined : [video, sound],
  );
  let builder: SoundIndexBuilder | undefined;
  let startTime: number | undefined;
  /** What comes before the first frame. */
  const early: Block[] = [];
  const add = async (block: Block) => {
    const [offset, lengthBytes] = await dataOf(window, block);
    return builder!.add(offset, lengthBytes, (block.time - startTime!) * reader.scaleUs);
  };
  for await (const block of reader.blocks()) {
    const { video, sound } = reader.tracks;
    builder ??= new SoundIndexBuilder(readable(sound!.format));
    if (block.track === video?.number) {
      if (startTime !== undefined) continue;
      startTime = block.time;
      for (const before of early) await add(before);
    } else if (startTime === undefined) {
      if (early.push(block) >= MAX_SOUND_PIECES) break;
    } else if (!await add(block)) break;
  }
  return builder?.finish();
}

/** The samples of a block, behind the lengths of its frames where it has several: those follow one another. */
async function dataOf(window: FileWindow, block: Block): Promise<readonly [offset: number, lengthBytes: number]> {
  const { offset, lacing } = block;
  const lengthBytes = Math.min(block.lengthBytes, window.lengthBytes - offset);
  if (lacing === 0) return [offset, lengthBytes];
  const head = await window.read(offset, Math.min(lengthBytes, MAX_LACING_BYTES));
  const skipped = Math.min(lacingBytes(head, lacing), lengthBytes);
  return [offset + skipped, lengthBytes - skipped];
}

/** Bytes of the number of frames and of all their lengths but the last (RFC 9559, 10.3). */
function lacingBytes(head: Uint8Array, lacing: Block["lacing"]): number {
  if (lacing === LACINGS.fixed) return 1;
  let at = 1;
  for (let lengths = head[0]; lengths > 0 && at < head.length; lengths--) {
    if (lacing === LACINGS.xiph) {
      while (head[at] === 0xff) at++;
      at++;
    } else at += decodeVariableSize(head, at)?.bytes ?? 1;
  }
  return at;
}
