/**
 * What the command line's output may hold, and how long relays wait. Each limit is tested at its value and one above.
 *
 * @module
 */

/** Characters of messages that may wait for whoever reads standard error; one always may. Others are dropped and counted. */
export const MAX_WAITING_CHARS = 256 * 1024;

/** How long the end of the program waits for whoever reads standard error, in milliseconds. */
export const FLUSH_MS = 1000;

/** Pages, streams and snapshots of `serve --http` at once. */
export const MAX_WEB_SESSIONS = 32;

/** Thumbnails that are taken at once, each by a session of its own. */
export const MAX_THUMBNAILS_AT_ONCE = 2;

/** Thumbnails that are being taken, or wait for it. */
export const MAX_WAITING_THUMBNAILS = 64;

/** How long a thumbnail of a movie is shown again without looking, in milliseconds. */
export const THUMBNAIL_KEPT_MS = 60_000;

/** The same of a live stream, and of one that has none. */
export const LIVE_THUMBNAIL_KEPT_MS = 5000;

/** Bytes of thumbnails that are kept; with more, the oldest are forgotten. */
export const MAX_THUMBNAIL_BYTES = 16 * 1024 * 1024;

/** How long the list of streams holds, in milliseconds. */
export const STREAM_LIST_KEPT_MS = 2000;

/** How long what is known of a movie holds, in milliseconds. */
export const STREAM_DETAILS_KEPT_MS = 60_000;

/** Streams that are looked at for a list; the others once their thumbnails are asked for: a server keeps 64 indexes. */
export const MAX_LOOKED_STREAMS = 48;

/** Streams that are looked at, at once. */
export const MAX_LOOKS_AT_ONCE = 2;

/** Streams that the next list looks at beside the first ones, since somebody has them before them. */
export const MAX_WANTED_STREAMS = 1024;

/** How long a list waits for what is not known of its streams yet, in milliseconds. */
export const STREAM_LIST_PATIENCE_MS = 1000;

/** How long HTTP waits for a session, or for the frame of a snapshot, in milliseconds. */
export const WEB_PATIENCE_MS = 10_000;

/** How long after it has failed the thread that answers HTTP is started again, in milliseconds; twice as long after each vain try. */
export const WEB_RESTART_MIN_MS = 1000;

/** The longest of these waits, in milliseconds. */
export const WEB_RESTART_MAX_MS = 30_000;

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

/** Files of this machine that `play` plays; as many as a catalogue has. */
export const MAX_LOCAL_MOVIES = 500;

/** How long `play` waits for its own server, in milliseconds: large files are indexed before the first answer. */
export const LOCAL_REPLY_TIMEOUT_MS = 600_000;
