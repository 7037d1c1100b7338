/**
 * Writes of a whole, to what may take only a part at a time: sockets, files, pipes.
 *
 * @module
 */

/** How to write, and who hears of it. */
export interface WriteAllOptions {
  /** Called each time that a part was taken. */
  readonly onProgress?: () => void;
  /** Most bytes to offer at once; default all. */
  readonly pieceBytes?: number;
}

/** Writes all bytes before it returns, which only a thread of its own should wait for. Throws where the target takes no more. */
export function writeAllSync(target: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += target.writeSync(bytes.subarray(written));
}

/** Writes all bytes. Rejects where the target takes no more. */
export async function writeAll(
  target: { write(bytes: Uint8Array): Promise<number> },
  bytes: Uint8Array,
  { onProgress, pieceBytes = Infinity }: WriteAllOptions = {},
): Promise<void> {
  for (let written = 0; written < bytes.length; onProgress?.()) {
    written += await target.write(bytes.subarray(written, written + pieceBytes));
  }
}
