/**
 * Reads what a WAV file says of itself: the format of its samples, where they lie, and how many there are. Nothing of the samples is
 * read.
 *
 * @module
 */

import { MAX_WAV_CHUNKS } from "../../limits.ts";
import { decodeChunkHeader, endOf, fourCharacters, LIST_HEADER_BYTES } from "../avi/riff.ts";
import type { Container, RandomAccess } from "../container.ts";
import type { StoredFormat } from "../../sound.ts";
import { readable, SoundIndexBuilder, type StoredSound } from "./stored_sound.ts";
import { decodeWaveFormat, MAX_WAVE_FORMAT_BYTES } from "./wave_format.ts";

/** WAV files: containers without frames. */
export const WAV: Pick<Container, "recognizes" | "findSound"> = { recognizes: isWav, findSound: findWavSound };

function isWav(head: Uint8Array): boolean {
  return head.length >= LIST_HEADER_BYTES && fourCharacters(head, 0) === "RIFF" && fourCharacters(head, 8) === "WAVE";
}

async function findWavSound(file: RandomAccess): Promise<StoredSound | undefined> {
  let format: StoredFormat | undefined;
  let data: { offset: number; lengthBytes: number } | undefined;
  let at = LIST_HEADER_BYTES;
  for (let count = 0; count < MAX_WAV_CHUNKS && at < file.lengthBytes; count++) {
    const header = await file.read(at, Math.min(8, file.lengthBytes - at));
    const chunk = decodeChunkHeader(header, { offset: at });
    if (chunk === undefined) break;
    const lengthBytes = Math.min(chunk.lengthBytes, file.lengthBytes - chunk.offset);
    if (chunk.id === "fmt ") {
      const bytes = await file.read(chunk.offset, Math.min(lengthBytes, MAX_WAVE_FORMAT_BYTES));
      format ??= readable(decodeWaveFormat(bytes));
    } else if (chunk.id === "data") {
      // A writer that cannot go back leaves 0 where it is still the last chunk.
      const isOpen = chunk.lengthBytes === 0;
      data ??= { offset: chunk.offset, lengthBytes: isOpen ? file.lengthBytes - chunk.offset : lengthBytes };
    }
    if (format !== undefined && data !== undefined) break;
    at = endOf(chunk);
  }
  if (format === undefined) throw new SyntaxError("it has no chunk `fmt `");
  if (data === undefined) throw new SyntaxError("it has no chunk `data`");
  const builder = new SoundIndexBuilder(format);
  builder.add(data.offset, data.lengthBytes);
  return builder.finish();
}
