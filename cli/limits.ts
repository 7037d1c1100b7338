/**
 * What the command line's output may hold, and how long relays wait. Each limit is tested at its value and one above.
 *
 * @module
 */

/** Characters of messages that may wait for whoever reads standard error; one always may. Others are dropped and counted. */
export const MAX_WAITING_CHARS = 256 * 1024;

/** How long the end of the program waits for whoever reads standard error, in milliseconds. */
export const FLUSH_MS = 1000;

/** HTTP streams and snapshots of `serve --http` at once. */
export const MAX_WEB_SESSIONS = 32;

/** How long HTTP waits for a session, or for the frame of a snapshot, in milliseconds. */
export const WEB_PATIENCE_MS = 10_000;

/** How long the end of the program waits for the sessions of HTTP, in milliseconds. */
export const WEB_CLOSE_PATIENCE_MS = 2000;

/** How long a relay goes on once nobody watches it any more, in milliseconds: players that look first come again at once. */
export const RELAY_LINGER_MS = 10_000;

/** How long whoever wants to watch a relay waits for its first frame, in milliseconds: going over from UDP to TCP takes a while. */
export const RELAY_FIRST_FRAME_TIMEOUT_MS = 8000;

/** How long the end of a push waits for its server to answer TEARDOWN, in milliseconds. */
export const PUSH_CLOSE_PATIENCE_MS = 2000;

/** How long the end of the program waits for the servers of relays to answer TEARDOWN, in milliseconds. */
export const RELAY_CLOSE_PATIENCE_MS = 2000;

/** How long the end of the program waits for whoever reads a capture, in milliseconds. */
export const CAPTURE_FLUSH_MS = 2000;
