/**
 * What clients and files may make the server hold, open or wait for. Each limit is tested at its value and one above.
 *
 * @module
 */

/** TCP connections at once, unless told otherwise; for the next one an idle one gives way, or it is answered 503 and closed. */
export const MAX_CONNECTIONS = 1024;

/** Part of the connections, and of the sessions, that one address may have, unless told otherwise: a classroom may be behind it. */
export const ADDRESS_SHARE = 0.5;

/** How long a session, or a client with one, must have done nothing to give way to another of its address, in milliseconds. */
export const IDLE_MS = 10_000;

/** How long a client without a session must have asked for nothing to give way to another of its address, in milliseconds. */
export const IDLE_WITHOUT_SESSION_MS = 1000;

/** Connections that are being refused at once: each may send its first request. More are closed at once. */
export const MAX_REFUSALS = 32;

/** How long a connection that is refused may take for its first request, in milliseconds. */
export const REFUSAL_TIMEOUT_MS = 2000;

/** Connections fewer than the system allows, so that descriptors are left for files and groups. */
export const SPARE_DESCRIPTORS = 8;

/** A request must be complete this long after its first byte, in milliseconds. */
export const REQUEST_TIMEOUT_MS = 10_000;

/** A request without a clear end is taken as complete after this time without another byte, in milliseconds. */
export const SETTLE_MS = 150;

/** Malformed requests in a row after which a connection is closed. */
export const MAX_MALFORMED_REQUESTS = 5;

/** Bytes that are read from a connection, in its turn, before others have theirs; each request or packet counts for more. */
export const READ_SHARE_BYTES = 16 * 1024;

/** What a request or a packet counts for in a connection's share, besides its bytes. */
export const READ_SHARE_PER_OUTPUT_BYTES = 256;

/** Connections that have taken their share and go on in the same turn of the event loop. */
export const READS_PER_TURN = 1;

/** Bytes of no use, less those that are forgotten, after which a connection is closed. */
export const MAX_RUBBISH_BYTES = 1024 * 1024;

/** Bytes of no use that are forgotten in a second: some clients go on sending what nobody reads. */
export const RUBBISH_BYTES_PER_SECOND = 4096;

/** Requests of a connection that may wait for their replies; with more, nothing is read from it. */
export const MAX_UNANSWERED_REQUESTS = 32;

/** A client that takes no byte of what is written to it for this long is gone, in milliseconds. */
export const WRITE_TIMEOUT_MS = 30_000;

/** Sessions at once, unless told otherwise; for the next one an idle one gives way, or its SETUP is answered 503. */
export const MAX_SESSIONS = 2048;

/** A session over UDP that was never played ends this long after its connection, in seconds. */
export const UNPLAYED_SESSION_SECONDS = 10;

/** Sessions that one connection may have set up at once. */
export const MAX_SESSIONS_PER_CONNECTION = 16;

/** A session over UDP ends after this time without a request or a report, in seconds (RFC 2326, 12.37). */
export const SESSION_TIMEOUT_SECONDS = 60;

/** Sockets that one client of the lab's multi-flow fork may ask for. */
export const MAX_FLOWS = 16;

/** Bytes of the names that the lab's clients get as a list: they read a reply with one `recv(1024)`. */
export const LAB_LIST_BYTES = 900;

/** The same for the fork that reads JSON, with one `recv(256)`. */
export const LAB_JSON_LIST_BYTES = 180;

/** How far the lab's FORWARD and BACKWARD go, in microseconds: no fork's client expects to go back by less. */
export const LAB_SKIP_US = 1_000_000;

/** Bytes of frames kept in memory for all files together; their packets take as much again once they are sent. */
export const FRAME_CACHE_BYTES = 64 * 1024 * 1024;

/** Largest frame that is read from a file, in bytes. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024;

/** Frames that are looked at for one that RTP/JPEG carries, to describe a stream by. */
export const MAX_DESCRIBED_FRAMES = 16;

/** Files whose index is kept in memory. */
export const MAX_INDEXED_FILES = 64;

/** Directory entries that are compared with a name that differs in case. */
export const MAX_DIRECTORY_ENTRIES = 10_000;

/** Directories whose names are kept in memory. */
export const MAX_LISTED_DIRECTORIES = 16;

/** Longest name for which near names are suggested, in characters. */
export const MAX_NEAR_NAME_CHARS = 100;

/** Names that are compared with an unknown one for suggestions. */
export const MAX_NEAR_CANDIDATES = 500;

/** Frames of more bytes are transcoded by a worker of their own: they may take a second each. */
export const LARGE_FRAME_BYTES = 256 * 1024;

/** Pixels of the largest frame that `--reencode` re-encodes. */
export const MAX_REENCODED_PIXELS = 2 ** 25;

/** How long a description waits for the first frame of a live source, in milliseconds. */
export const LIVE_FIRST_FRAME_TIMEOUT_MS = 2000;

/** Slowest Scale and Speed (RFC 2326, 12.34 and 12.35); slower ones become this. */
export const MIN_PLAY_FACTOR = 1 / 16;

/** Fastest Scale and Speed; faster ones become this. */
export const MAX_PLAY_FACTOR = 16;

/** Frames that a session may be behind; with more it drops overdue frames, or delays all that follow. */
export const MAX_FRAMES_BEHIND = 20;

/** Packets of a frame that are sent without a pause; a receiver with the default buffer of 208 KiB holds about 90. */
export const BURST_PACKETS = 32;

/** Longest time over which the packets of a frame are spread, in milliseconds: PAUSE waits until the frame has left. */
export const MAX_SPREAD_MS = 100;

/** Bytes of frames that may wait for a slow TCP client, the last frame not counted; with more, frames are dropped. */
export const PACKET_BACKLOG_BYTES = 256 * 1024;

/** Bytes of all frames that clients over TCP are being sent, each counted once; with more, the oldest are cut short. */
export const HELD_FRAME_BYTES = 64 * 1024 * 1024;

/** Bytes that are made ready at once for a client over TCP: what it holds of its own, however large the frame is. */
export const WRITE_PIECE_BYTES = 64 * 1024;

/** Bytes of spare buffers for writing over TCP. */
export const SPARE_BUFFER_BYTES = 8 * 1024 * 1024;

/** Default size of the largest RTP packet for RTSP/1.0 clients: it fits an Ethernet frame with room to spare. */
export const DEFAULT_MTU_BYTES = 1400;

/** Largest datagram that is read: the largest there is. */
export const MAX_DATAGRAM_BYTES = 65_536;

/** Time between two RTCP sender reports, in milliseconds (RFC 3550, 6.2: at least 5 s). */
export const SENDER_REPORT_INTERVAL_MS = 5000;

/** Time from the last frame of a source to the BYE, in milliseconds: RTCP must not overtake the frame's packets. */
export const BYE_DELAY_MS = 500;

/** Longest time a packet may wait for the emulated link of `--rate` before it is dropped, in milliseconds. */
export const EMULATED_QUEUE_MS = 500;
