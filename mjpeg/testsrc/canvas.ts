/**
 * Draws rectangles and text into pixels, for the test pattern.
 *
 * @module
 */

import type { RgbaImage } from "../conditioning/jpeg_encoder.ts";
import { GLYPH_HEIGHT, GLYPH_WIDTH, isDotSet } from "./bitmap_font.ts";

/** 0 to 255 each. */
export type Colour = readonly [red: number, green: number, blue: number];

/** In pixels from the top left. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where and how a line of text is written. */
export interface TextStyle {
  /** Middle of the line, in pixels. */
  readonly x: number;
  /** Top of the line, in pixels. */
  readonly y: number;
  /** Pixels a dot of the font. */
  readonly scale: number;
  readonly colour: Colour;
}

/** An image to draw on. What lies outside of it is not drawn. */
export class Canvas {
  readonly image: RgbaImage;

  constructor({ width, height }: { readonly width: number; readonly height: number }) {
    this.image = { width, height, data: new Uint8ClampedArray(width * height * 4) };
  }

  fill(rectangle: Rectangle, [red, green, blue]: Colour): void {
    const { width, height, data } = this.image;
    const right = Math.min(width, rectangle.x + rectangle.width);
    const bottom = Math.min(height, rectangle.y + rectangle.height);
    for (let y = Math.max(0, rectangle.y); y < bottom; y++) {
      for (let x = Math.max(0, rectangle.x); x < right; x++) {
        const offset = (y * width + x) * 4;
        data[offset] = red;
        data[offset + 1] = green;
        data[offset + 2] = blue;
        data[offset + 3] = 255;
      }
    }
  }

  /** Writes one line of text. */
  writeText(text: string, { x: middle, y: top, scale, colour }: TextStyle): void {
    let left = Math.floor(middle - (text.length * (GLYPH_WIDTH + 1) - 1) * scale / 2);
    for (const character of text) {
      for (let y = 0; y < GLYPH_HEIGHT; y++) {
        for (let x = 0; x < GLYPH_WIDTH; x++) {
          if (!isDotSet(character, { x, y })) continue;
          this.fill({ x: left + x * scale, y: Math.floor(top) + y * scale, width: scale, height: scale }, colour);
        }
      }
      left += (GLYPH_WIDTH + 1) * scale;
    }
  }
}
