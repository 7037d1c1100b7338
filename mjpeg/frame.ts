/**
 * A frame: one JPEG image and the time at which it is shown. The unit that passes through the whole program.
 *
 * @module
 */

/** One frame of a Motion-JPEG stream. */
export interface JpegFrame {
  /** The whole JPEG, from SOI to EOI. Nobody writes to these bytes once the frame is handed on. */
  readonly data: Uint8Array;
  /** Microseconds from the start of the stream. They never go back within one stream. */
  readonly timestampUs: number;
}
