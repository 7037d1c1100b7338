/**
 * What a viewer can learn of the packets that a player receives, and of the reports that go with them.
 *
 * @module
 */

/** A packet of the video that has come. */
export interface ReceivedPacket {
  /** As it stands in the packet, 0 to 65535. */
  readonly sequenceNumber: number;
  /** When it was read: milliseconds since the Unix epoch, with fractions. */
  readonly arrivalMs: number;
  /** Of the RTP packet, its header included. */
  readonly lengthBytes: number;
  /** Whether its marker is set: as a rule on the last packet of a frame. */
  readonly marker: boolean;
}

/** Packets in the order in which they came. */
export interface PacketTrace {
  readonly packets: readonly ReceivedPacket[];
  /** What to ask for next: the count of packets up to here. */
  readonly next: number;
}

/** What the sender says of itself (RFC 3550, 6.4.1). */
export interface ReceivedSenderReport {
  /** When it has come: milliseconds since the Unix epoch. */
  readonly atMs: number;
  /** The time of the report by the sender's clock: milliseconds since the Unix epoch. */
  readonly senderMs: number;
  /** The same time in RTP ticks. */
  readonly rtpTimestamp: number;
  /** Packets that it has sent. */
  readonly packets: number;
  /** Bytes of payload in them. */
  readonly bytes: number;
}

/** What we have told the sender of its packets (RFC 3550, 6.4.1). */
export interface SentReceiverReport {
  /** When it was sent: milliseconds since the Unix epoch. */
  readonly atMs: number;
  /** Packets expected since the report before. */
  readonly expected: number;
  /** How many of them have not come; negative where some came twice. */
  readonly lost: number;
  /** The same as it stands in the report, in 1/256. */
  readonly fractionLost: number;
  /** Packets lost since the start; negative where more came twice. */
  readonly cumulativeLost: number;
  /** Highest sequence number, with the count of wraps in its high 16 bits. */
  readonly highestSequenceNumber: number;
  readonly jitterMs: number;
  /** Time since the sender's report had come, in milliseconds; `undefined` before the first. */
  readonly sinceSenderReportMs: number | undefined;
}

/** Packets that we have asked the sender for again (RFC 4585, 6.2.1). */
export interface SentNack {
  /** When: milliseconds since the Unix epoch. */
  readonly atMs: number;
  readonly sequenceNumbers: readonly number[];
}

/** What the server sends of the video, as far as it adapts it to our network. */
export interface Adaptation {
  /** When it has told: milliseconds since the Unix epoch. */
  readonly atMs: number;
  /** Frames that are sent of so many. */
  readonly frames: readonly [sent: number, of: number];
  /** How many times as coarsely they are quantized; 1 is as they are. */
  readonly coarseness: number;
}

/** The newest reports of a track, both ways. */
export interface ExchangedReports {
  /** `undefined` where the server has told nothing of it. */
  readonly adaptation: Adaptation | undefined;
  readonly sender: ReceivedSenderReport | undefined;
  readonly receiver: SentReceiverReport | undefined;
  readonly nack: SentNack | undefined;
}
