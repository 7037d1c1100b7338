/**
 * What whoever sends datagrams may make their receiver hold, and for how long it is waited for. Each limit is tested at its value and
 * one above.
 *
 * @module
 */

/** Largest datagram that is read: the largest there is. */
export const MAX_DATAGRAM_BYTES = 65_536;

/** How long the port that a sender sends from may be silent before another one may take its place, in milliseconds. */
export const SOURCE_SILENCE_MS = 2000;

/** Bytes of a capture that may wait for a slow disk or reader; packets beyond are dropped from it and counted. */
export const MAX_WAITING_CAPTURE_BYTES = 16 * 1024 * 1024;

/** Bytes of a capture's media that are kept for somebody who looks; older ones give way. */
export const MAX_RECENT_MEDIA_BYTES = 8 * 1024 * 1024;

/** Bytes of a capture's dialogues that are kept; older ones give way. */
export const MAX_RECENT_DIALOGUE_BYTES = 256 * 1024;

/** How long media are kept for somebody who does not look again, in milliseconds. */
export const RECENT_PATIENCE_MS = 3000;
