/**
 * What the command line's output may hold. Each limit is tested at its value and one above.
 *
 * @module
 */

/** Characters of messages that may wait for whoever reads standard error; one always may. Others are dropped and counted. */
export const MAX_WAITING_CHARS = 256 * 1024;

/** How long the end of the program waits for whoever reads standard error, in milliseconds. */
export const FLUSH_MS = 1000;
