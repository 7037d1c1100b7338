/**
 * Concatenated JPEG to standard output.
 *
 * @module
 */

import type { FrameStore } from "./frame_store.ts";
import { writeAll } from "./write_all.ts";

/** A pipe takes a write as a whole. In pieces, a pipe that is read slowly can be told from one that nobody reads. */
const PIECE_BYTES = 16 * 1024;

/** Standard output, which stays open. */
export class PipeStore implements FrameStore {
  write(frame: Uint8Array, onProgress: () => void): Promise<void> {
    return writeAll(Deno.stdout, frame, { onProgress, pieceBytes: PIECE_BYTES });
  }

  close(): void {}
}
