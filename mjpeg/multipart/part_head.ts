/**
 * Reads the lines in front of a part of a multipart stream: the delimiter, the header fields and the empty line that ends them (RFC
 * 2046, 5.1.1), with CRLF or LF.
 *
 * @module
 */

import { isJpegAt } from "../jpeg/markers.ts";
import { MAX_PART_HEADER_BYTES } from "../limits.ts";
import { decodeField, isOfStream, isOtherThanImage, type PartFields } from "./part_fields.ts";

const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;

/** The lines in front of one part. Lines that are no fields are passed over, and so are fields beyond the limit. */
export class PartHead {
  #fields = new Map<string, string>();
  /** The line that has not ended, as far as it is kept. */
  #line: number[];
  /** Bytes since the last delimiter. */
  #readBytes: number;

  /** `start` is what has come of the first line. */
  constructor(start = "") {
    this.#line = [...new TextEncoder().encode(start)];
    this.#readBytes = this.#line.length;
  }

  /** The fields so far. */
  get fields(): PartFields {
    return this.#fields;
  }

  /** Takes a byte. Returns whether it ends the head: the body follows. */
  push(byte: number): boolean {
    this.#readBytes++;
    if (byte === LINE_FEED) return this.#endLine();
    // Two bytes tell a delimiter and an empty line.
    if (this.#readBytes <= MAX_PART_HEADER_BYTES || this.#line.length < 2) this.#line.push(byte);
    return false;
  }

  #endLine(): boolean {
    if (this.#line.at(-1) === CARRIAGE_RETURN) this.#line.pop();
    // Each byte is one character.
    const line = String.fromCharCode(...this.#line);
    this.#line = [];
    if (line === "") return this.#fields.size > 0;
    const field = this.#readBytes <= MAX_PART_HEADER_BYTES ? decodeField(line) : undefined;
    if (field !== undefined) this.#fields.set(...field);
    if (line.startsWith("--")) {
      this.#fields = new Map();
      this.#readBytes = 0;
    }
    return false;
  }
}

/** Whether bytes are the start of a multipart stream of JPEGs: a head that tells of one, and its first bytes as far as they are there. */
export function beginsMultipart(bytes: Uint8Array): boolean {
  let head = new PartHead();
  for (const [at, byte] of bytes.entries()) {
    // No text has such a byte.
    if (byte === 0xff) return false;
    if (!head.push(byte)) continue;
    const { fields } = head;
    if (isOfStream(fields) || isOtherThanImage(fields)) head = new PartHead();
    else return (fields.has("content-type") || fields.has("content-length")) && isJpegAt(bytes, at + 1);
  }
  return false;
}
