/**
 * Reports and packets of a track at times of day, as viewers want them.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import type { ExchangedReports, PacketTrace } from "../../page/wire_view.ts";
import type { Traced } from "../../rtp/receiver/packet_trace.ts";
import type { ReportsSeen } from "../../rtp/receiver/rtcp_receiver.ts";

/** The reports that both ends have sent. */
export function toldReports({ sender, receiver, nack, adaptation }: ReportsSeen, clock: Clock): ExchangedReports {
  const startMs = clock.unixMs() - clock.nowMs();
  return {
    sender: sender && {
      atMs: startMs + sender.arrivalMs,
      senderMs: sender.report.unixMs,
      rtpTimestamp: sender.report.rtpTimestamp,
      packets: sender.report.packetCount,
      bytes: sender.report.octetCount,
    },
    receiver: receiver && toldReception(receiver, startMs),
    nack: nack && { ...nack, atMs: startMs + nack.atMs },
    adaptation: adaptation && { ...adaptation, atMs: startMs + adaptation.atMs },
  };
}

function toldReception(
  { atMs, senderReportMs, ...counts }: NonNullable<ReportsSeen["receiver"]>,
  startMs: number,
): ExchangedReports["receiver"] {
  const sinceSenderReportMs = senderReportMs === undefined ? undefined : atMs - senderReportMs;
  return { ...counts, atMs: startMs + atMs, sinceSenderReportMs };
}

/** Packets that have come. */
export function toldPackets({ packets, next }: Traced, clock: Clock): PacketTrace {
  const startMs = clock.unixMs() - clock.nowMs();
  return { packets: packets.map((packet) => ({ ...packet, arrivalMs: startMs + packet.arrivalMs })), next };
}
