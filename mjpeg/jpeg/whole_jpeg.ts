/**
 * Where a JPEG ends: whether bytes are one whole image, and the EOI that some encoders leave out.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { JpegScanner } from "./jpeg_scanner.ts";
import { EOI } from "./markers.ts";

/** Whether the bytes are exactly one image, from SOI to EOI. */
export function isWholeJpeg(bytes: Uint8Array): boolean {
  if (!endsWithEoi(bytes)) return false;
  const [image] = new JpegScanner().push(bytes);
  return image?.kind === "image" && image.offset === 0 && image.lengthBytes === bytes.length;
}

/** The same JPEG; a copy with EOI where that is missing. What stands behind EOI is left as it is. */
export function withEoi(jpeg: Uint8Array): Uint8Array {
  return endsWithEoi(jpeg) || new JpegScanner().push(jpeg).length > 0 ? jpeg : concat([jpeg, Uint8Array.of(0xff, EOI)]);
}

/** Whether the last two bytes are EOI. */
export function endsWithEoi(bytes: Uint8Array): boolean {
  return bytes[bytes.length - 2] === 0xff && bytes[bytes.length - 1] === EOI;
}
