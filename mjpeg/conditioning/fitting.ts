/**
 * Re-encodes JPEGs so that they have no more than so many bytes: for what has no room for larger ones, such as the files of the
 * networking lab and its clients. Where a lower quality is not enough, they get less detail. All get the size in pixels that is asked
 * for, or keep theirs.
 *
 * @module
 */

import { encodeBaselineJpeg, type RgbaImage } from "./jpeg_encoder.ts";
import { decodeToPixels } from "./reencoding.ts";
import { type PictureSize, scaleImage } from "./scaling.ts";
import { UnsupportedJpegError } from "./supported_jpeg.ts";

/** Qualities to try, the best first. */
const QUALITIES = [90, 80, 70, 60, 50, 40, 30, 20, 10];
/** Frames until a better quality is tried again that did not fit: each try takes as long as a frame. */
const FRAMES_BETWEEN_TRIES = 25;
/** How often the detail is halved: at the most, every 64 pixels are one. */
const MAX_HALVINGS = 6;

/** Constructor options of {@linkcode JpegFitter}. */
export interface JpegFitterOptions {
  /** Bytes of a JPEG that fits; default as many as it takes. */
  readonly maxBytes?: number;
  /** The size that JPEGs get; default their own. */
  readonly size?: PictureSize;
  /** The best quality to try, 1 to 100; default 90. */
  readonly quality?: number;
  /** Pixels of the largest image that is decoded. */
  readonly maxPixels: number;
}

/** A JPEG that fits. */
export interface FittedJpeg {
  /** Baseline, 4:2:0, with the standard Huffman tables. */
  readonly jpeg: Uint8Array;
  /** What it was encoded with, 1 to 100. */
  readonly quality: number;
}

/** Fits the frames of one stream, of which one is much like the next. */
export class JpegFitter {
  readonly #options: JpegFitterOptions;
  readonly #qualities: readonly number[];
  /** Index of the quality that the last frame fitted at. */
  #last = 0;
  #framesUntilTry = 0;

  constructor(options: JpegFitterOptions) {
    this.#options = options;
    const { quality } = options;
    this.#qualities = quality === undefined ? QUALITIES : [quality, ...QUALITIES.filter((other) => other < quality)];
  }

  /**
   * Re-encodes a JPEG at the best quality that fits, or nearly so. Rejects with an {@linkcode UnsupportedJpegError} where none does, or
   * it cannot be decoded, and with a `SyntaxError` where it is malformed. One call at a time.
   */
  async fit(jpeg: Uint8Array): Promise<FittedJpeg> {
    const { maxBytes = Infinity, maxPixels, size } = this.#options;
    const decoded = await decodeToPixels(jpeg, { maxPixels });
    const image = size === undefined ? decoded : scaleImage(decoded, size);
    const triesBetter = this.#last > 0 && this.#framesUntilTry-- <= 0;
    for (let index = triesBetter ? this.#last - 1 : this.#last; index < this.#qualities.length; index++) {
      const quality = this.#qualities[index];
      const fitted = await encodeBaselineJpeg(image, { quality });
      if (fitted.length > maxBytes) continue;
      if (index < this.#last) this.#framesUntilTry = 0;
      else if (triesBetter || index > this.#last) this.#framesUntilTry = FRAMES_BETWEEN_TRIES;
      this.#last = index;
      return { jpeg: fitted, quality };
    }
    this.#last = this.#qualities.length - 1;
    return await this.#fitWithLess(image, maxBytes);
  }

  /** Takes detail away until it fits. */
  async #fitWithLess(image: RgbaImage, maxBytes: number): Promise<FittedJpeg> {
    const quality = this.#qualities.at(-1)!;
    for (let halvings = 1; halvings <= MAX_HALVINGS; halvings++) {
      const jpeg = await encodeBaselineJpeg(withoutDetail(image, 2 ** halvings), { quality });
      if (jpeg.length <= maxBytes) return { jpeg, quality };
    }
    throw new UnsupportedJpegError(
      `${image.width}x${image.height} pixels do not fit into ${maxBytes} bytes at quality ${quality}, even without detail`,
    );
  }
}

/** The picture made so many times smaller, and as large again. */
function withoutDetail(image: RgbaImage, times: number): RgbaImage {
  const size = { width: Math.ceil(image.width / times), height: Math.ceil(image.height / times) };
  return scaleImage(scaleImage(image, size), image);
}
