/**
 * Where the samples of a file are, and when each is heard: a few bytes for each piece of samples that lie side by side. Samples are
 * read by it a piece at a time, so nothing of them is held.
 *
 * @module
 */

import { MAX_SOUND_PIECES } from "../../limits.ts";
import { storedBlockBytes, type StoredFormat } from "../../sound.ts";
import { uintAt, UintList, type Uints } from "../index/uint_list.ts";

/** The sound of a file: data that other threads may get, in memory that they share. */
export interface StoredSound extends StoredFormat {
  /** Samples of a channel from the first frame to the last sample, gaps between pieces included. */
  readonly sampleCount: number;
  /** Where each piece is in the file. */
  readonly offsets: Uints;
  /** Its first sample, counted from the first frame. */
  readonly starts: Uints;
  /** Its samples. */
  readonly counts: Uints;
}

/** A part of what is to be read: bytes of the file, and where they belong in what was asked for. */
export interface SoundPart {
  readonly offset: number;
  readonly lengthBytes: number;
  /** Bytes from the start of what was asked for. */
  readonly at: number;
}

/** A format that can be read. Throws a `SyntaxError` with the reason where it is one why it cannot. */
export function readable(format: StoredFormat | string): StoredFormat {
  if (typeof format === "string") throw new SyntaxError(format);
  return format;
}

/** How far a piece may be from the end of the one before to count as its continuation, in seconds: times in files are rounded. */
const MAX_STEP_SECONDS = 0.02;

/** Samples that a piece may have. */
const MAX_COUNT = 2 ** 32 - 1;

/** What would be heard in years is a mistake of the file. */
const MAX_START = 2 ** 47;

/** Collects the pieces of the sound of a file, in their order. */
export class SoundIndexBuilder {
  readonly #format: StoredFormat;
  readonly #blockBytes: number;
  readonly #offsets = new UintList(6);
  readonly #starts = new UintList(6);
  readonly #counts = new UintList(4);
  /** The last piece, which may go on. */
  #last: { offset: number; start: number; count: number } | undefined;

  constructor(format: StoredFormat) {
    this.#format = format;
    this.#blockBytes = storedBlockBytes(format);
  }

  /** The sample behind the last piece. */
  get end(): number {
    return this.#last === undefined ? 0 : this.#last.start + this.#last.count;
  }

  /**
   * Adds what lies at `offset`; half a sample at its end is left out. It is heard at `timeUs` after the first frame; without, or close
   * to it, behind the piece before. What would be heard before the first frame, or before the piece before has ended, is left out.
   * Returns false where no more pieces are taken.
   */
  add(offset: number, lengthBytes: number, timeUs?: number): boolean {
    const { sampleRate } = this.#format;
    const wanted = timeUs === undefined ? this.end : Math.round(timeUs * sampleRate / 1e6);
    const isNext = this.#last !== undefined && Math.abs(wanted - this.end) <= MAX_STEP_SECONDS * sampleRate;
    const start = isNext ? this.end : wanted;
    const early = Math.max(0, this.end - start);
    const count = Math.min(MAX_COUNT, Math.floor(lengthBytes / this.#blockBytes)) - early;
    if (count <= 0 || !(start < MAX_START)) return true;
    const piece = { offset: offset + early * this.#blockBytes, start: start + early, count };
    const last = this.#last;
    if (
      last !== undefined && piece.start === this.end && piece.offset === last.offset + last.count * this.#blockBytes &&
      last.count + count <= MAX_COUNT
    ) {
      last.count += count;
      return true;
    }
    if (this.#offsets.length + 1 >= MAX_SOUND_PIECES) return false;
    this.#flush();
    this.#last = piece;
    return true;
  }

  /** The sound; `undefined` where there is not one sample. */
  finish(): StoredSound | undefined {
    if (this.#last === undefined) return undefined;
    const sampleCount = this.end;
    this.#flush();
    const [offsets, starts, counts] = [this.#offsets, this.#starts, this.#counts].map((list) => list.finish());
    return { ...this.#format, sampleCount, offsets, starts, counts };
  }

  #flush(): void {
    if (this.#last === undefined) return;
    this.#offsets.push(this.#last.offset);
    this.#starts.push(this.#last.start);
    this.#counts.push(this.#last.count);
  }
}

/** What of the file has the samples from `first` on, in order; what lies between the parts is silence. */
export function soundParts(sound: StoredSound, first: number, count: number): SoundPart[] {
  const blockBytes = storedBlockBytes(sound);
  const parts: SoundPart[] = [];
  for (let piece = pieceAt(sound, first); piece < sound.starts.low.length; piece++) {
    const start = uintAt(sound.starts, piece);
    if (start >= first + count) break;
    const from = Math.max(first, start);
    const to = Math.min(first + count, start + uintAt(sound.counts, piece));
    if (to <= from) continue;
    parts.push({
      offset: uintAt(sound.offsets, piece) + (from - start) * blockBytes,
      lengthBytes: (to - from) * blockBytes,
      at: (from - first) * blockBytes,
    });
  }
  return parts;
}

/** The last piece that does not begin behind a sample; the first where all do. */
function pieceAt({ starts }: StoredSound, sample: number): number {
  let [low, high] = [0, starts.low.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (uintAt(starts, middle) <= sample) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}
