/**
 * The frames of a file of concatenated JPEGs.
 *
 * @module
 */

import { JpegScanner } from "../../../mjpeg/jpeg/jpeg_scanner.ts";

/** Reads them all. */
export async function framesOf(path: string): Promise<Uint8Array[]> {
  const bytes = await Deno.readFile(path);
  return new JpegScanner().push(bytes).flatMap((output) =>
    output.kind === "image" ? [bytes.subarray(output.offset, output.offset + output.lengthBytes)] : []
  );
}
