/**
 * Finds where images begin and end in a stream of bytes, by their markers alone (ITU-T T.81, B.1). Used to index files and to
 * depacketize the lab's frames.
 *
 * @module
 */

import { EOI, isRestart, SOI, SOS, TEM } from "./markers.ts";

/** Where an image lies in the stream of bytes. */
export interface ImageLocation {
  /** Offset of SOI from the start of the stream. */
  readonly offset: number;
  /** From SOI to EOI, both included. */
  readonly lengthBytes: number;
}

/** Where the next byte lies: between images, in a marker segment or in entropy-coded data. */
export type ScannerPlace = "between" | "segment" | "entropy";

/** What the next byte should be. */
type Expecting = "soi" | "soi-second" | "marker-ff" | "marker-code" | "length-high" | "length-low" | "skip" | "entropy";

/**
 * Finds whole images in bytes that come in chunks of any size. It walks the marker segments, so an FF D9 inside a segment (an
 * EXIF thumbnail) does not end the image. Junk between images is skipped. Keeps a few numbers, no bytes.
 */
export class JpegScanner {
  #expecting: Expecting = "soi";
  /** Stream offset of the next byte. */
  #offset = 0;
  #imageOffset = 0;
  #marker = 0;
  #segmentLength = 0;
  /** Bytes of the segment still to skip. */
  #skip = 0;
  #sawScan = false;
  #malformedImages = 0;

  /** Images so far that began but are malformed or truncated. */
  get malformedImages(): number {
    return this.#malformedImages;
  }

  /** Where the next byte lies. */
  get place(): ScannerPlace {
    if (this.#expecting === "soi" || this.#expecting === "soi-second") return "between";
    return this.#expecting === "entropy" || (this.#sawScan && this.#expecting === "marker-code")
      ? "entropy"
      : "segment";
  }

  /** Offset of the SOI of the image that has not ended yet; `undefined` between images. */
  get openImageOffset(): number | undefined {
    return this.place === "between" ? undefined : this.#imageOffset;
  }

  /** Takes the next bytes of the stream. Returns the images that end in them. */
  push(chunk: Uint8Array): ImageLocation[] {
    const images: ImageLocation[] = [];
    const base = this.#offset;
    let index = 0;
    while (index < chunk.length) {
      switch (this.#expecting) {
        case "soi":
        case "entropy": {
          const ff = chunk.indexOf(0xff, index);
          if (ff < 0) index = chunk.length;
          else {
            index = ff + 1;
            this.#expecting = this.#expecting === "soi" ? "soi-second" : "marker-code";
          }
          break;
        }
        case "soi-second": {
          const byte = chunk[index++];
          if (byte === SOI) this.#begin(base + index - 2);
          else if (byte !== 0xff) this.#expecting = "soi";
          break;
        }
        case "marker-ff":
          if (chunk[index] === 0xff) {
            index++;
            this.#expecting = "marker-code";
          } else this.#reject();
          break;
        case "marker-code": {
          const code = chunk[index++];
          if (code === EOI && this.#sawScan) {
            images.push({ offset: this.#imageOffset, lengthBytes: base + index - this.#imageOffset });
            this.#expecting = "soi";
          } else this.#takeMarker(code, base + index);
          break;
        }
        case "length-high":
          this.#segmentLength = chunk[index++] << 8;
          this.#expecting = "length-low";
          break;
        case "length-low":
          this.#segmentLength |= chunk[index++];
          if (this.#segmentLength < 2) this.#reject();
          else {
            this.#skip = this.#segmentLength - 2;
            this.#expecting = "skip";
            if (this.#skip === 0) this.#endSegment();
          }
          break;
        case "skip": {
          const step = Math.min(this.#skip, chunk.length - index);
          index += step;
          this.#skip -= step;
          if (this.#skip === 0) this.#endSegment();
          break;
        }
      }
    }
    this.#offset = base + chunk.length;
    return images;
  }

  #begin(offset: number): void {
    this.#imageOffset = offset;
    this.#sawScan = false;
    this.#expecting = "marker-ff";
  }

  #reject(): void {
    this.#malformedImages++;
    this.#expecting = "soi";
  }

  /** Any marker except the EOI that ends an image. `end` is the stream offset after it. */
  #takeMarker(code: number, end: number): void {
    if (code === 0xff) return;
    const inEntropy = this.#sawScan;
    if (code === 0x00 || isRestart(code)) {
      if (inEntropy) this.#expecting = "entropy";
      else this.#reject();
    } else if (code === SOI) {
      this.#malformedImages++;
      this.#begin(end - 2);
    } else if (code === EOI) {
      this.#reject();
    } else if (code === TEM) {
      this.#expecting = "marker-ff";
    } else {
      this.#marker = code;
      this.#expecting = "length-high";
    }
  }

  #endSegment(): void {
    if (this.#marker === SOS) {
      this.#sawScan = true;
      this.#expecting = "entropy";
    } else {
      this.#expecting = "marker-ff";
    }
  }
}
