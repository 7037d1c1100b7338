/**
 * What clients and files may make the server hold, open or wait for. Each limit is tested at its value and one above.
 *
 * @module
 */

/** Threads that a server runs in at most; 256 is a multiple of it. */
export const MAX_ENGINES = 32;

/** Frames of a live source that wait for another thread; with more, it gets newer ones. */
export const MAX_WAITING_LIVE_FRAMES = 4;

/** Bytes of those; one frame always may wait. */
export const MAX_WAITING_LIVE_BYTES = 8 * 1024 * 1024;

/** How long frames go on coming to a thread where nobody watches any more, in milliseconds: players that look first come again. */
export const LIVE_LINGER_MS = 2000;

/** Log records of other threads that wait to be written; with more, they are dropped and counted. */
export const MAX_WAITING_RECORDS = 2000;

/** Clients whose way to this machine is remembered for a capture; of more, the datagrams of the first ones may be missing from it. */
export const MAX_CAPTURED_ADDRESSES = 4096;

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

/** How long a reply may take to a client that sends nothing more, in milliseconds: most have left altogether. */
export const HALF_CLOSED_MS = 500;

/** How long a connection that is refused may take for its first request, in milliseconds. */
export const REFUSAL_TIMEOUT_MS = 2000;

/** Connections fewer than the system allows, so that descriptors are left for files and groups. */
export const SPARE_DESCRIPTORS = 8;

/** How long fewer clients are let in where the system gave no descriptor, in milliseconds: what took them may be gone then. */
export const SHRUNK_FOR_MS = 60_000;

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

/** Bytes of such a connection that are read ahead, to see whether it ends. */
export const MAX_READ_AHEAD_BYTES = 16 * 1024;

/** A client that has sent so many may have left, unseen; it is gone where nothing is read from it for this long, in milliseconds. */
export const UNREAD_TIMEOUT_MS = 30_000;

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

/** Most bytes of a file that are read at once for somebody who watches one frame after the other. */
export const READ_AHEAD_BYTES = 512 * 1024;

/** Largest frame that is read from a file, in bytes. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024;

/** Time between two looks at a file that is followed, and whose end somebody has reached, in milliseconds. */
export const FOLLOW_INTERVAL_MS = 250;

/** Most pictures of a folder that is played as a movie. */
export const MAX_FOLDER_FRAMES = 100_000;

/** Frames that are looked at for one that RTP/JPEG carries, to describe a stream by. */
export const MAX_DESCRIBED_FRAMES = 16;

/** Longest catalogue, in bytes: readers of RTSP take no longer bodies from strangers. */
export const MAX_CATALOG_BYTES = 60_000;

/** How long the catalogue looks into files, in milliseconds; those that it did not get to are listed by their names. */
export const CATALOG_PATIENCE_MS = 1500;

/** Files whose index is kept in memory. */
export const MAX_INDEXED_FILES = 64;

/** Directory entries that are compared with a name that differs in case. */
export const MAX_DIRECTORY_ENTRIES = 10_000;

/** Directories whose names are kept in memory. */
export const MAX_LISTED_DIRECTORIES = 16;

/** Movies that a list of all of them has. */
export const MAX_LISTED_MOVIES = 500;

/** Directories that are looked through for it. */
export const MAX_LISTED_FOLDERS = 100;

/** How deep they may lie below what is served. */
export const MAX_LISTED_DEPTH = 4;

/** How long a description of a stream for a list may take, in milliseconds. */
export const OVERVIEW_PATIENCE_MS = 5000;

/** Longest name for which near names are suggested, in characters. */
export const MAX_NEAR_NAME_CHARS = 100;

/** Names that are compared with an unknown one for suggestions. */
export const MAX_NEAR_CANDIDATES = 500;

/** Workers that transcode small frames, and as many for large ones; never more than the machine has processors. */
export const MAX_CONDITIONING_WORKERS = 4;

/** Frames of more bytes are transcoded by workers of their own: they may take a second each. */
export const LARGE_FRAME_BYTES = 256 * 1024;

/** Frames of a session that are transcoded before they are due. */
export const PREPARED_FRAMES = 2;

/** Bytes of all frames that are being transcoded before they are due; with more, they wait until then. */
export const PREPARED_BYTES = 16 * 1024 * 1024;

/** Threads that decode movies of other codecs, about 200 MB each. */
export const MAX_DECODERS = 4;

/** Bytes of frames that were decoded and are kept for whoever wants them. */
export const DECODED_FRAME_BYTES = 64 * 1024 * 1024;

/** Frames that are decoded ahead of whoever is first. */
export const DECODED_AHEAD_FRAMES = 25;

/** Frames ahead of a decoder that it gets to sooner than another one would. */
export const DECODED_NEAR_FRAMES = 100;

/** Frames that are decoded before one that is wanted backwards. */
export const DECODED_BACK_FRAMES = 25;

/** A decoder whose frames nobody has wanted for so long is ended, in milliseconds. */
export const DECODER_IDLE_MS = 10_000;

/** Decoders that are behind for so long are too slow, in milliseconds. */
export const SLOW_DECODING_MS = 4000;

/** Pixels of the largest frame that `--reencode` re-encodes. */
export const MAX_REENCODED_PIXELS = 2 ** 25;

/** How long a description waits for the first frame of a live source, in milliseconds. */
export const LIVE_FIRST_FRAME_TIMEOUT_MS = 2000;

/** How long a published stream waits for its publisher to come back where nobody says, in milliseconds. */
export const PUBLISH_WAIT_MS = 10_000;

/** Streams that clients publish at once. */
export const MAX_PUBLISHED_STREAMS = 64;

/** Tracks of a published stream: the video, and sound that is not passed on. */
export const MAX_PUBLISHED_TRACKS = 8;

/** Part of them that one address may publish. */
export const PUBLISHED_ADDRESS_SHARE = 0.5;

/** How long a publisher may take from ANNOUNCE to RECORD, in milliseconds. */
export const PUBLISHER_PATIENCE_MS = 10_000;

/** How long a newcomer waits for the end of a publisher that is on its way through other threads, in milliseconds. */
export const PUBLISHER_LEAVING_MS = 300;

/** How long a publisher may send nothing before another one may take its place, in milliseconds. */
export const PUBLISHER_SILENCE_MS = 3000;

/** How much later than others a frame of a live source may come before its clock counts as set anew, in microseconds. */
export const LIVE_CLOCK_SLACK_US = 500_000;

/** Slowest Scale and Speed (RFC 2326, 12.34 and 12.35); slower ones become this. */
export const MIN_PLAY_FACTOR = 1 / 16;

/** Fastest Scale and Speed; faster ones become this. */
export const MAX_PLAY_FACTOR = 16;

/** Frames that a session may be behind; with more it drops overdue frames, or delays all that follow. */
export const MAX_FRAMES_BEHIND = 20;

/** Overdue frames that a session drops at once; with more, the others are delayed: a file may say that it has a million a second. */
export const MAX_DROPPED_AT_ONCE = 10_000;

/** A frame that leaves so much later than it is due is late, in milliseconds: a player's jitter buffer has about as much. */
export const LATE_MS = 100;

/** Frames that are late for so long, without one in time, show that there are too many sessions; in milliseconds. */
export const LATE_FOR_MS = 2000;

/** New sessions are refused, unless told otherwise, where frames have been so much later for so long, in milliseconds. */
export const MAX_LATE_MS = 500;

/** Where a session leaves out frames, it tries to leave out fewer after this time at the latest, in milliseconds. */
export const MAX_THINNING_PATIENCE_MS = 30_000;

/** The log tells that again after this time, in milliseconds. */
export const OVERLOAD_REPEAT_MS = 60_000;

/** Packets of a session that an emulated network has on their way: 23 MB of common ones. A client may choose the delay. */
export const MAX_EMULATED_PACKETS = 16_384;

/** Packets of a frame that are sent without a pause; a receiver with the default buffer of 208 KiB holds about 90. */
export const BURST_PACKETS = 32;

/** Packets that a session has sent last over UDP, and sends again where its client has lost them: a second of most streams. */
export const MAX_RECENT_PACKETS = 1024;

/** The same before its client has asked for any. */
export const FIRST_RECENT_PACKETS = 256;

/** Bytes of all frames that are kept for that, each counted once; with more, the oldest are forgotten. */
export const RECENT_FRAME_BYTES = 64 * 1024 * 1024;

/** How long they are kept where nothing follows, in milliseconds. */
export const RECENT_FOR_MS = 1000;

/** Part of the packets of a session that are sent again at most, over a while. */
export const RESENT_SHARE = 0.5;

/** Packets that are sent again of a session that has sent few. */
export const FIRST_RESENT_PACKETS = 256;

/** Packets that are sent again at most where none were for long. */
export const MAX_RESENT_PACKETS = 1024;

/** Time between two bursts of packets that are sent again, in milliseconds. */
export const RESENT_PAUSE_MS = 4;

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

/** How late a packet of sound may leave, in milliseconds; later ones are dropped. */
export const MAX_LATE_SOUND_MS = 200;

/** Mean time between two RTCP sender reports, in milliseconds (RFC 3550, 6.2): one takes half of it to half as much again. */
export const SENDER_REPORT_INTERVAL_MS = 5000;

/** Time from the last frame of a source to the BYE, in milliseconds: RTCP must not overtake the frame's packets. */
export const BYE_DELAY_MS = 500;

/** Longest time a packet may wait for the emulated link of `--rate` before it is dropped, in milliseconds. */
export const EMULATED_QUEUE_MS = 500;
