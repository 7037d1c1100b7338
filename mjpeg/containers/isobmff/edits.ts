/**
 * Edit lists (ISO/IEC 14496-12, 8.6.6): which parts of a track are shown, in which order, and for how long.
 *
 * @module
 */

import { MAX_INDEXED_FRAMES } from "../../limits.ts";
import type { RandomAccess } from "../container.ts";
import type { IndexEnd } from "../index/frame_index_builder.ts";
import type { TimedFrames } from "../timed_frames.ts";
import { UintList } from "../index/uint_list.ts";
import type { Edit } from "./movie_headers.ts";
import type { Sample } from "./sample_table.ts";

/** Whether a list shows all of its track: a pause before it does not matter to a file whose first frame is at 0. */
export function isWhole(edits: readonly Edit[]): boolean {
  const shown = edits.filter(({ mediaTime }) => mediaTime !== -1);
  if (shown.length === 0) return true;
  const [{ duration, mediaTime, isStill }] = shown;
  return shown.length === 1 && mediaTime === 0 && duration === 0 && !isStill;
}

/** The samples of a track, of which a list shows parts. */
export class EditedFrames {
  readonly #scaleUs: number;
  readonly #offsets = new UintList(6);
  readonly #lengths = new UintList(4);
  readonly #timesUs = new UintList(6);

  /** Samples have times in units of so many microseconds. */
  constructor(scaleUs: number) {
    this.#scaleUs = scaleUs;
  }

  /** Takes the next sample; one without bytes shows the one before for longer. Returns false where there are too many. */
  push({ offset, lengthBytes, time }: Sample): boolean {
    const timeUs = Math.round(time * this.#scaleUs);
    if (lengthBytes === 0) return true;
    if (this.#offsets.length >= MAX_INDEXED_FRAMES || timeUs >= 2 ** 48 || offset >= 2 ** 48) return false;
    this.#offsets.push(offset);
    this.#lengths.push(lengthBytes);
    this.#timesUs.push(timeUs);
    return true;
  }

  /** Adds what the list shows. */
  addTo(
    timed: TimedFrames,
    { edits, movieScaleUs, file }: {
      readonly edits: readonly Edit[];
      readonly movieScaleUs: number;
      readonly file: RandomAccess;
    },
  ): IndexEnd {
    let [atUs, steps] = [0, 0];
    for (const { duration, mediaTime, isStill } of edits) {
      const forUs = duration === 0 ? Infinity : duration * movieScaleUs;
      if (mediaTime >= 0) {
        const fromUs = mediaTime * this.#scaleUs;
        const toUs = isStill ? fromUs : fromUs + forUs;
        for (let index = this.#indexAt(fromUs); index < this.#offsets.length; index++) {
          const timeUs = this.#timesUs.at(index);
          if (timeUs > fromUs && timeUs >= Math.round(toUs)) break;
          // A list may show the same part again and again.
          if (++steps > MAX_INDEXED_FRAMES) return timed.end();
          const [offset, lengthBytes] = [this.#offsets.at(index), this.#lengths.at(index)];
          if (offset + lengthBytes > file.lengthBytes) timed.drop(offset, "it is truncated by the end of the file");
          else if (!timed.add({ offset, lengthBytes }, atUs + Math.max(0, timeUs - fromUs))) return timed.end();
        }
      }
      if (forUs === Infinity) return timed.end();
      atUs += forUs;
    }
    return timed.end(atUs);
  }

  /** The sample that is shown at a time, the first where there is none before. */
  #indexAt(timeUs: number): number {
    let [low, high] = [0, this.#timesUs.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#timesUs.at(middle) <= Math.round(timeUs)) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
