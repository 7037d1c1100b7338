/**
 * The codes of JPEG markers: the byte after FF (ITU-T T.81, table B.1).
 *
 * @module
 */

/** For temporary use in arithmetic coding. Like SOI, EOI and RST it stands alone, without a length. */
export const TEM = 0x01;
/** Start of frame, baseline DCT. */
export const SOF0 = 0xc0;
/** Start of frame, extended sequential DCT. */
export const SOF1 = 0xc1;
/** Start of frame, progressive DCT. */
export const SOF2 = 0xc2;
/** Start of frame, lossless. */
export const SOF3 = 0xc3;
/** Define Huffman tables. */
export const DHT = 0xc4;
/** Reserved for extensions. */
const JPG = 0xc8;
/** Start of frame, extended sequential DCT with arithmetic coding. All SOF from here on use arithmetic coding. */
export const SOF9 = 0xc9;
/** Start of frame, progressive DCT with arithmetic coding. */
export const SOF10 = 0xca;
/** Define arithmetic coding conditioning. */
const DAC = 0xcc;
const SOF15 = 0xcf;
const RST0 = 0xd0;
const RST7 = 0xd7;
/** Start of image. */
export const SOI = 0xd8;
/** End of image. */
export const EOI = 0xd9;
/** Start of scan: its header is followed by entropy-coded data. */
export const SOS = 0xda;
/** Define quantization tables. */
export const DQT = 0xdb;
/** Define restart interval. */
export const DRI = 0xdd;
/** Reserved for extensions, from here to JPG13. */
const JPG0 = 0xf0;
const JPG13 = 0xfd;
/** Application segment 0: JFIF, or AVI1 in frames of AVI files. */
export const APP0 = 0xe0;
/** Application segment 2: colour profiles, and the list of a photo's pictures (MPF). */
export const APP2 = 0xe2;
/** Comment. */
const COM = 0xfe;
/** Application segment 14: Adobe's, which tells the colour space. */
export const APP14 = 0xee;

/** Whether a marker is an SOF. DHT, JPG and DAC share its range of codes. */
export function isFrameHeader(marker: number): boolean {
  return marker >= SOF0 && marker <= SOF15 && marker !== DHT && marker !== JPG && marker !== DAC;
}

/** Whether a marker is RST0 to RST7, which separate the restart intervals of a scan. */
export function isRestart(marker: number): boolean {
  return marker >= RST0 && marker <= RST7;
}

/** Whether an image may stand in the segment of a marker, such as a thumbnail: in APP0 to APP15, and in COM. */
export function mayHoldImage(marker: number): boolean {
  return marker >= APP0 && marker < JPG0 || marker === COM;
}

/** Whether FF D8 FF may stand in the segment of a marker: as part of an image, or as values of quantization tables. */
export function mayHoldSoi(marker: number): boolean {
  return mayHoldImage(marker) || marker === DQT;
}

/** Whether a segment with a length follows a marker. None of the reserved markers is followed by one (T.81, table B.1). */
export function beginsSegment(marker: number): boolean {
  return marker >= SOF0 && marker !== JPG && !(marker >= RST0 && marker <= EOI) &&
    !(marker >= JPG0 && marker <= JPG13) &&
    marker !== 0xff;
}

/** Whether SOI is at `offset`. */
export function isSoiAt(bytes: Uint8Array, offset: number): boolean {
  return bytes[offset] === 0xff && bytes[offset + 1] === SOI;
}

/** Whether a JPEG seems to start at `offset`: SOI and, unless the bytes end there, another marker. */
export function isJpegAt(bytes: Uint8Array, offset: number): boolean {
  return isSoiAt(bytes, offset) && (offset + 2 >= bytes.length || bytes[offset + 2] === 0xff);
}
