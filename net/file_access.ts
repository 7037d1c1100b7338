/**
 * Reads of an open file at any place.
 *
 * @module
 */

const FIRST_BUFFER_BYTES = 64 * 1024;

/** An open file whose bytes can be read at any offset, with one buffer that grows to the largest read. */
export class FileAccess {
  /** Bytes of the file when it was opened. */
  readonly lengthBytes: number;
  readonly #file: Deno.FsFile;
  #buffer = new Uint8Array(FIRST_BUFFER_BYTES);

  /** The file stays its opener's, who closes it. */
  constructor(file: Deno.FsFile, lengthBytes: number) {
    this.#file = file;
    this.lengthBytes = lengthBytes;
  }

  /** Reads exactly `lengthBytes` bytes at `offset`. They hold until the next call. Rejects where the file has become shorter. */
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
  // That waits for nothing.
  file.seekSync(offset, Deno.SeekMode.Start);
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
