/**
 * A file that is written to where a format says.
 *
 * @module
 */

import type { Patch } from "../../../mjpeg/containers/patch.ts";
import { writeAllSync } from "../../../net/write_all.ts";

/** An open file, and where in it the next byte is written if nobody says otherwise. */
export class PatchedFile implements Disposable {
  readonly #file: Deno.FsFile;
  #position: number;

  /** Takes over an open file that stands at `position`. */
  constructor(file: Deno.FsFile, position = 0) {
    this.#file = file;
    this.#position = position;
  }

  /** Writes all, in this order. What an error leaves has to be cut off. */
  write(patches: readonly Patch[]): void {
    for (const { offset, bytes } of patches) {
      if (offset !== this.#position) this.#file.seekSync(offset, Deno.SeekMode.Start);
      writeAllSync(this.#file, bytes);
      this.#position = offset + bytes.length;
    }
  }

  /** Cuts off what is behind the first `lengthBytes`, as far as that can be done: where an error is the reason, that one is to be told. */
  tryTruncate(lengthBytes: number): void {
    try {
      this.#file.truncateSync(lengthBytes);
    } catch {
      // Nothing more can be done.
    }
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/** Bytes of a file of `lengthBytes` once these are written. */
export function lengthWith(patches: readonly Patch[], lengthBytes: number): number {
  return Math.max(lengthBytes, ...patches.map(({ offset, bytes }) => offset + bytes.length));
}
