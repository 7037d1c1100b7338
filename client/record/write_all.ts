/**
 * Writes that report their progress.
 *
 * @module
 */

/** Writes all of `bytes`, in pieces of at most `pieceBytes`; calls `onProgress` each time that a part was taken. */
export async function writeAll(
  target: { write(bytes: Uint8Array): Promise<number> },
  bytes: Uint8Array,
  { onProgress, pieceBytes = Infinity }: { readonly onProgress: () => void; readonly pieceBytes?: number },
): Promise<void> {
  for (let written = 0; written < bytes.length; onProgress()) {
    written += await target.write(bytes.subarray(written, written + pieceBytes));
  }
}
