/**
 * Reads of a file at any place, and how one state of a file is told from another.
 *
 * @module
 */

import type { RandomAccess } from "../../../mjpeg/containers/container.ts";

const FIRST_BUFFER_BYTES = 64 * 1024;

/** An open file as {@linkcode RandomAccess}, with one buffer that grows to the largest read. */
export class FileAccess implements RandomAccess {
  readonly lengthBytes: number;
  readonly #file: Deno.FsFile;
  #buffer = new Uint8Array(FIRST_BUFFER_BYTES);

  /** The file stays its opener's, who closes it. */
  constructor(file: Deno.FsFile, lengthBytes: number) {
    this.#file = file;
    this.lengthBytes = lengthBytes;
  }

  async read(offset: number, lengthBytes: number): Promise<Uint8Array> {
    if (this.#buffer.length < lengthBytes) this.#buffer = new Uint8Array(lengthBytes);
    const target = this.#buffer.subarray(0, lengthBytes);
    await readExactly(this.#file, { target, offset });
    return target;
  }
}

/** Fills `target` with the bytes from `offset`. Rejects with the numbers where the file ends before. */
export async function readExactly(
  file: Deno.FsFile,
  { target, offset }: { readonly target: Uint8Array; readonly offset: number },
): Promise<void> {
  await file.seek(offset, Deno.SeekMode.Start);
  for (let filled = 0; filled < target.length;) {
    const count = await file.read(target.subarray(filled));
    if (count === null) {
      const { size } = await file.stat();
      throw new Error(
        `Cannot read ${target.length} bytes at ${offset}: the file has become shorter, it ends at ${size}`,
      );
    }
    filled += count;
  }
}

/** Tells one state of a file from another. */
export interface FileVersion {
  readonly sizeBytes: number;
  /** When it was last written to, in milliseconds since the Unix epoch; 0 where the system does not tell. */
  readonly modifiedMs: number;
}

/** What a file is like now. */
export function versionOf({ size, mtime }: Deno.FileInfo): FileVersion {
  return { sizeBytes: size, modifiedMs: mtime?.getTime() ?? 0 };
}

/** Whether a file is unchanged between two looks at it. */
export function isSameVersion(left: FileVersion, right: FileVersion): boolean {
  return left.sizeBytes === right.sizeBytes && left.modifiedMs === right.modifiedMs;
}
