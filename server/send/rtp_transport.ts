/**
 * How the packets of an RTSP/1.0 session travel to its client: over UDP, or interleaved with the messages over TCP.
 *
 * @module
 */

import type { RtpStamp } from "../../rtp/packet.ts";
import type { RtpPackets } from "../packetize/rtp_packets.ts";
import type { FrameTime, LogSentence } from "./frame_sender.ts";

/** Sends whole frames and reports to one client. */
export interface RtpTransport {
  /** Where to, for the log. */
  readonly destination: string;
  /** False while the client is so far behind that the next frame is to be dropped. */
  readonly isReady: boolean;
  /**
   * Sends the packets of one frame in order, the first stamped with `first`. Gives how many have left, at once where nothing has
   * to be waited for: all of them, unless the transport was closed meanwhile.
   */
  sendFrame(frame: RtpPackets, first: RtpStamp, time: FrameTime): number | Promise<number>;
  /** Sends packets again that the client has lost, as far as they are there still. Transports that lose nothing have none of it. */
  resend?(sequenceNumbers: readonly number[]): void;
  /** How many were sent again so far; left out where none can be. */
  readonly resentPackets?: number;
  /** Sends a compound RTCP packet. */
  sendRtcp(packet: Uint8Array): void;
  /** Nothing follows for now. */
  flush(): void;
  /** Nothing follows; a frame that is leaving is cut short. */
  close(): void;
  /** What the log tells of it at the end. */
  summary(): LogSentence | undefined;
}
