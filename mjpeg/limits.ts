/**
 * How much memory and work a JPEG, or a file of them, may cost. Each limit is tested at its value and one above.
 *
 * @module
 */

/** Most blocks of a JPEG that are decoded, 128 bytes each: 64 megapixels of 4:2:0. */
export const MAX_BLOCKS = 1_500_000;

/**
 * Most blocks a byte of the JPEG. Each block takes at least a bit in the scan of its DC coefficients, so a frame header that
 * announces more is wrong, and no memory is taken for it.
 */
export const MAX_BLOCKS_PER_BYTE = 8;

/** Most scans of a JPEG that are decoded. Each may visit all blocks for a few bytes. */
export const MAX_SCANS = 100;

/** Most frames of a file that are indexed, up to 16 bytes each: 4 days at 25 frames a second. */
export const MAX_INDEXED_FRAMES = 10_000_000;

/** Most segments in front of the first scan of a JPEG. A colour profile takes up to 255, everything else a few. */
export const MAX_HEADER_SEGMENTS = 1024;

/**
 * How deep images are looked for in the segments of images: two cut frames in a row need two levels. The work for a byte grows with
 * it.
 */
export const MAX_NESTED_IMAGES = 3;

/** Most pictures of a photo that its list tells of (CIPA DC-007). */
export const MAX_PHOTO_PICTURES = 64;

/** Frames of a file that are dropped and of which the log says where they are. More are counted. */
export const MAX_NAMED_FRAMES = 3;

/** Largest last frame of a file that is decoded to find out whether it is whole, in bytes. */
export const MAX_CHECKED_BYTES = 16 * 1024 * 1024;
