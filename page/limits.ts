/**
 * What viewers of the page may make its server hold. Each limit is tested at its value and one above.
 *
 * @module
 */

/** Pages and streams that may watch at once. */
export const MAX_VIEWERS = 32;

/** Bytes that may wait for a slow page; a frame that would exceed it is dropped. */
export const PAGE_MAX_BUFFERED_BYTES = 1024 * 1024;

/** Longest message that a page may send, in characters. */
export const PAGE_MAX_MESSAGE_CHARS = 256;
