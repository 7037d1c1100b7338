/**
 * Chooses the size of a movie whose frames may have only so many bytes: the largest at which some of them look well.
 *
 * @module
 */

import { encodeBaselineJpeg, type RgbaImage } from "../../mjpeg/conditioning/jpeg_encoder.ts";
import { decodeToPixels } from "../../mjpeg/conditioning/reencoding.ts";
import { type PictureSize, scaleImage } from "../../mjpeg/conditioning/scaling.ts";
import { UnsupportedJpegError } from "../../mjpeg/conditioning/supported_jpeg.ts";
import { MAX_REENCODED_PIXELS } from "../../server/limits.ts";

/** The quality that looks well. */
const QUALITY = 40;
/** Parts of the movie's size that are tried. */
const PARTS = [1, 3 / 4, 1 / 2, 3 / 8, 1 / 4, 3 / 16, 1 / 8, 1 / 16];
/** Sizes are multiples of this, as RTP/JPEG has them. */
const STEP = 8;

/** The size for JPEGs like these; `undefined` for that which they have. */
export async function chooseSize(samples: readonly Uint8Array[], maxBytes: number): Promise<PictureSize | undefined> {
  if (samples.every(({ length }) => length <= maxBytes)) return undefined;
  const images = (await Promise.all(samples.map(decode))).filter((image) => image !== undefined);
  let size: PictureSize | undefined;
  for (const part of PARTS) {
    size = part === 1 ? undefined : sizeOf(images[0], part);
    if (await fitAll(images, { size, maxBytes })) break;
  }
  return size;
}

/** `undefined` for what is damaged. */
async function decode(jpeg: Uint8Array): Promise<RgbaImage | undefined> {
  try {
    return await decodeToPixels(jpeg, { maxPixels: MAX_REENCODED_PIXELS });
  } catch (error) {
    if (error instanceof UnsupportedJpegError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function sizeOf({ width, height }: PictureSize, part: number): PictureSize {
  const scaled = (length: number) => Math.max(STEP, Math.round(length * part / STEP) * STEP);
  return { width: scaled(width), height: scaled(height) };
}

async function fitAll(
  images: readonly RgbaImage[],
  { size, maxBytes }: { readonly size: PictureSize | undefined; readonly maxBytes: number },
): Promise<boolean> {
  for (const image of images) {
    const scaled = size === undefined ? image : scaleImage(image, size);
    if ((await encodeBaselineJpeg(scaled, { quality: QUALITY })).length > maxBytes) return false;
  }
  return true;
}
