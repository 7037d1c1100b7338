/**
 * What clients and files may make the server hold, open or wait for.
 *
 * @module
 */

/** TCP connections at once; the next one is answered 503 and closed. */
export const MAX_CONNECTIONS = 1024;

/** A request that has begun must be whole after this time, in milliseconds. */
export const REQUEST_TIMEOUT_MS = 10_000;

/** How long a request without an end may stay as it is before it is taken for whole, in milliseconds. */
export const SETTLE_MS = 150;

/** Malformed requests in a row after which a connection is closed. */
export const MAX_MALFORMED_REQUESTS = 5;

/** Sockets that one client of the multi-flow fork may ask for. */
export const MAX_FLOWS = 16;

/** Bytes of frames kept in memory for all files together; their packets, if any are sent, take as much again. */
export const FRAME_CACHE_BYTES = 64 * 1024 * 1024;

/** Largest frame that is read from a file, in bytes. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024;

/** Files whose index is kept in memory. */
export const MAX_INDEXED_FILES = 64;

/** Directory entries looked at for names near to an unknown one. */
export const MAX_DIRECTORY_ENTRIES = 10_000;

/** Longest time a packet may wait for the emulated link of `--rate` before it is dropped, in milliseconds. */
export const EMULATED_QUEUE_MS = 500;

/** Frames that a session may be behind its time; with more it leaves them out, or goes on from there. */
export const MAX_FRAMES_BEHIND = 20;

/** Packets of a frame that are sent without a pause; a receiver with the usual buffer of 208 KiB holds about 90. */
export const BURST_PACKETS = 32;

/** Bytes of a frame and more that may wait for a slow TCP client; while more do, frames are left out. */
export const MEDIA_BACKLOG_BYTES = 256 * 1024;

/** Time between two RTCP sender reports, in milliseconds (RFC 3550, 6.2: at least 5 s). */
export const SENDER_REPORT_INTERVAL_MS = 5000;

/** Time without a request or a report after which a session of the standards ends, in seconds (RFC 2326, 12.37). */
export const SESSION_TIMEOUT_SECONDS = 60;

/** RTP packets of the standards are at most so large, unless told otherwise: they fit an Ethernet frame with room to spare. */
export const DEFAULT_MTU_BYTES = 1400;

/** Time from the last frame of a movie to the BYE, in milliseconds: the frame's packets take another way. */
export const BYE_DELAY_MS = 500;

/** Pixels of the largest picture that `--reencode` encodes anew. */
export const MAX_REENCODED_PIXELS = 2 ** 25;

/** Sessions at once; the next SETUP is answered 503. */
export const MAX_SESSIONS = 2048;

/** Sessions that one connection may have set up at once. */
export const MAX_SESSIONS_PER_CONNECTION = 16;

/** Requests of a connection that may wait for their replies; while more do, nothing is read from it. */
export const MAX_UNANSWERED_REQUESTS = 32;

/** A client that takes no byte of what is written to it for so long is gone, in milliseconds. */
export const WRITE_TIMEOUT_MS = 30_000;

/** Slowest and fastest of Scale and Speed (RFC 2326, 12.34 and 12.35); what lies outside becomes the nearest. */
export const MIN_PLAY_FACTOR = 1 / 16;
/** See {@linkcode MIN_PLAY_FACTOR}. */
export const MAX_PLAY_FACTOR = 16;

/** Largest datagram that is read: the largest there is. */
export const MAX_DATAGRAM_BYTES = 65_536;

/** Bytes of buffers for writing over TCP that are kept while nobody needs them. */
export const SPARE_BUFFER_BYTES = 8 * 1024 * 1024;

/** Longest time over which the packets of a frame are spread, in milliseconds: PAUSE waits for the frame to have left. */
export const MAX_SPREAD_MS = 100;

/** Longest name that near names are looked for, in characters, and how many names are compared with it. */
export const MAX_NEAR_NAME_CHARS = 100;
/** See {@linkcode MAX_NEAR_NAME_CHARS}. */
export const MAX_NEAR_CANDIDATES = 500;

/** When all connections are taken, one without a session that was silent for so long gives way, in milliseconds. */
export const IDLE_CONNECTION_MS = 10_000;

/** How long a description waits for the first frame of a live source, in milliseconds. */
export const LIVE_FIRST_FRAME_TIMEOUT_MS = 2000;
