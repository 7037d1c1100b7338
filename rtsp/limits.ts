/**
 * What a peer may make the RTSP parsers hold. Each limit is tested at its value and one above.
 *
 * @module
 */

/** Longest line of a message, in bytes, its line end not counted. Longer lines of a description are left out. */
export const MAX_LINE_BYTES = 4096;

/** Lines of a description that are read. */
export const MAX_DESCRIPTION_LINES = 1024;

/** Media sections of a description that are read. */
export const MAX_MEDIA_SECTIONS = 64;

/** Longest message, in bytes: all its lines together. */
export const MAX_MESSAGE_BYTES = 16_384;

/** Longest body of a message, in bytes. */
export const MAX_BODY_BYTES = 65_536;

/**
 * How often a byte may be examined before its line has ended, on average, to see whether a message of the lab is complete without a
 * line break. A long line that comes in tiny reads is examined with some of them only; after the last one it may wait for the line
 * break, or for a moment without another byte.
 */
export const MAX_LOOKS_PER_BYTE = 16;
