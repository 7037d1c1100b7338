/**
 * The unit that travels through the whole program: one JPEG image and the time at which it is to be shown.
 *
 * @module
 */

/** One picture of a Motion-JPEG stream. */
export interface JpegFrame {
  /** The whole JPEG, from SOI to EOI. Whoever hands a frame on gives up writing to these bytes. */
  readonly data: Uint8Array;
  /** Presentation time in microseconds from the start of the stream; it never goes back within one stream. */
  readonly timestampUs: number;
}
