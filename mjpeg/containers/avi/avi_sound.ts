/**
 * The sound of an AVI file: by its index where that is true, and chunk by chunk behind it or without it.
 *
 * @module
 */

import type { RandomAccess } from "../container.ts";
import { FileWindow } from "../index/file_window.ts";
import { readable, SoundIndexBuilder, type StoredSound } from "../sound/stored_sound.ts";
import { type AviSound, readAviHeaders } from "./avi_headers.ts";
import { isChunkOf, readAviIndex } from "./avi_index.ts";
import { decodeChunkHeader, endOf, LIST_HEADER_BYTES } from "./riff.ts";

/** The first stream of sound, which begins with the frames. Rejects with a `SyntaxError` where it cannot be read. */
export async function findAviSound(file: RandomAccess): Promise<StoredSound | undefined> {
  const window = new FileWindow(file);
  const headers = await readAviHeaders(window);
  const { sound, moviOffset = LIST_HEADER_BYTES } = headers;
  if (sound === undefined) return undefined;
  const builder = new SoundIndexBuilder(readable(sound.format));
  const index = await readAviIndex(window, { stream: sound, headers });
  for (let at = 0; index !== undefined && at < index.count; at++) {
    const { offset, lengthBytes } = index.at(at);
    if (!builder.add(offset, lengthBytes)) return builder.finish();
  }
  // The characters `movi` are four bytes.
  await walk(window, { from: index?.end ?? moviOffset + 4, sound, builder });
  return builder.finish();
}

/** Goes from chunk to chunk, into all lists, as far as there are any. */
async function walk(
  window: FileWindow,
  { from, sound, builder }: { readonly from: number; readonly sound: AviSound; readonly builder: SoundIndexBuilder },
): Promise<void> {
  for (let at = from; at < window.lengthBytes;) {
    const read = window.read(at, LIST_HEADER_BYTES);
    const chunk = decodeChunkHeader(read instanceof Uint8Array ? read : await read, { offset: at });
    if (chunk === undefined) return;
    if (chunk.id === "LIST" || chunk.id === "RIFF") {
      at += LIST_HEADER_BYTES;
      continue;
    }
    const lengthBytes = Math.min(chunk.lengthBytes, window.lengthBytes - chunk.offset);
    if (isChunkOf(sound, chunk.id) && !builder.add(chunk.offset, lengthBytes)) return;
    at = endOf(chunk);
  }
}
