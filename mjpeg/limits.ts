/**
 * What a JPEG or a file of them may make us hold or do. Each limit is tested at its value and one above.
 *
 * @module
 */

/** Blocks of a picture that are decoded at most, 128 bytes each: 64 megapixels of 4:2:0. */
export const MAX_BLOCKS = 1_500_000;

/**
 * Blocks a byte of the JPEG: each takes a bit at least in the first scan of its DC values. More than that are not there,
 * whatever the frame header says, and no memory is taken for them.
 */
export const MAX_BLOCKS_PER_BYTE = 8;

/** Scans of a picture that are decoded at most: each may go over all blocks for a few bytes. */
export const MAX_SCANS = 100;

/** Frames of a file that are indexed, twelve bytes each: 4 days at 25 frames a second. */
export const MAX_INDEXED_FRAMES = 10_000_000;

/** Segments in front of the first scan of a JPEG: a profile in colour takes up to 255, everything else a few. */
export const MAX_HEADER_SEGMENTS = 1024;
