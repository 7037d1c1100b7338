/**
 * What a server, a network and viewers may make the client hold or wait for. Each limit is tested at its value and one above.
 *
 * @module
 */

/** How long to wait for a connection, name lookup included, in milliseconds. */
export const CONNECT_TIMEOUT_MS = 10_000;

/** How long to wait for the reply to a request where the user does not say, in milliseconds: cameras wake up slowly. */
export const REPLY_TIMEOUT_MS = 15_000;

/** How often a camera is asked for its snapshot, a second. */
export const SNAPSHOT_FPS = 2;

/** How long the answer of a camera may wait to be read before it is asked again, in milliseconds. */
export const FRESH_ANSWER_MS = 1000;

/** Time after which the user is told that a reply is awaited, in milliseconds. */
export const FIRST_PROGRESS_MS = 3000;

/** Time after which the user is told again, in milliseconds. */
export const PROGRESS_MS = 5000;

/** How long a TEARDOWN waits after a request that got no reply, in milliseconds: one that nobody answers must not delay the end. */
export const UNANSWERED_REPLY_TIMEOUT_MS = 500;

/** Writes that may wait for a server that does not read; with one more the connection is closed. */
export const MAX_WAITING_WRITES = 256;

/** How long a player that closes waits for a server that does not answer, in milliseconds. */
export const CLOSE_PATIENCE_MS = 1000;

/** How long a reply without an end may stay as it is before it counts as whole, in milliseconds. */
export const SETTLE_MS = 150;

/** The same of a reply whose body is shorter than its Content-Length, in milliseconds. */
export const BODY_SETTLE_MS = 2000;

/** Time without a packet after which the stream counts as silent, in milliseconds. */
export const SILENCE_MS = 5000;

/** How long after the first packet of a lab server others may come from other ports: forks send from several, in milliseconds. */
export const FLOWS_JOIN_MS = 500;

/** Frames that may wait to be stored. */
export const RECORDER_MAX_QUEUE = 256;

/** Bytes of frames that may wait to be stored; one frame always may. */
export const RECORDER_MAX_QUEUE_BYTES = 64 * 1024 * 1024;

/** Pieces of sound that may wait to be stored. */
export const RECORDER_MAX_SOUND_QUEUE = 4096;

/** How long, at the end, to wait for a disk or a pipe that takes nothing of a frame, in milliseconds. */
export const RECORDER_STALL_MS = 2000;

/** Pixels of the largest frame that is re-encoded to fit. */
export const FITTED_MAX_PIXELS = 2 ** 25;

/** How long a recorder lets frames wait to be stored together, in milliseconds. */
export const RECORDER_GATHER_MS = 200;

/** Bytes of frames that do not wait any longer to be stored together. */
export const STORED_TOGETHER_BYTES = 512 * 1024;

/** Timeout of a session whose server names none, in seconds (RFC 2326, 12.37). */
export const DEFAULT_SESSION_TIMEOUT_SECONDS = 60;

/** Time without a packet over UDP after which TCP is tried, in milliseconds. */
export const FIRST_PACKET_TIMEOUT_MS = 3000;

/** How long to wait after a BYE over UDP for packets that were sent before it, in milliseconds. */
export const BYE_WAIT_MS = 300;

/** How long after the end of its connection a session over UDP may be without answer and packets, in milliseconds. */
export const SURVIVAL_MS = 3000;

/** How often the player looks whether packets make a picture, in milliseconds. */
export const PICTURE_CHECK_MS = 1000;

/** Frames of a second that have to be broken by loss before anything is done about it. */
export const MIN_BROKEN_FRAMES = 2;

/** Seconds with packets and without a whole frame after which the user is told. */
export const NO_PICTURE_SECONDS = 5;

/** Streams of a server's catalogue that are taken. */
export const MAX_CATALOG_STREAMS = 500;

/** Streams that are played at once in a grid. */
export const MAX_GRID_CELLS = 16;

/** How long they are played once nobody watches the grid any more, in milliseconds. */
export const GRID_LINGER_MS = 10_000;

/** How long the first frame of a stream is awaited that is only to be shown in a list, in milliseconds. */
export const THUMBNAIL_PATIENCE_MS = 5000;

/** Bytes of such frames that are kept; the oldest give way. */
export const MAX_THUMBNAILS_BYTES = 32 * 1024 * 1024;

/** Redirects in a row that are followed. */
export const MAX_REDIRECTS = 5;

/** Time after which the next redirect counts as the first one again, in milliseconds. */
export const REDIRECT_MEMORY_MS = 10_000;

/** How long a lab server may take to answer the first SETUP before it is asked whether it speaks RTSP/1.0, in milliseconds. */
export const LAB_SERVER_PATIENCE_MS = 3000;

/** Times that a request is sent before a 401 is final. */
export const MAX_AUTHORIZATIONS = 3;

/** Longest time between two requests that keep a session alive, in milliseconds: firewalls forget sooner than servers. */
export const KEEPALIVE_MAX_MS = 60_000;

/** Shortest time between them, whatever the server's timeout, in milliseconds. */
export const KEEPALIVE_MIN_MS = 2000;

/** Tracks of sound that are set up beside the video. */
export const MAX_AUDIO_TRACKS = 4;

/** Channels of a track of sound that is played. */
export const MAX_SOUND_CHANNELS = 8;

/** Highest clock rate of a track, in Hz; a higher one is replaced by this. */
export const MAX_CLOCK_RATE = 1_000_000;

/** First time to wait before reconnecting, in milliseconds; it doubles from try to try. */
export const RECONNECT_MIN_MS = 1000;

/** Longest time to wait before reconnecting, in milliseconds. */
export const RECONNECT_MAX_MS = 30_000;

/** How long packets have to come after reconnecting before the next wait is short again, in milliseconds. */
export const RECONNECT_STABLE_MS = 10_000;

/** Time without a packet after which a server counts as gone, if the player would reconnect, in milliseconds. */
export const RECONNECT_SILENCE_MS = 10_000;

/** A first frame that is further from the time of RTP-Info than this, in seconds, proves it wrong. */
export const MAX_RTP_INFO_ERROR_SECONDS = 10;

/** Frames that may wait for the answer to PLAY, or for the next step; with one more they wait no longer. */
export const MAX_HELD_FRAMES = 16;

/** How long the frame of a place in the movie is awaited before the player pauses again, in milliseconds. */
export const PLACE_PATIENCE_MS = 3000;

/** Messages of the dialogue that are kept for those who want to see them. */
export const MAX_WIRE_MESSAGES = 100;

/** Lines of a message that are shown. */
export const MAX_WIRE_LINES = 40;

/** Characters of a line that are shown. */
export const MAX_WIRE_LINE_CHARS = 200;

/** Frames, or pieces of sound, that may wait for the time at which they are shown; with one more the oldest is shown. */
export const MAX_PLAYOUT_FRAMES = 256;

/** Bytes that may wait so; one frame always may. */
export const MAX_PLAYOUT_BYTES = 64 * 1024 * 1024;

/** Longest time that a user may have frames wait, in milliseconds. */
export const MAX_LATENCY_MS = 10_000;

/** Longest time that frames wait for others because of the network, in milliseconds. */
export const MAX_JITTER_DELAY_MS = 500;

/** Frames of which the time in the network is remembered. */
export const MAX_TRANSITS = 256;

/** How long it is remembered, in milliseconds: clocks drift by 5 ms meanwhile. */
export const TRANSIT_MEMORY_MS = 10_000;

/** A frame that comes earlier than all others by more than this, in milliseconds, is of a clock that was set. */
export const MAX_TRANSIT_STEP_MS = 500;

/** How long all frames may be late before times are taken anew, in milliseconds. */
export const MAX_LATE_SPAN_MS = 2000;
