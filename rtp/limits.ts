/**
 * What a sender, and the network in between, may make a receiver of RTP hold or wait for. Each limit is tested at its value
 * and one above.
 *
 * @module
 */

/** How long to wait for a missing packet, in milliseconds. */
export const REORDER_WAIT_MS = 200;

/** Packets that may wait behind a missing one. */
export const REORDER_MAX_PACKETS = 512;

/** Bytes of packets that may wait behind a missing one. Packets of the lab have up to 64 KiB each. */
export const REORDER_MAX_BYTES = 4 * 1024 * 1024;

/** Missing packets that are kept in mind to be asked for. */
export const MAX_MISSING_PACKETS = 1024;

/** Packets that are kept in mind when nobody asks for them any more: answers may come late, or twice. */
export const MAX_REMEMBERED_PACKETS: number = 2 * MAX_MISSING_PACKETS;

/** Packets that one NACK asks for at most, and that a server takes out of one. */
export const MAX_NACKED_PACKETS = 512;

/** How often a packet is asked for. */
export const MAX_REPAIR_TRIES = 4;

/** How long a missing packet may be on another way before it is asked for, in milliseconds. */
export const REPAIR_DELAY_MS = 5;

/** Time until it is asked for again, in milliseconds; the last answer comes before {@linkcode REORDER_WAIT_MS} are over. */
export const REPAIR_INTERVAL_MS = 45;

/** A larger gap in sequence numbers is another stream (RFC 3550, A.1). */
export const MAX_DROPOUT = 3000;

/** A packet that had come, or was sent before the first, and is further behind than this is of another stream (RFC 3550, A.1). */
export const MAX_MISORDER = 100;

/** In the lab, where numbers start at 1, a stream whose first number is not higher than this has lost the packets before it. */
export const FIRST_SEQUENCE_NUMBER_MAX = 100;

/** Largest frame put together from packets, in bytes. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024;

/** Bytes of header segments in the header extensions of a frame. */
export const MAX_EXTENSION_BYTES = 65_536;

/** Header segments in the header extensions of a frame. */
export const MAX_EXTENSION_SEGMENTS = 64;

/** Time between two RTCP receiver reports, in milliseconds (RFC 3550, 6.2: at least 5 s). */
export const RECEIVER_REPORT_INTERVAL_MS = 5000;

/** Packets of a compound RTCP packet that are decoded. */
export const MAX_RTCP_PACKETS = 64;

/** Most bytes of RTCP in which a server looks for reports: 31 blocks, the sender's name and a BYE take half of that. */
export const MAX_REPORT_BYTES = 2048;

/** Bytes of a packet that are kept to be looked at: RTP with four contributing sources, and the headers of RTP/JPEG. */
export const SAMPLE_BYTES = 48;

/** Newest packets that are kept while somebody looks at when they come. */
export const MAX_TRACED_PACKETS = 4096;

/** How long packets are kept for somebody who does not ask for them again, in milliseconds. */
export const TRACE_PATIENCE_MS = 3000;
