/**
 * Makes pictures larger or smaller. Each new pixel is the mean of the old ones around its place, the nearer the more: as many of them
 * as it covers, at least two a line.
 *
 * @module
 */

import type { RgbaImage } from "./jpeg_encoder.ts";

/** Width and height in pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Red, green, blue and alpha. */
const CHANNELS = 4;

/** The old pixels of a line, or the old lines, that a new one is made of, and how much each counts. */
interface Mean {
  readonly first: number;
  readonly weights: Float32Array;
}

/** The picture in another size; itself where that is its size. */
export function scaleImage(image: RgbaImage, { width, height }: PictureSize): RgbaImage {
  if (image.width === width && image.height === height) return image;
  const [columns, rows] = [means(image.width, width), means(image.height, height)];
  const data = new Uint8ClampedArray(width * height * CHANNELS);
  const line = new Float32Array(image.width * CHANNELS);
  for (let y = 0; y < height; y++) {
    setMean(line, image.data, rows[y]);
    for (let x = 0; x < width; x++) {
      const { first, weights } = columns[x];
      for (let channel = 0; channel < CHANNELS; channel++) {
        let sum = 0;
        for (let at = 0; at < weights.length; at++) sum += weights[at] * line[(first + at) * CHANNELS + channel];
        data[(y * width + x) * CHANNELS + channel] = sum;
      }
    }
  }
  return { width, height, data };
}

/** Makes a line the mean of some lines of a picture. */
function setMean(line: Float32Array, pixels: Uint8ClampedArray, { first, weights }: Mean): void {
  line.fill(0);
  for (let at = 0; at < weights.length; at++) {
    const [weight, start] = [weights[at], (first + at) * line.length];
    for (let index = 0; index < line.length; index++) line[index] += weight * pixels[start + index];
  }
}

/** For each new pixel of a line, or each new line, of which old ones it is made. */
function means(oldLength: number, newLength: number): Mean[] {
  const ratio = oldLength / newLength;
  const reach = Math.max(1, ratio);
  return Array.from({ length: newLength }, (_, index) => {
    const centre = (index + 0.5) * ratio - 0.5;
    const first = Math.max(0, Math.ceil(centre - reach));
    const last = Math.min(oldLength - 1, Math.floor(centre + reach));
    const weights = Float32Array.from({ length: last - first + 1 }, (_, at) => reach - Math.abs(first + at - centre));
    const sum = weights.reduce((one, other) => one + other, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}
