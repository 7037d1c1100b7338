/**
 * Splits a stream of bytes into its JPEGs, with the header fields of each: a `multipart/x-mixed-replace` stream of a camera, or JPEGs
 * one after the other as `ffmpeg -f mjpeg -` writes them, whatever stands between. What reads a pipe or a connection stands in front of
 * it.
 *
 * @module
 */

import { withEoi } from "../jpeg/whole_jpeg.ts";
import { type MultipartOutput, MultipartScanner } from "./multipart_scanner.ts";
import type { PartFields } from "./part_fields.ts";

const FIRST_CAPACITY = 64 * 1024;
/** Bytes that may be held besides those of a JPEG: line ends behind it, or junk that may have been its start. */
const SLACK_BYTES = 16;

/** A JPEG of a stream. */
export interface JpegPart {
  /** Empty where it has none. */
  readonly fields: PartFields;
  /** In bytes of its own. */
  readonly data: Uint8Array;
}

/** Constructor options of {@linkcode MultipartSplitter}. */
export interface MultipartSplitterOptions {
  /** Largest JPEG, in bytes; a larger one is dropped. */
  readonly maxBytes: number;
}

/** Takes bytes in chunks of any size. It holds less than twice `maxBytes` and a chunk. */
export class MultipartSplitter {
  readonly #maxBytes: number;
  readonly #scanner: MultipartScanner;
  /** Bytes of the stream from `#start` on. */
  #buffer = new Uint8Array(FIRST_CAPACITY);
  #length = 0;
  #start = 0;
  #dropped = 0;

  constructor({ maxBytes }: MultipartSplitterOptions) {
    this.#maxBytes = maxBytes;
    this.#scanner = new MultipartScanner({ maxPartBytes: maxBytes });
  }

  /** JPEGs that were damaged, or too large. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Takes the next bytes. Returns the JPEGs that end in them: those with a true `Content-Length`, and with an EOI, as soon as they do. */
  push(chunk: Uint8Array): JpegPart[] {
    const parts: JpegPart[] = [];
    // A piece at a time, so that no more is held than a JPEG may have.
    for (let at = 0; at < chunk.length; at += this.#maxBytes) {
      this.#take(chunk.subarray(at, at + this.#maxBytes), parts);
    }
    return parts;
  }

  #take(bytes: Uint8Array, parts: JpegPart[]): void {
    this.#append(bytes);
    let outputs = this.#scanner.push(bytes);
    this.#addAll(outputs, parts);
    const last = outputs.at(-1);
    if (last?.kind === "reread") {
      outputs = this.#scanner.push(this.#buffer.subarray(last.offset - this.#start, this.#length));
      this.#addAll(outputs, parts);
    }
    this.#forget(this.#scanner.heldFrom);
    if (this.#length <= this.#maxBytes + SLACK_BYTES) return;
    this.#dropped++;
    this.#scanner.abandon();
    this.#forget(this.#scanner.heldFrom);
  }

  #addAll(outputs: readonly MultipartOutput[], parts: JpegPart[]): void {
    for (const output of outputs) {
      if (output.kind === "part" && output.lengthBytes <= this.#maxBytes) {
        const from = output.offset - this.#start;
        parts.push({ fields: output.fields, data: withEoi(this.#buffer.slice(from, from + output.lengthBytes)) });
      } else if (output.kind !== "reread") this.#dropped++;
    }
  }

  #append(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    if (needed > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#buffer.length));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = needed;
  }

  /** Keeps what is from an offset of the stream on. */
  #forget(offset: number): void {
    const count = offset - this.#start;
    if (count === 0) return;
    this.#buffer.copyWithin(0, count, this.#length);
    this.#length -= count;
    this.#start = offset;
  }
}
