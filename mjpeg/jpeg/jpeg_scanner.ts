/**
 * Finds where images begin and end in a stream of bytes, by their markers alone (ITU-T T.81, B.1). Used to index files and to
 * depacketize the lab's frames. A damaged image costs no other: the search goes on at the next plausible SOI.
 *
 * @module
 */

import { MAX_NESTED_IMAGES } from "../limits.ts";
import { APP2, beginsSegment, EOI, mayHoldImage, mayHoldSoi, SOI, SOS } from "./markers.ts";
import { initialState, isInSegment, resetState, type ScannerState } from "./scanner_state.ts";

/** An image that can be shown, at least in part: it has a scan. */
export interface ImageLocation {
  /** Offset of SOI from the start of the stream. */
  readonly offset: number;
  /** From SOI to EOI, both included; up to the next image where there is no EOI. */
  readonly lengthBytes: number;
  /** Offset of its multi-picture data, behind "MPF" and a zero (CIPA DC-007, 5.2); `undefined` without. */
  readonly multiPictureOffset: number | undefined;
}

/** An image that has ended. */
export interface FoundImage extends ImageLocation {
  readonly kind: "image";
}

/** What the scanner finds, in order. */
export type ScannerOutput =
  | FoundImage
  /** An image that ended before its first scan. */
  | { readonly kind: "malformed"; readonly offset: number; readonly reason: string };

/** Where the next byte lies: between images, in a marker segment or in entropy-coded data. */
export type ScannerPlace = "between" | "segment" | "entropy";

/** "MPF" and a zero. */
const MULTI_PICTURE_SIGNATURE = 0x4d504600;
/** Data of the largest SOS, which has four components (T.81, B.2.3). */
const SOS_MAX_DATA_BYTES = 12;

/**
 * Takes bytes in chunks of any size and keeps a few numbers of them. It walks the marker segments, so an FF D9 inside a segment (an
 * EXIF thumbnail) does not end the image. What begins inside a segment is an image of its own only if it goes on behind the segment
 * and no marker follows there, or if the segment cannot hold an SOI: then the segment was cut.
 */
export class JpegScanner {
  #state: ScannerState = initialState();
  /** Stream offset of the next byte. */
  #offset: number;
  #outputs: ScannerOutput[] = [];
  /** Looks for images within the segment that is being read; the innermost has none. */
  readonly #inner: JpegScanner | undefined;

  /** `offset` is that of the first byte, default 0; segments within segments are looked into down to `nestedLevels`. */
  constructor(
    { offset = 0, nestedLevels = MAX_NESTED_IMAGES }: { readonly offset?: number; readonly nestedLevels?: number } = {},
  ) {
    this.#offset = offset;
    if (nestedLevels > 0) this.#inner = new JpegScanner({ nestedLevels: nestedLevels - 1 });
  }

  /** Where the next byte lies. */
  get place(): ScannerPlace {
    const { phase, expecting } = this.#state;
    return phase === "header" || isInSegment(expecting) ? "segment" : phase;
  }

  /** Takes the next bytes of the stream. Returns what ends in them. */
  push(chunk: Uint8Array): ScannerOutput[] {
    this.#read(chunk);
    return this.#takeOutputs();
  }

  /**
   * Ends the stream. Returns what is in a segment that the end has cut, and the image that is still open if it has a scan: whether it
   * is whole, only its entropy-coded data can tell.
   */
  finish(): { readonly outputs: readonly ScannerOutput[]; readonly open: FoundImage | undefined } {
    while (this.#hasInnerUpTo(this.#offset)) this.#goOnWithInner();
    const open = this.#state.phase === "entropy" ? this.#imageUpTo(this.#offset) : undefined;
    if (open === undefined) this.#close(this.#offset);
    resetState(this.#state);
    return { outputs: this.#takeOutputs(), open };
  }

  #read(chunk: Uint8Array): void {
    const base = this.#offset;
    this.#offset += chunk.length;
    /** Where the segment that is being read begins in this chunk, from its length on. */
    let segmentStart = 0;
    for (let index = 0; index < chunk.length;) {
      const state = this.#state;
      switch (state.expecting) {
        case "anything": {
          const ff = chunk.indexOf(0xff, index);
          if (ff < 0) return;
          index = ff + 1;
          state.expecting = "code";
          break;
        }
        case "marker":
          if (chunk[index] === 0xff) {
            index++;
            state.expecting = "code";
          } else {
            this.#missMarker();
            segmentStart = index;
          }
          break;
        case "code":
          this.#takeCode(chunk[index++], base + index);
          segmentStart = index;
          break;
        case "soi-ff":
          if (chunk[index] !== 0xff) state.expecting = "anything";
          else {
            index++;
            state.expecting = "soi-code";
          }
          break;
        case "soi-code":
          this.#takeCodeAfterSoi(chunk[index++], base + index);
          segmentStart = index;
          break;
        case "length-high":
          state.left = chunk[index++] << 8;
          state.expecting = "length-low";
          break;
        case "length-low":
          state.left |= chunk[index++];
          this.#takeLength(state.left, base + index);
          // What was no length may have been the marker of another segment.
          if (this.#state.expecting === "length-high") segmentStart = index;
          break;
        case "body": {
          const end = Math.min(index + state.left, chunk.length);
          this.#readSignature(chunk.subarray(index, end), base + index);
          state.left -= end - index;
          index = end;
          if (state.left > 0) break;
          this.#lookInto(chunk.subarray(segmentStart, index));
          this.#endSegment();
          segmentStart = index;
          break;
        }
      }
    }
    if (isInSegment(this.#state.expecting)) this.#lookInto(chunk.subarray(segmentStart));
  }

  /** The byte behind FF; `end` is the stream offset behind it. */
  #takeCode(code: number, end: number): void {
    const state = this.#state;
    state.expecting = "code";
    if (code === 0xff) return;
    if (code === SOI) {
      state.soiOffset = end - 2;
      state.expecting = "soi-ff";
    } else if (state.phase !== "between" && code === EOI) {
      this.#close(end);
    } else if (state.phase !== "between" && beginsSegment(code)) {
      state.expecting = "length-high";
      state.marker = code;
      state.signature = 0;
      state.signatureBytes = 0;
      if (this.#inner !== undefined) this.#inner.#restart(end);
    } else {
      state.expecting = "anything";
    }
  }

  /** The byte behind FF D8 FF. */
  #takeCodeAfterSoi(code: number, end: number): void {
    const state = this.#state;
    if (code === SOI) state.soiOffset = end - 2;
    if (code === 0xff) return;
    if (code === EOI || beginsSegment(code)) {
      this.#close(state.soiOffset);
      state.phase = "header";
      state.imageOffset = state.soiOffset;
      this.#takeCode(code, end);
    } else {
      state.expecting = code === SOI ? "soi-ff" : "anything";
    }
  }

  /** The length of a segment, itself included; `end` is the stream offset behind it. */
  #takeLength(lengthBytes: number, end: number): void {
    const state = this.#state;
    state.left = lengthBytes - 2;
    if (state.left < 0 || state.marker === SOS && state.left > SOS_MAX_DATA_BYTES) {
      // No length: a frame was cut here, and the next one may begin with these bytes.
      const [high, low] = [lengthBytes >> 8, lengthBytes & 0xff];
      state.expecting = low === 0xff ? "code" : "anything";
      if (high === 0xff) this.#takeCode(low, end);
    } else if (state.left === 0) {
      this.#endSegment();
    } else {
      state.expecting = "body";
    }
  }

  #endSegment(): void {
    const state = this.#state;
    if (this.#isSegmentCut && (!mayHoldSoi(state.marker) || this.#isInHeaderOfAnother)) {
      this.#goOnWithInner();
    } else if (!mayHoldSoi(state.marker) && this.#isInSoi) {
      this.#goOnWithSoi();
    } else if (state.marker === SOS) {
      state.phase = "entropy";
      state.expecting = "anything";
    } else {
      state.expecting = "marker";
    }
  }

  /** No marker follows a segment: it was cut, junk stands behind it, or it was entropy-coded data that looked like a marker. */
  #missMarker(): void {
    if (this.#isSegmentCut) this.#goOnWithInner();
    else this.#goOnWithSoi();
  }

  /** Bytes of the segment, its length included. */
  #lookInto(bytes: Uint8Array): void {
    if (this.#inner !== undefined) this.#inner.#read(bytes);
  }

  /** Whether the segment seems to have been cut by an image. A whole image may also be the thumbnail of a header. */
  get #isSegmentCut(): boolean {
    if (this.#inner === undefined) return false;
    const { phase, marker } = this.#state;
    const mayHaveThumbnail = phase === "header" && mayHoldImage(marker);
    const hasImage = this.#inner.#outputs.some(({ kind }) => kind === "image");
    return this.#inner.#state.phase !== "between" || !mayHaveThumbnail && hasImage;
  }

  /** Whether tables that are read hold whole segments of a header, which no tables do by chance: they were cut by that image. */
  get #isInHeaderOfAnother(): boolean {
    const inner = this.#inner!.#state;
    return !mayHoldImage(this.#state.marker) && inner.phase === "header" && inner.expecting === "marker";
  }

  /** Whether an image in the segment that is being read is open at `offset`, or ends there. */
  #hasInnerUpTo(offset: number): boolean {
    if (this.#inner === undefined || !isInSegment(this.#state.expecting)) return false;
    const last = this.#inner.#outputs.at(-1);
    return this.#isSegmentCut || last?.kind === "image" && last.offset + last.lengthBytes === offset;
  }

  /** Whether the segment ends in the middle of what may be an SOI. */
  get #isInSoi(): boolean {
    return this.#inner !== undefined && this.#inner.#state.expecting !== "anything";
  }

  /** Goes on with an SOI in the middle of which the segment ends, if there is one. */
  #goOnWithSoi(): void {
    const inner = this.#inner === undefined ? initialState() : this.#inner.#state;
    this.#state.expecting = inner.expecting;
    this.#state.soiOffset = inner.soiOffset;
  }

  /** Leaves the image whose segment was cut, and goes on with those that are in the segment. */
  #goOnWithInner(): void {
    const inner = this.#inner!;
    this.#close(inner.#outputs[0]?.offset ?? inner.#state.imageOffset);
    this.#outputs.push(...inner.#outputs);
    [this.#state, inner.#state] = [inner.#state, this.#state];
    inner.#takePlaceOfInner();
  }

  #takePlaceOfInner(): void {
    const inner = this.#inner;
    this.#restart(this.#offset);
    if (inner === undefined) return;
    this.#outputs = inner.#outputs;
    inner.#outputs = [];
    [this.#state, inner.#state] = [inner.#state, this.#state];
    inner.#takePlaceOfInner();
  }

  #restart(offset: number): void {
    resetState(this.#state);
    this.#offset = offset;
    if (this.#outputs.length > 0) this.#outputs = [];
  }

  /** Ends the image that is open, if one is. */
  #close(end: number): void {
    const { phase } = this.#state;
    if (phase === "entropy") this.#outputs.push(this.#imageUpTo(end));
    if (phase === "header") this.#reject("it ends in its header");
    resetState(this.#state);
  }

  #imageUpTo(end: number): FoundImage {
    const { imageOffset, multiPictureOffset } = this.#state;
    return { kind: "image", offset: imageOffset, lengthBytes: end - imageOffset, multiPictureOffset };
  }

  #reject(reason: string): void {
    this.#outputs.push({ kind: "malformed", offset: this.#state.imageOffset, reason });
  }

  #readSignature(data: Uint8Array, offset: number): void {
    const state = this.#state;
    if (state.marker !== APP2) return;
    for (let index = 0; index < data.length && state.signatureBytes < 4; index++) {
      state.signature = state.signature << 8 | data[index];
      if (++state.signatureBytes < 4 || state.signature !== MULTI_PICTURE_SIGNATURE) continue;
      state.multiPictureOffset ??= offset + index + 1;
    }
  }

  #takeOutputs(): ScannerOutput[] {
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }
}
