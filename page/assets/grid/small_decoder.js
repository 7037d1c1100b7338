/*
 * Decodes JPEGs that are shown small, as far as the browser can do so in less time than large ones: the decoder of JPEGs halves sizes
 * before it transforms anything.
 */

// @ts-check
/// <reference lib="dom" />

import { jpegSize } from "../record/jpeg_size.js";

/** Parts of its size that a JPEG is decoded in. */
const SHARES = [1 / 8, 1 / 4, 1 / 2];

/** An image; who has it closes it. @typedef {{ image: CanvasImageSource, width: number, height: number, close: () => void }} SmallImage */

/**
 * An image at least as large as where it is shown, or whole. Rejects where the browser cannot decode it.
 *
 * @param {Uint8Array<ArrayBuffer>} jpeg
 * @param {{ width: number, height: number }} room In pixels of the screen.
 * @returns {Promise<SmallImage>}
 */
export async function decodeSmall(jpeg, room) {
  const size = jpegSize(jpeg);
  const share = SHARES.find((share) => size && size.width * share >= room.width && size.height * share >= room.height);
  if (size !== undefined && share !== undefined && "ImageDecoder" in globalThis) {
    const desired = { desiredWidth: Math.ceil(size.width * share), desiredHeight: Math.ceil(size.height * share) };
    const decoder = new /** @type {any} */ (globalThis).ImageDecoder({ data: jpeg, type: "image/jpeg", ...desired });
    try {
      const { image } = await decoder.decode();
      return { image, width: image.displayWidth, height: image.displayHeight, close: () => image.close() };
    } catch {
      // Browsers may have it without sizes: then it is decoded whole.
    } finally {
      decoder.close();
    }
  }
  const image = await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
  return { image, width: image.width, height: image.height, close: () => image.close() };
}
