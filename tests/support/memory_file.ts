/**
 * Bytes as a file that can be read at any place.
 *
 * @module
 */

import type { RandomAccess } from "../../mjpeg/containers/frame_index.ts";

/** `bytes` as {@linkcode RandomAccess}; a read beyond the end is the test's failure. */
export function memoryFile(bytes: Uint8Array): RandomAccess {
  return {
    lengthBytes: bytes.length,
    read(offset, lengthBytes) {
      if (offset < 0 || offset + lengthBytes > bytes.length) {
        return Promise.reject(new Error(`read of ${lengthBytes} bytes at ${offset} of ${bytes.length}`));
      }
      return Promise.resolve(bytes.subarray(offset, offset + lengthBytes));
    },
  };
}
