/**
 * Frames out of what FFmpeg's `tee` writes of one stream: their JPEGs one after the other, and a list of their times (`framecrc`).
 *
 * The list tells the time of each frame in microseconds, whatever the rate, and how many bytes its JPEG has. No container that FFmpeg
 * could write in place of it has both: AVI has no times, Matroska rounds them to milliseconds, and MP4 tells them late.
 *
 * @module
 */

import type { JpegFrame } from "../../mjpeg/frame.ts";
import { MAX_DECODED_FRAME_BYTES, MAX_LIST_LINE_CHARS } from "./limits.ts";

/** A frame, and how long it is shown. */
export interface DecodedFrame extends JpegFrame {
  /** Microseconds, above 0. */
  readonly durationUs: number;
}

/** Stream, decoding time, time, duration, bytes; a checksum and more follow. */
const LINE = /^\d+, *-?\d+, *(-?\d+), *(\d+), *(\d+),/;

/** Takes both, and gives the frames. */
export class TimedJpegs {
  #bytes = new Uint8Array(256 * 1024);
  #length = 0;
  #text = "";

  /** Takes the next bytes of the JPEGs. Throws a `RangeError` where a frame is too large. */
  pushBytes(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    if (needed > MAX_DECODED_FRAME_BYTES) {
      throw new RangeError(`Cannot take a frame of more than ${MAX_DECODED_FRAME_BYTES} bytes`);
    }
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length = needed;
  }

  /** Takes the next characters of the list. Returns the frames that it tells of, each in bytes of its own. */
  pushList(text: string): DecodedFrame[] {
    const lines = (this.#text + text).split("\n");
    this.#text = lines.pop()!;
    if (this.#text.length > MAX_LIST_LINE_CHARS) {
      throw new SyntaxError(`Cannot read the list of frames: a line has more than ${MAX_LIST_LINE_CHARS} characters`);
    }
    return lines.filter((line) => !line.startsWith("#")).map((line) => this.#take(line));
  }

  /** The frame that a line tells of, whose bytes come before the line. */
  #take(line: string): DecodedFrame {
    const [, timestampUs, durationUs, lengthBytes] = LINE.exec(line)?.map(Number) ?? [];
    if (lengthBytes === undefined || lengthBytes > this.#length) {
      throw new SyntaxError(`Cannot read the list of frames: ${JSON.stringify(line)} behind ${this.#length} bytes`);
    }
    const data = this.#bytes.slice(0, lengthBytes);
    this.#bytes.copyWithin(0, lengthBytes, this.#length);
    this.#length -= lengthBytes;
    return { data, timestampUs, durationUs: Math.max(1, durationUs) };
  }
}
