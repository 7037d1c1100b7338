/**
 * How much a movie of another codec may make the decoder hold. Each limit is tested at its value and one above.
 *
 * @module
 */

/** Frames that are decoded and wait for whoever takes them; with as many, the decoder waits. */
export const MAX_FRAMES_AHEAD = 8;

/** Largest pictures that are decoded, in pixels: 8K. */
export const MAX_DECODED_PIXELS = 7680 * 4320;

/** Largest JPEG that is taken of the decoder, in bytes: more than it makes of the largest picture. */
export const MAX_DECODED_FRAME_BYTES = 64 * 1024 * 1024;

/** Longest line that is read of the decoder's list of frames, in characters: they have about 70. */
export const MAX_LIST_LINE_CHARS = 1000;

/** Frames of a movie that are listed: 22 hours at 25 frames a second. */
export const MAX_LISTED_FRAMES = 2_000_000;
