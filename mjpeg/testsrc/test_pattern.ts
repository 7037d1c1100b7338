/**
 * The frames of the built-in test source: colour bars, a moving ball, the frame number, a running clock, lamps that go on with
 * its beep, and the frame number as a row of cells that programs can read (frame_code.ts). What a frame shows depends on its number alone.
 *
 * @module
 */

import { DEFAULT_TEST_PATTERN, type TestPatternOptions } from "./test_pattern_options.ts";
import { encodeBaselineJpeg, type RgbaImage } from "../conditioning/jpeg_encoder.ts";
import { isLampLitAt } from "./beep.ts";
import { GLYPH_HEIGHT } from "./bitmap_font.ts";
import { Canvas, type Colour } from "./canvas.ts";
import { frameCodeCells } from "./frame_code.ts";

/** Largest frame that every lab client can read: 20480 bytes a datagram, less the RTP header. */
export const TEST_FRAME_MAX_BYTES = 20_480 - 12;

const QUALITIES = [62, 50, 40, 30, 20, 10, 5] as const;

const WHITE: Colour = [240, 244, 248];
const BLACK: Colour = [10, 12, 18];
const UNLIT: Colour = [38, 48, 70];
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

/** A filled circle, in pixels. */
export interface Disc {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** The lamps that go on with the beep, one at each side of the frame number. */
export function lampsOf({ width, height }: Pick<TestPatternOptions, "width" | "height">): readonly Disc[] {
  const [x, y, radius] = [Math.round(width * 0.085), Math.round(height * 0.53), Math.round(width * 0.055)];
  return [{ x, y, radius }, { x: width - 1 - x, y, radius }];
}

/** Draws and encodes the frames of one test pattern. Holds the background and the pixels of one frame. */
export class TestPattern {
  readonly options: TestPatternOptions;
  readonly #canvas: Canvas;
  readonly #background: Uint8ClampedArray<ArrayBuffer>;
  #qualityIndex = 0;

  /** Throws a `RangeError` for a size or rate outside the ranges of {@linkcode TestPatternOptions}. */
  constructor(options: TestPatternOptions = DEFAULT_TEST_PATTERN) {
    const { width, height, frameRate } = options;
    if (![width, height].every((pixels) => pixels % 8 === 0 && pixels <= 2040) || width < 160 || height < 120) {
      throw new RangeError(
        `Cannot draw a test pattern of ${width}x${height}: both must be multiples of 8, at least 160x120, at most 2040`,
      );
    }
    if (!(frameRate > 0)) throw new RangeError(`Cannot draw a test pattern at ${frameRate} frames a second`);
    this.options = options;
    this.#canvas = new Canvas({ width, height });
    this.#drawBackground();
    this.#background = this.#canvas.image.data.slice();
  }

  /**
   * Frame `number` (from 1) as a baseline JPEG of at most {@linkcode TEST_FRAME_MAX_BYTES}. Large frames lower the quality to
   * fit, for all frames that follow. Rejects with a `RangeError` where the lowest quality is not enough.
   */
  async encode(number: number): Promise<Uint8Array> {
    this.draw(number);
    for (; this.#qualityIndex < QUALITIES.length; this.#qualityIndex++) {
      const jpeg = await encodeBaselineJpeg(this.#canvas.image, { quality: QUALITIES[this.#qualityIndex] });
      if (jpeg.length <= TEST_FRAME_MAX_BYTES) return jpeg;
    }
    const { width, height } = this.options;
    throw new RangeError(
      `Cannot draw a test pattern of ${width}x${height}: a frame takes more than the ${TEST_FRAME_MAX_BYTES} bytes ` +
        `that lab clients read; choose a smaller size`,
    );
  }

  /** Draws frame `number` (from 1). The pixels hold until the next call. */
  draw(number: number): RgbaImage {
    const { width, height, frameRate } = this.options;
    this.#canvas.image.data.set(this.#background);
    const scale = Math.max(1, Math.floor(width / 106));
    const middle = Math.floor(height * 0.41);
    this.#canvas.writeText(String(number).padStart(6, "0"), {
      x: width / 2,
      y: middle,
      scale: scale * 2,
      colour: WHITE,
    });
    this.#canvas.writeText(clockTime((number - 1) / frameRate), {
      x: width / 2,
      y: middle + scale * (GLYPH_HEIGHT * 2 + 4),
      scale,
      colour: WHITE,
    });
    if (isLampLitAt((number - 1) / frameRate)) {
      for (const lamp of lampsOf(this.options)) this.#drawDisc(lamp, WHITE);
    }
    this.#drawBall(number);
    this.#drawFrameCode(number);
    return this.#canvas.image;
  }

  #drawBackground(): void {
    const { width, height, frameRate } = this.options;
    this.#canvas.fill({ x: 0, y: 0, width, height }, [18, 26, 44]);
    const barWidth = Math.ceil(width / BARS.length / 8) * 8;
    BARS.forEach((colour, index) =>
      this.#canvas.fill({ x: index * barWidth, y: 0, width: barWidth, height: Math.floor(height / 4 / 8) * 8 }, colour)
    );
    const scale = Math.max(1, Math.floor(width / 320));
    this.#canvas.writeText(`MJPEGRTSP TEST SOURCE  ${width}X${height}  ${frameRate} FPS`, {
      x: width / 2,
      y: Math.floor(height * 0.3),
      scale,
      colour: DIM,
    });
    for (const lamp of lampsOf(this.options)) this.#drawDisc(lamp, UNLIT);
  }

  /** The ball crosses the frame in 4 seconds, in two hops, and comes back. */
  #drawBall(number: number): void {
    const { width, height, frameRate } = this.options;
    const phase = ((number - 1) / frameRate / 4) % 2;
    const along = phase < 1 ? phase : 2 - phase;
    const radius = Math.max(6, Math.floor(height / 18));
    const centreX = Math.round(radius + along * (width - 2 * radius));
    const floor = height * 0.24;
    const centreY = Math.round(floor - Math.abs(Math.sin(along * Math.PI * 2)) * (floor - radius - 2));
    this.#drawDisc({ x: centreX, y: centreY, radius }, BALL);
  }

  #drawDisc({ x, y: middle, radius }: Disc, colour: Colour): void {
    for (let y = -radius; y <= radius; y++) {
      const half = Math.floor(Math.sqrt(radius * radius - y * y));
      this.#canvas.fill({ x: x - half, y: middle + y, width: 2 * half + 1, height: 1 }, colour);
    }
  }

  #drawFrameCode(number: number): void {
    for (const { isWhite, ...square } of frameCodeCells(number, this.options)) {
      this.#canvas.fill(square, isWhite ? WHITE : BLACK);
    }
  }
}

/** A time in seconds as `01:02:03.45`. */
function clockTime(seconds: number): string {
  const hundredths = Math.floor(seconds * 100 + 1e-6);
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  return `${two(hundredths / 360_000)}:${two(hundredths / 6000 % 60)}:${two(hundredths / 100 % 60)}.${
    two(hundredths % 100)
  }`;
}
