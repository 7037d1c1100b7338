/**
 * One RTP stream of a session, the frames or the sound, as requests and RTCP see it.
 *
 * @module
 */

import type { ReportBlock } from "../../rtp/rtcp.ts";

/** What a stream carries. */
export type TrackKind = "video" | "sound";

/** A stream that is being sent, or will be. */
export interface RtpStream {
  readonly kind: TrackKind;
  readonly ssrc: number;
  /** Sequence number of the next packet. */
  readonly nextSequenceNumber: number;
  /** The RTP timestamp of a time of the server's clock, in milliseconds. */
  timestampAt(dueMs: number): number;
  /** Takes what the client reports of the stream. */
  takeReport(report: ReportBlock): void;
  /** Sends packets again that the client asks for, by their sequence numbers. */
  resend(sequenceNumbers: readonly number[]): void;
}
