/**
 * JPEG markers, and the scanner that finds where images begin and end in a stream of bytes (ITU-T T.81, B.1).
 *
 * @module
 */

/** Start of image. */
export const SOI = 0xd8;
/** End of image. */
export const EOI = 0xd9;
/** Start of scan: its header is followed by entropy-coded data. */
export const SOS = 0xda;
/** Restart interval termination, the first of eight. */
export const RST0 = 0xd0;
/** Restart interval termination, the last of eight. */
export const RST7 = 0xd7;
/** For temporary use in arithmetic coding; stands alone like SOI, EOI and RST. */
export const TEM = 0x01;

/** Where an image lies in the stream of bytes. */
export interface ImageLocation {
  /** Offset of the first byte of SOI from the start of the stream. */
  readonly offset: number;
  /** From SOI to EOI, both included. */
  readonly lengthBytes: number;
}

/** Where the scanner stands: between images, within a marker segment or in entropy-coded data. */
export type ScannerPlace = "between" | "segment" | "entropy";

/** What the next byte is, as far as the scanner knows. */
type Expecting = "soi" | "soi-second" | "marker-ff" | "marker-code" | "length-high" | "length-low" | "skip" | "entropy";

/**
 * Finds whole images in bytes that come in pieces of any size: walks the marker segments, so that an FF D9 inside a
 * segment (an EXIF thumbnail) ends nothing, and skips junk between images. Keeps a few numbers, no bytes.
 */
export class JpegScanner {
  #expecting: Expecting = "soi";
  /** Stream offset of the next byte to look at. */
  #offset = 0;
  #imageOffset = 0;
  #marker = 0;
  #segmentLength = 0;
  /** Bytes of the segment still to skip. */
  #skip = 0;
  #sawScan = false;
  #brokenImages = 0;

  /** Images that were begun but broken off or malformed, so far. */
  get brokenImages(): number {
    return this.#brokenImages;
  }

  /** Where the bytes pushed so far end. */
  get place(): ScannerPlace {
    if (this.#expecting === "soi" || this.#expecting === "soi-second") return "between";
    return this.#expecting === "entropy" || (this.#sawScan && this.#expecting === "marker-code")
      ? "entropy"
      : "segment";
  }

  /** Offset of the SOI of the image that is not finished yet, or `undefined` between images. */
  get openImageOffset(): number | undefined {
    return this.place === "between" ? undefined : this.#imageOffset;
  }

  /** Takes the next bytes of the stream; returns the images that end within them. */
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
          } else this.#break();
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
          if (this.#segmentLength < 2) this.#break();
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

  #break(): void {
    this.#brokenImages++;
    this.#expecting = "soi";
  }

  /** A marker code other than the EOI that ends an image; `end` is the stream offset behind it. */
  #takeMarker(code: number, end: number): void {
    if (code === 0xff) return;
    const inEntropy = this.#sawScan;
    if (code === 0x00 || (code >= RST0 && code <= RST7)) {
      if (inEntropy) this.#expecting = "entropy";
      else this.#break();
    } else if (code === SOI) {
      this.#brokenImages++;
      this.#begin(end - 2);
    } else if (code === EOI) {
      this.#break();
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
