/**
 * A change of a file: what a format that is written makes of a frame.
 *
 * @module
 */

/** Bytes that stand at a place of the file from now on. That is within the file, or right behind it. */
export interface Patch {
  readonly offset: number;
  readonly bytes: Uint8Array;
}
