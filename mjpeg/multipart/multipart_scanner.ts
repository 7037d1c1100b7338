/**
 * Finds the JPEGs and their header fields in a `multipart/x-mixed-replace` stream (RFC 2046, 5.1), as cameras and programs write it:
 * with `Content-Length` or without, behind the head of an HTTP response or not, with any boundary, or none in front of the first part.
 * In what is no such stream, JPEGs are found by their markers.
 *
 * @module
 */

import { type FoundImage, JpegScanner, type ScannerOutput } from "../jpeg/jpeg_scanner.ts";
import { EOI, SOI } from "../jpeg/markers.ts";
import { contentLengthOf, isOfStream, isOtherThanImage, type PartFields } from "./part_fields.ts";
import { PartHead } from "./part_head.ts";

/** A JPEG, and what stood in front of it. */
export interface FoundPart {
  readonly kind: "part";
  readonly fields: PartFields;
  /** Offset of SOI from the start of the stream. */
  readonly offset: number;
  readonly lengthBytes: number;
}

/** What the scanner finds, in order. */
export type MultipartOutput =
  | FoundPart
  /** A JPEG that ended before its first scan. */
  | { readonly kind: "malformed"; readonly offset: number; readonly reason: string }
  /**
   * A `Content-Length` is wrong: the stream has to be pushed again from this offset on, and no length is believed any more. This is
   * the last output of a push, and comes once.
   */
  | { readonly kind: "reread"; readonly offset: number };

/** What the end of the stream leaves. */
export interface MultipartEnd {
  readonly outputs: readonly MultipartOutput[];
  /** A JPEG without EOI: whether it is whole, only its entropy-coded data can tell. */
  readonly open: FoundPart | undefined;
}

/** Constructor options of {@linkcode MultipartScanner}. */
export interface MultipartScannerOptions {
  /** Most bytes of a part whose `Content-Length` is believed; of larger ones, the end is found by its markers. Default: any. */
  readonly maxPartBytes?: number;
}

/**
 * Where the next byte lies: in the lines in front of a part; in a part of known length; behind one that does not end with EOI, where
 * only a delimiter shows that its length was right; or where a JPEG is found by its markers.
 */
type Place = "head" | "counted" | "behind" | "marked";

const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
const DASH = 0x2d;
const JPEG_START = 0xff00 | SOI;
const JPEG_END = 0xff00 | EOI;
/** SOI and EOI. */
const MIN_JPEG_BYTES = 4;
/** Bytes in which the start of a JPEG may be hidden. */
const START_BYTES = 16;

/** Takes bytes in chunks of any size, and looks at each once. It keeps a few numbers, and the header fields of one part. */
export class MultipartScanner {
  readonly #maxPartBytes: number;
  #place: Place = "head";
  /** Stream offset of the next byte. */
  #offset = 0;
  #head = new PartHead();
  #fields: PartFields = new Map();
  #trustsLengths = true;
  /** Where the part begins, or the search for a JPEG. */
  #bodyOffset = 0;
  #lengthBytes = 0;
  /** Bytes of the part that are still to come. */
  #left = 0;
  /** The last two bytes. */
  #lastTwo = 0;
  /** Dashes behind a part. */
  #dashes = 0;
  #jpegs = new JpegScanner();

  constructor({ maxPartBytes = Infinity }: MultipartScannerOptions = {}) {
    this.#maxPartBytes = maxPartBytes;
  }

  /** The offset from which on bytes may be part of a JPEG that has not ended, or have to be pushed again. */
  get heldFrom(): number {
    return this.#place === "head" ? this.#offset : this.#bodyOffset;
  }

  /** Bytes that come next and need not be pushed: {@linkcode MultipartScanner.skip} passes over them. */
  get skippableBytes(): number {
    const isInside = this.#place === "counted" && this.#lengthBytes - this.#left >= 2;
    return isInside ? Math.max(0, this.#left - 2) : 0;
  }

  /** Passes over bytes, up to {@linkcode MultipartScanner.skippableBytes}. */
  skip(count: number): void {
    this.#offset += count;
    this.#left -= count;
  }

  /** Gives up the JPEG that has not ended. */
  abandon(): void {
    this.#fields = new Map();
    if (this.#place === "marked") this.#beginMarked(this.#offset);
    else this.#beginHead();
  }

  /** Takes the next bytes of the stream. Returns what ends in them. */
  push(chunk: Uint8Array): MultipartOutput[] {
    const outputs: MultipartOutput[] = [];
    for (let at = 0; at < chunk.length;) {
      const count = this.#take(chunk.subarray(at), outputs);
      if (outputs.at(-1)?.kind === "reread") break;
      this.#offset += count;
      at += count;
    }
    return outputs;
  }

  /** Ends the stream; it may go on after a last output that asks for that. */
  finish(): MultipartEnd {
    const outputs: MultipartOutput[] = [];
    if (this.#place === "behind") this.#endPart(outputs);
    else if (this.#place === "counted" && !isOtherThanImage(this.#fields)) this.#distrust(outputs);
    if (this.#place !== "marked" || outputs.length > 0) return { outputs, open: undefined };
    const end = this.#jpegs.finish();
    this.#addImages(end.outputs, outputs);
    const open = end.open && this.#partOf(end.open);
    this.#beginHead();
    return { outputs, open };
  }

  /** Returns how many bytes are taken; none only where the place has changed. */
  #take(bytes: Uint8Array, outputs: MultipartOutput[]): number {
    switch (this.#place) {
      case "head":
        return this.#takeHead(bytes);
      case "counted":
        return this.#takeCounted(bytes, outputs);
      case "behind":
        return this.#takeBehind(bytes, outputs);
      case "marked":
        return this.#takeMarked(bytes, outputs);
    }
  }

  #takeHead(bytes: Uint8Array): number {
    for (let at = 0; at < bytes.length; at++) {
      if (bytes[at] === 0xff) {
        // No text has such a byte: a JPEG begins here, whatever stands in front of it.
        this.#fields = this.#head.fields;
        this.#beginMarked(this.#offset + at);
        return at;
      }
      if (!this.#head.push(bytes[at])) continue;
      this.#fields = this.#head.fields;
      this.#beginBody(this.#offset + at + 1);
      return at + 1;
    }
    return bytes.length;
  }

  #beginHead(start = ""): void {
    this.#place = "head";
    this.#head = new PartHead(start);
  }

  #beginBody(offset: number): void {
    const lengthBytes = contentLengthOf(this.#fields) ?? 0;
    const isCounted = this.#trustsLengths && lengthBytes >= MIN_JPEG_BYTES && lengthBytes <= this.#maxPartBytes;
    if (isOfStream(this.#fields) || isOtherThanImage(this.#fields) && !isCounted) return this.#beginHead();
    if (!isCounted) return this.#beginMarked(offset);
    this.#place = "counted";
    this.#bodyOffset = offset;
    this.#lengthBytes = lengthBytes;
    this.#left = lengthBytes;
    this.#lastTwo = 0;
  }

  #beginMarked(offset: number): void {
    this.#place = "marked";
    this.#bodyOffset = offset;
    this.#lastTwo = 0;
    this.#jpegs = new JpegScanner({ offset });
  }

  #takeCounted(bytes: Uint8Array, outputs: MultipartOutput[]): number {
    const seen = this.#lengthBytes - this.#left;
    // The first two bytes are looked at alone.
    const count = Math.min(bytes.length, this.#left, seen < 2 ? 2 - seen : Infinity);
    this.#keepLastTwo(bytes.subarray(0, count));
    this.#left -= count;
    const isImage = !isOtherThanImage(this.#fields);
    if (isImage && seen + count === 2 && this.#lastTwo !== JPEG_START) this.#distrust(outputs);
    else if (this.#left > 0) return count;
    else if (!isImage) this.#beginHead();
    else if (this.#lastTwo === JPEG_END) this.#endPart(outputs);
    else {
      this.#place = "behind";
      this.#dashes = 0;
    }
    return count;
  }

  #takeBehind(bytes: Uint8Array, outputs: MultipartOutput[]): number {
    for (const [at, byte] of bytes.entries()) {
      if (byte === DASH) {
        if (++this.#dashes < 2) continue;
        this.#endPart(outputs);
        this.#beginHead("--");
        return at + 1;
      }
      if (this.#dashes > 0 || byte !== CARRIAGE_RETURN && byte !== LINE_FEED) {
        this.#distrust(outputs);
        return at;
      }
    }
    return bytes.length;
  }

  #takeMarked(bytes: Uint8Array, outputs: MultipartOutput[]): number {
    // What stands behind an EOI may be a head.
    const count = endOfEoi(bytes, this.#lastTwo) ?? bytes.length;
    const piece = bytes.subarray(0, count);
    this.#keepLastTwo(piece);
    const found = this.#jpegs.push(piece);
    this.#addImages(found, outputs);
    const end = this.#offset + count;
    const last = found.at(-1);
    if (last?.kind === "image" && last.offset + last.lengthBytes === end) this.#beginHead();
    else if (this.#jpegs.place === "between") this.#bodyOffset = Math.max(this.#bodyOffset, end - START_BYTES);
    return count;
  }

  #addImages(found: readonly ScannerOutput[], outputs: MultipartOutput[]): void {
    for (const output of found) {
      if (output.kind === "malformed") {
        outputs.push(output);
        this.#bodyOffset = output.offset;
        continue;
      }
      outputs.push(this.#partOf(output));
      this.#bodyOffset = output.offset + output.lengthBytes;
      this.#fields = new Map();
    }
  }

  #partOf({ offset, lengthBytes }: Pick<FoundImage, "offset" | "lengthBytes">): FoundPart {
    return { kind: "part", fields: this.#fields, offset, lengthBytes };
  }

  #endPart(outputs: MultipartOutput[]): void {
    outputs.push(this.#partOf({ offset: this.#bodyOffset, lengthBytes: this.#lengthBytes }));
    this.#beginHead();
  }

  /** The length of this part is wrong. */
  #distrust(outputs: MultipartOutput[]): void {
    outputs.push({ kind: "reread", offset: this.#bodyOffset });
    this.#trustsLengths = false;
    this.#offset = this.#bodyOffset;
    this.#beginMarked(this.#bodyOffset);
  }

  #keepLastTwo(bytes: Uint8Array): void {
    for (const byte of bytes.subarray(-2)) this.#lastTwo = (this.#lastTwo & 0xff) << 8 | byte;
  }
}

/** Where the first EOI ends in bytes that follow two others; `undefined` without one. */
function endOfEoi(bytes: Uint8Array, lastTwo: number): number | undefined {
  for (let at = bytes.indexOf(EOI); at >= 0; at = bytes.indexOf(EOI, at + 1)) {
    if ((at > 0 ? bytes[at - 1] : lastTwo & 0xff) === 0xff) return at + 1;
  }
  return undefined;
}
