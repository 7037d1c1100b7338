/**
 * JPEGs one after the other, as `ffmpeg -f mjpeg` writes them. Junk between them is skipped, such as padding, or the boundaries of a
 * multipart stream that was saved from its middle on.
 *
 * @module
 */

import { isJpegAt } from "../../jpeg/markers.ts";
import type { Container } from "../container.ts";
import { addMarkedFrames } from "../marked_frames.ts";

/** Files with a JPEG somewhere in their first bytes. */
export const CONCATENATED_JPEGS: Container = {
  name: "concatenated",
  signature: "a JPEG (ff d8)",
  isSequence: true,
  recognizes(head) {
    for (let at = head.indexOf(0xff); at >= 0; at = head.indexOf(0xff, at + 1)) if (isJpegAt(head, at)) return true;
    return false;
  },
  async index(file, frames) {
    await addMarkedFrames(file, { frames });
    return {};
  },
};
