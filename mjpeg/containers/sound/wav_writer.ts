/**
 * Writes WAV files as the sound comes: PCM of 16 bits. A file is whole behind each piece.
 *
 * @module
 */

import { concat } from "@std/bytes";
import type { SoundFormat, SoundPiece } from "../../sound.ts";
import { CHUNK_HEADER_BYTES } from "../avi/riff.ts";
import { characters, chunk, setHeader } from "../avi/riff_writer.ts";
import type { Patch } from "../patch.ts";
import { SoundGrid } from "./sound_grid.ts";
import { waveFormat } from "./wave_format.ts";

/** What the lengths of the format can count. */
const MAX_BYTES = 2 ** 32 - 1;

/** The sound of a movie, in a file beside it. */
export class WavWriter {
  readonly #format: SoundFormat;
  readonly #grid: SoundGrid;
  /** RIFF, `fmt `, and the header of `data`. */
  #header: Uint8Array | undefined;
  #dataBytes = 0;

  /** For a movie whose first frame has the time `startUs`. */
  constructor(format: SoundFormat, startUs: number) {
    this.#format = format;
    this.#grid = new SoundGrid(format, startUs);
  }

  /** What to write for the next piece. Throws a `RangeError` where there is no room for it any more. */
  add(piece: SoundPiece): readonly Patch[] {
    const data = this.#grid.add(piece);
    if (data.length === 0) return [];
    const isNew = this.#header === undefined;
    const header = this.#header ??= concat([
      chunk("RIFF", characters("WAVE")),
      chunk("fmt ", waveFormat(this.#format)),
      chunk("data", new Uint8Array(0)),
    ]);
    const end = header.length + this.#dataBytes;
    if (end + data.length > MAX_BYTES) throw new RangeError("a WAV file has no room for more than 4 GB");
    this.#dataBytes += data.length;
    setHeader(header, { id: "RIFF", lengthBytes: end + data.length - CHUNK_HEADER_BYTES });
    setHeader(header, { at: header.length - CHUNK_HEADER_BYTES, id: "data", lengthBytes: this.#dataBytes });
    if (isNew) return [{ offset: 0, bytes: concat([header, data]) }];
    return [{ offset: end, bytes: data }, { offset: 0, bytes: header }];
  }
}
