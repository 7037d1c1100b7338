/**
 * The frame number as a row of black and white cells near the lower edge of the test pattern. Programs read it back out of decoded
 * frames.
 *
 * @module
 */

import type { Rectangle } from "./canvas.ts";

/** A white cell, 16 bits of the frame number with the highest first, a black cell. */
const CELLS = 18;

/** Where the row of cells is: its top left corner and the size of a cell, in pixels. */
export interface FrameCodeLayout {
  readonly x: number;
  readonly y: number;
  readonly cell: number;
}

/** One cell. */
export interface FrameCodeCell extends Rectangle {
  /** White is 1, black is 0. */
  readonly isWhite: boolean;
}

/** Where the row of cells is in frames of a size. */
export function frameCodeLayout(size: { readonly width: number; readonly height: number }): FrameCodeLayout {
  const cell = Math.max(8, Math.floor(size.width / (CELLS + 2) / 8) * 8);
  return {
    x: Math.floor((size.width - cell * CELLS) / 2),
    y: size.height - cell - Math.max(8, Math.floor(size.height / 40)),
    cell,
  };
}

/** The cells that show a frame number, modulo 65536. */
export function frameCodeCells(
  number: number,
  size: { readonly width: number; readonly height: number },
): FrameCodeCell[] {
  const { x, y, cell } = frameCodeLayout(size);
  return Array.from({ length: CELLS }, (_, index) => {
    const isWhite = index === 0 || index < CELLS - 1 && (number >> (CELLS - 2 - index) & 1) === 1;
    return { x: x + index * cell, y, width: cell, height: cell, isWhite };
  });
}

/** Reads the frame number, modulo 65536, from the RGBA pixels of a decoded frame; `undefined` where there is no such row. */
export function readFrameCode(
  image: { readonly width: number; readonly height: number; readonly data: ArrayLike<number> },
): number | undefined {
  const { x, y, cell } = frameCodeLayout(image);
  let bits = 0;
  for (let index = 0; index < CELLS; index++) {
    const column = x + index * cell + (cell >> 1);
    const offset = ((y + (cell >> 1)) * image.width + column) * 4;
    const bit = image.data[offset] + image.data[offset + 1] + image.data[offset + 2] > 3 * 128 ? 1 : 0;
    if (index === 0 && bit !== 1) return undefined;
    if (index === CELLS - 1 && bit !== 0) return undefined;
    bits = bits * 2 + bit;
  }
  return (bits >> 1) & 0xffff;
}
