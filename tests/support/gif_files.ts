/**
 * Animated GIFs: movies of another codec than Motion-JPEG that need no encoder.
 *
 * @module
 */

import { concat } from "@std/bytes";

/** What is in a GIF. */
export interface GifKind {
  /** Default 16. */
  readonly width?: number;
  /** Default 16. */
  readonly height?: number;
  /** How long each frame is shown, in hundredths of a second, from 2. */
  readonly delays: readonly number[];
}

/** Black, red, green and blue, in turn. */
const COLOURS = [[0, 0, 0], [255, 0, 0], [0, 255, 0], [0, 0, 255]];

/** Each frame has 16x16 pixels of one colour in its upper left corner. */
const [SIDE, PIXELS] = [16, 256];

/** Codes of LZW for four colours. */
const [CLEAR, END, CODE_BITS] = [4, 5, 3];

/** The file. */
export function gifFile({ width = SIDE, height = SIDE, delays }: GifKind): Uint8Array<ArrayBuffer> {
  return concat([
    new TextEncoder().encode("GIF89a"),
    Uint8Array.of(...word(width), ...word(height), 0xf1, 0, 0, ...COLOURS.flat()),
    ...delays.map((delay, index) => frame(index % COLOURS.length, delay)),
    Uint8Array.of(0x3b),
  ]);
}

function frame(colour: number, delay: number): Uint8Array<ArrayBuffer> {
  const data = encode(colour);
  return concat([
    Uint8Array.of(0x21, 0xf9, 4, 0, ...word(delay), 0, 0),
    Uint8Array.of(0x2c, ...word(0), ...word(0), ...word(SIDE), ...word(SIDE), 0, 2, data.length),
    data,
    Uint8Array.of(0),
  ]);
}

/** Two pixels and a CLEAR in turn, so that codes never get longer. */
function encode(colour: number): Uint8Array<ArrayBuffer> {
  const codes = [...Array.from({ length: PIXELS / 2 }, () => [CLEAR, colour, colour]).flat(), END];
  const bytes = new Uint8Array(Math.ceil(codes.length * CODE_BITS / 8));
  codes.forEach((code, index) => {
    for (let bit = 0; bit < CODE_BITS; bit++) {
      const at = index * CODE_BITS + bit;
      bytes[at >> 3] |= (code >> bit & 1) << (at & 7);
    }
  });
  return bytes;
}

function word(value: number): [number, number] {
  return [value & 255, value >> 8];
}
