/**
 * What a test pattern is like: what everybody knows of it who does not draw it.
 *
 * @module
 */

/** Size and rate of a test pattern. */
export interface TestPatternOptions {
  /** Width in pixels, 160 to 2040, a multiple of 8. */
  readonly width: number;
  /** Height in pixels, 120 to 2040, a multiple of 8. */
  readonly height: number;
  /** Frames a second: how fast the clock runs. */
  readonly frameRate: number;
}

/** The pattern that `serve` offers, and the default of `testsrc`. */
export const DEFAULT_TEST_PATTERN: TestPatternOptions = { width: 640, height: 360, frameRate: 20 };
