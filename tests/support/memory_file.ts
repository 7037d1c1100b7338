/**
 * Bytes as a file that can be read at any offset.
 *
 * @module
 */

import type { RandomAccess } from "../../mjpeg/containers/container.ts";

/** `bytes` as {@linkcode RandomAccess}. A read beyond the end rejects: the code under test must not do that. */
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
