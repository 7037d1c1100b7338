/**
 * The built-in test source's pictures: colour bars, a ball on its way, the frame number, a running clock, and the frame
 * number once more as a row of black and white cells that a program can read back out of the decoded picture.
 * A picture is a pure function of its frame number.
 *
 * @module
 */

import { GLYPH_HEIGHT, GLYPH_WIDTH, isDotSet } from "./bitmap_font.ts";
import { encodeBaselineJpeg, type RgbaImage } from "../conditioning/jpeg_encoder.ts";

/** What distinguishes one test pattern from another. */
export interface TestPatternOptions {
  /** Width in pixels, 160 to 2040, a multiple of 8. */
  readonly width: number;
  /** Height in pixels, 120 to 2040, a multiple of 8. */
  readonly height: number;
  /** Frames a second, which turns frame numbers into clock time. */
  readonly frameRate: number;
}

/** The test pattern that `serve` offers and `testsrc` writes where nothing else is asked for. */
export const DEFAULT_TEST_PATTERN: TestPatternOptions = { width: 640, height: 360, frameRate: 20 };

/** Largest frame that every lab client can take: its 20480-byte read less the RTP header. */
export const TEST_FRAME_MAX_BYTES = 20_480 - 12;

/** Cells of the machine-readable row: a white one, 16 bits of the frame number with the highest first, a black one. */
export const FRAME_CODE_CELLS = 18;

const QUALITIES = [62, 50, 40, 30, 20, 10, 5] as const;

type Colour = readonly [red: number, green: number, blue: number];
interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const WHITE: Colour = [240, 244, 248];
const BLACK: Colour = [10, 12, 18];
const DIM: Colour = [132, 150, 176];
const BALL: Colour = [255, 196, 61];
const BARS: readonly Colour[] = [
  [220, 220, 220],
  [214, 196, 44],
  [44, 190, 196],
  [52, 176, 72],
  [186, 62, 176],
  [200, 52, 48],
  [48, 72, 190],
];

/** Where the row of cells lies: the top left corner and the size of one cell, in pixels. */
export function frameCodeLayout(size: { width: number; height: number }): { x: number; y: number; cell: number } {
  const cell = Math.max(8, Math.floor(size.width / (FRAME_CODE_CELLS + 2) / 8) * 8);
  return {
    x: Math.floor((size.width - cell * FRAME_CODE_CELLS) / 2),
    y: size.height - cell - Math.max(8, Math.floor(size.height / 40)),
    cell,
  };
}

/** Reads the frame number, modulo 65536, back out of a decoded picture; `undefined` where the row is not there. */
export function readFrameCode(image: { width: number; height: number; data: ArrayLike<number> }): number | undefined {
  const { x, y, cell } = frameCodeLayout(image);
  let bits = 0;
  for (let index = 0; index < FRAME_CODE_CELLS; index++) {
    const column = x + index * cell + (cell >> 1);
    const offset = ((y + (cell >> 1)) * image.width + column) * 4;
    const bit = image.data[offset] + image.data[offset + 1] + image.data[offset + 2] > 3 * 128 ? 1 : 0;
    if (index === 0 && bit !== 1) return undefined;
    if (index === FRAME_CODE_CELLS - 1 && bit !== 0) return undefined;
    bits = bits * 2 + bit;
  }
  return (bits >> 1) & 0xffff;
}

/** Draws and encodes the frames of one test pattern. Holds the still background and one picture's pixels. */
export class TestPattern {
  /** What is drawn. */
  readonly options: TestPatternOptions;
  readonly #image: RgbaImage;
  readonly #background: Uint8ClampedArray<ArrayBuffer>;
  #qualityIndex = 0;

  /** Throws a `RangeError` for sizes outside of {@linkcode TestPatternOptions}. */
  constructor(options: TestPatternOptions = DEFAULT_TEST_PATTERN) {
    const { width, height, frameRate } = options;
    if (![width, height].every((pixels) => pixels % 8 === 0 && pixels <= 2040) || width < 160 || height < 120) {
      throw new RangeError(
        `Cannot draw a test pattern of ${width}x${height}: both must be multiples of 8, at least 160x120, at most 2040`,
      );
    }
    if (!(frameRate > 0)) throw new RangeError(`Cannot draw a test pattern at ${frameRate} frames a second`);
    this.options = options;
    this.#image = { width, height, data: new Uint8ClampedArray(width * height * 4) };
    this.#drawBackground();
    this.#background = this.#image.data.slice();
  }

  /**
   * Frame `number` (from 1) as a baseline JPEG of at most {@linkcode TEST_FRAME_MAX_BYTES}. Large pictures lower their
   * quality to get there; a `RangeError` says when even that is not enough.
   */
  async encode(number: number): Promise<Uint8Array> {
    this.draw(number);
    for (; this.#qualityIndex < QUALITIES.length; this.#qualityIndex++) {
      const jpeg = await encodeBaselineJpeg(this.#image, { quality: QUALITIES[this.#qualityIndex] });
      if (jpeg.length <= TEST_FRAME_MAX_BYTES) return jpeg;
    }
    const { width, height } = this.options;
    throw new RangeError(
      `Cannot draw a test pattern of ${width}x${height}: a frame takes more than the ${TEST_FRAME_MAX_BYTES} bytes ` +
        `that lab clients read; choose a smaller size`,
    );
  }

  /** Draws frame `number` (from 1); the pixels hold until the next call. */
  draw(number: number): RgbaImage {
    const { width, height, frameRate } = this.options;
    this.#image.data.set(this.#background);
    const scale = Math.max(1, Math.floor(width / 106));
    const middle = Math.floor(height * 0.41);
    this.#text(String(number).padStart(6, "0"), { x: width / 2, y: middle, scale: scale * 2, colour: WHITE });
    this.#text(clockTime((number - 1) / frameRate), {
      x: width / 2,
      y: middle + scale * (GLYPH_HEIGHT * 2 + 4),
      scale,
      colour: WHITE,
    });
    this.#drawBall(number);
    this.#drawFrameCode(number);
    return this.#image;
  }

  #drawBackground(): void {
    const { width, height, frameRate } = this.options;
    this.#fill({ x: 0, y: 0, width, height }, [18, 26, 44]);
    const barWidth = Math.ceil(width / BARS.length / 8) * 8;
    BARS.forEach((colour, index) =>
      this.#fill({ x: index * barWidth, y: 0, width: barWidth, height: Math.floor(height / 4 / 8) * 8 }, colour)
    );
    const scale = Math.max(1, Math.floor(width / 320));
    this.#text(`MJPEGRTSP TEST SOURCE  ${width}X${height}  ${frameRate} FPS`, {
      x: width / 2,
      y: Math.floor(height * 0.3),
      scale,
      colour: DIM,
    });
  }

  /** The ball crosses the picture in 4 seconds and comes back, along its own two hops. */
  #drawBall(number: number): void {
    const { width, height, frameRate } = this.options;
    const phase = ((number - 1) / frameRate / 4) % 2;
    const along = phase < 1 ? phase : 2 - phase;
    const radius = Math.max(6, Math.floor(height / 18));
    const centreX = Math.round(radius + along * (width - 2 * radius));
    const floor = height * 0.24;
    const centreY = Math.round(floor - Math.abs(Math.sin(along * Math.PI * 2)) * (floor - radius - 2));
    for (let y = -radius; y <= radius; y++) {
      const half = Math.floor(Math.sqrt(radius * radius - y * y));
      this.#fill({ x: centreX - half, y: centreY + y, width: 2 * half + 1, height: 1 }, BALL);
    }
  }

  #drawFrameCode(number: number): void {
    const { x, y, cell } = frameCodeLayout(this.options);
    for (let index = 0; index < FRAME_CODE_CELLS; index++) {
      const bit = index === 0 ? 1 : index === FRAME_CODE_CELLS - 1 ? 0 : (number >> (16 - index)) & 1;
      this.#fill({ x: x + index * cell, y, width: cell, height: cell }, bit === 1 ? WHITE : BLACK);
    }
  }

  /** Writes one line, centred on `x`, its top at `y`; lengths in pixels, `scale` pixels a dot. */
  #text(text: string, place: { x: number; y: number; scale: number; colour: Colour }): void {
    const { scale, colour } = place;
    let left = Math.floor(place.x - (text.length * (GLYPH_WIDTH + 1) - 1) * scale / 2);
    for (const character of text) {
      for (let y = 0; y < GLYPH_HEIGHT; y++) {
        for (let x = 0; x < GLYPH_WIDTH; x++) {
          if (!isDotSet(character, { x, y })) continue;
          this.#fill({ x: left + x * scale, y: Math.floor(place.y) + y * scale, width: scale, height: scale }, colour);
        }
      }
      left += (GLYPH_WIDTH + 1) * scale;
    }
  }

  #fill(rectangle: Rectangle, [red, green, blue]: Colour): void {
    const { width, height, data } = this.#image;
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
}

/** `01:02:03.45` of a time in seconds. */
function clockTime(seconds: number): string {
  const hundredths = Math.floor(seconds * 100 + 1e-6);
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  return `${two(hundredths / 360_000)}:${two(hundredths / 6000 % 60)}:${two(hundredths / 100 % 60)}.${
    two(hundredths % 100)
  }`;
}
