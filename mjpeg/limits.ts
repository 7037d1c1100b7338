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

/** Largest list of headers of an AVI file that is read, in bytes: an index of indexes for thousands of gigabytes fits in. */
export const MAX_AVI_HEADER_BYTES = 1024 * 1024;

/** Most boxes of an MP4 file that are looked at in another one. Files have a dozen. */
export const MAX_SIBLING_BOXES = 10_000;

/** Most entries of an edit list of an MP4 file that are read. */
export const MAX_EDITS = 10_000;

/** Largest headers of a fragment of an MP4 file that are read, in bytes: of more than 100 000 frames. */
export const MAX_FRAGMENT_HEADER_BYTES = 4 * 1024 * 1024;

/** Most bytes of the tracks of a Matroska file that are read, and of what it says of itself. */
export const MAX_MATROSKA_TRACKS_BYTES = 1024 * 1024;

/** Most bytes of the header fields in front of a part of a multipart stream that are read; what is behind them is passed over. */
export const MAX_PART_HEADER_BYTES = 8 * 1024;

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

/** Most chunks of a WAV file that are looked at for its format and its samples. Files have a handful. */
export const MAX_WAV_CHUNKS = 1024;

/** Most channels of sound that are read from a file. */
export const MAX_SOUND_CHANNELS = 8;

/** Most samples of a channel in a second that are read from a file. */
export const MAX_SOUND_RATE = 192_000;

/** Most bytes of what an MP4 file says of the format of its sound that are read. */
export const MAX_SAMPLE_ENTRY_BYTES = 1024;

/** Most pieces of sound that lie apart in a file; what comes behind them is left out. */
export const MAX_SOUND_PIECES = 1_000_000;
