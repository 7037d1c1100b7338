/**
 * What viewers of the page may make its server hold. Each limit is tested at its value and one above.
 *
 * @module
 */

/** Pages and streams that may watch at once. */
export const MAX_VIEWERS = 32;

/** Connections at once; with one more, the oldest of those that do not watch is closed. */
export const MAX_PAGE_CONNECTIONS = 2 * MAX_VIEWERS;

/** Longest head of an HTTP request, in bytes. Browsers send the cookies of all servers of this machine. */
export const MAX_REQUEST_BYTES = 32 * 1024;

/** Bytes that may wait for a slow page; a frame that would exceed it is dropped, unless it is alone. */
export const PAGE_MAX_BUFFERED_BYTES = 1024 * 1024;

/** Messages that may wait for a slow page, frames included. */
export const PAGE_MAX_BUFFERED_MESSAGES = 64;

/** Messages that may wait for a slow page before sound is dropped: it comes in small pieces, and frames need the rest. */
export const PAGE_MAX_MESSAGES_BEFORE_SOUND = PAGE_MAX_BUFFERED_MESSAGES / 2;

/** Messages of the dialogue that are kept for a page that cannot be told now; with one more the oldest is left out. */
export const MAX_KEPT_WIRE_MESSAGES = 100;

/** Longest message that a page may send, in bytes, all its fragments together. */
export const MAX_PAGE_MESSAGE_BYTES = 256;

/** Commands of one page that may wait for the player. */
export const MAX_PAGE_COMMANDS = 4;

/** Packets that a page is told of at once; of more, the newest. */
export const MAX_TOLD_PACKETS = 1000;

/** How often a page that draws packets is told of them, in milliseconds. */
export const PACKETS_INTERVAL_MS = 100;

/** Most that is read from a page at once, in bytes. */
export const PAGE_READ_BYTES = 2048;

/** Time between two reads from a page, in milliseconds: one that sends without end takes no time from the others. */
export const PAGE_READ_PAUSE_MS = 10;

/** Bytes that are read and ignored of a page whose WebSocket is being closed. */
export const MAX_IGNORED_BYTES = 64 * 1024;

/** How long a page that does not read is given to take the news that the player ends, in milliseconds. */
export const CLOSE_PATIENCE_MS = 100;
