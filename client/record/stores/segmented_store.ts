/**
 * A recording in segments: each is a file or a folder of its own, which is whole at every moment as any other. The newest may be kept
 * alone, as in a ring.
 *
 * @module
 */

import type { SoundFormat, SoundPiece } from "../../../mjpeg/sound.ts";
import type { LocalStore, Segment, StoredFrame, StoreNotice } from "./frame_store.ts";
import { type SegmentedName, segmentPath } from "./segment_name.ts";

/** When a segment ends, and how many are kept; `Infinity` where there is no limit. */
export interface SegmentLimits {
  /** Time from its first frame, in microseconds, at which the next one begins. */
  readonly lengthUs: number;
  /** Bytes that it does not exceed, unless by its first frame. */
  readonly maxBytes: number;
  /** Segments of this recording that are kept; older ones are removed. */
  readonly maxSegments: number;
}

/** Constructor options of {@linkcode SegmentedStore}. */
export interface SegmentedStoreOptions {
  readonly name: SegmentedName;
  readonly limits: SegmentLimits;
  /** A segment under a name. Its first write throws `AlreadyExists` where something of that name is there. */
  readonly open: (path: string) => Segment;
  /** Hears where frames are stored from now on. */
  readonly tell: (notice: StoreNotice) => void;
}

/** Names that are tried for a segment before the error is told. */
const MAX_ATTEMPTS = 1000;

/** Segments, one after the other. */
export class SegmentedStore implements LocalStore {
  readonly #options: SegmentedStoreOptions;
  #current: Segment | undefined;
  /** Time of its first frame. */
  #startUs = 0;
  #soundFormat: SoundFormat | undefined;
  /** Segments that are there, the oldest first; none where all are kept. */
  readonly #kept: Segment[] = [];

  /** Makes nothing until a frame comes. */
  constructor(options: SegmentedStoreOptions) {
    this.#options = options;
  }

  write(frame: StoredFrame): void {
    const { lengthUs, maxBytes } = this.#options.limits;
    if (frame.timestampUs - this.#startUs < lengthUs && this.#current?.writeWithin(frame, maxBytes)) return;
    this.finish();
    this.#current = this.#begin(frame);
    this.#startUs = frame.timestampUs;
    this.#removeOldest();
  }

  expectSound(format: SoundFormat): void {
    this.#soundFormat = format;
  }

  writeSound(piece: SoundPiece): void {
    this.#current?.writeSound(piece);
  }

  finish(): void {
    this.#current?.finish();
    this.#current = undefined;
  }

  discard(): void {
    this.close();
  }

  close(): void {
    this.#current?.close();
    this.#current = undefined;
  }

  /** A segment with its first frame, under a name that nothing has yet. */
  #begin(frame: StoredFrame): Segment {
    const { name, open, tell } = this.#options;
    const arrivalMs = frame.arrivalMs ?? Date.now();
    for (let attempt = 1;; attempt++) {
      const path = segmentPath(name, { arrivalMs, attempt });
      const segment = open(path);
      if (this.#soundFormat !== undefined) segment.expectSound(this.#soundFormat);
      try {
        segment.writeWithin(frame, Infinity);
      } catch (error) {
        segment.close();
        if (error instanceof Deno.errors.AlreadyExists && attempt < MAX_ATTEMPTS) continue;
        throw error;
      }
      tell({ level: "info", text: `storing in ${path}` });
      if (this.#options.limits.maxSegments < Infinity) this.#kept.push(segment);
      return segment;
    }
  }

  /** Where one cannot be removed, such as one that somebody looks at on Windows, that is tried again with the next. */
  #removeOldest(): void {
    const { limits, tell } = this.#options;
    while (this.#kept.length > limits.maxSegments) {
      try {
        this.#kept[0].remove();
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return tell({ level: "warning", text: `an old segment cannot be removed, there is one too many: ${reason}` });
      }
      this.#kept.shift();
    }
  }
}
