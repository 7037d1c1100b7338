/*
 * How large the picture of a JPEG is.
 */

// @ts-check

const MARKER = 0xff;
/** Start of a frame (T.81, B.2.2), but for those markers in between that are something else: DHT, JPG, DAC. */
const [FIRST_SOF, LAST_SOF] = [0xc0, 0xcf];
const NO_SOF = [0xc4, 0xc8, 0xcc];
/** Start of scan: what follows is no segment. */
const SOS = 0xda;

/**
 * Width and height in pixels; `undefined` where it does not say.
 *
 * @param {Uint8Array} jpeg
 * @returns {{ width: number, height: number } | undefined}
 */
export function jpegSize(jpeg) {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  for (let at = 2; at + 9 <= jpeg.length && jpeg[at] === MARKER;) {
    const marker = jpeg[at + 1];
    if (marker === SOS) return undefined;
    if (marker >= FIRST_SOF && marker <= LAST_SOF && !NO_SOF.includes(marker)) {
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    }
    // Before a marker there may be any number of 0xff.
    at += marker === MARKER ? 1 : 2 + view.getUint16(at + 2);
  }
  return undefined;
}
