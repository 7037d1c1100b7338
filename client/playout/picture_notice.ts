/**
 * What to tell the user of packets that make no picture: how many frames are broken and by what, and what helps.
 *
 * @module
 */

import type { Notice, PlaybackStatus } from "../../page/playback.ts";
import type { RtpStatistics } from "../../rtp/receiver/rtp_receiver.ts";
import { DAMAGE_REASONS, type DamageCause } from "../../rtp/damage.ts";
import { NO_PICTURE_SECONDS } from "../limits.ts";
import type { Target } from "../session/target.ts";
import type { PictureCounts } from "./picture_watch.ts";

/** What holds a burst of packets until they are read; programs cannot ask for more here. */
const BUFFER_ADVICE = "a larger receive buffer: sysctl -w net.core.rmem_default=4194304 (Linux), then start again";

/** Whether loss is what damages most of the frames. */
export function isByLoss({ damagedFrames, damageCauses }: PictureCounts): boolean {
  return 2 * (damageCauses["packet-lost"] ?? 0) > damagedFrames;
}

/** How packets come, and for how many seconds they were counted. */
export interface LossSpan {
  readonly transport: PlaybackStatus["transport"];
  readonly seconds: number;
}

const LOSSES: Readonly<Record<PlaybackStatus["transport"], string>> = {
  udp: "Packets are lost over UDP",
  multicast: "Packets to the multicast group are lost",
  tcp: "Sequence numbers are missing over TCP",
};

/** Most frames of some seconds are damaged by loss. */
export function lossReason({ frames, damageCauses }: PictureCounts, { transport, seconds }: LossSpan): string {
  const broken = damageCauses["packet-lost"] ?? 0;
  const span = seconds === 1 ? "in the last second" : `in ${seconds} s`;
  const loss = LOSSES[transport];
  return `${loss}: ${broken} of ${broken + frames} frames ${span} are broken`;
}

/** The same, where the player can do nothing else: what the user can do, or who is at fault, since TCP itself loses nothing. */
export function lossNotice(target: Target, counts: PictureCounts, span: LossSpan): Notice {
  return { level: "warning", text: `${lossReason(counts, span)}; ${lossAdvice(target, span.transport)}`, goesOn: true };
}

function lossAdvice(target: Target, transport: PlaybackStatus["transport"]): string {
  switch (transport) {
    case "tcp":
      return "the server, or a proxy, dropped packets or misnumbered them";
    // Whether a server sends to single players as well is its own affair.
    case "multicast":
      return `what helps: ${BUFFER_ADVICE}; or, if the server sends to single players, too, no --transport multicast`;
    case "udp":
      return `what helps: ${"url" in target ? `--transport tcp, or ${BUFFER_ADVICE}` : BUFFER_ADVICE}`;
  }
}

/** No whole frame has come for some seconds although packets do. */
export function noPictureNotice(counts: PictureCounts): Notice {
  return { level: "warning", text: `No picture for ${NO_PICTURE_SECONDS} s: ${noPictureReason(counts)}`, goesOn: true };
}

/** Packets that did not count as the video's. */
export type UnusablePackets = Partial<Pick<RtpStatistics, "malformedPackets" | "otherPayloadTypePackets">>;

/** Why no frame is whole. */
export function noPictureReason(counts: PictureCounts & UnusablePackets): string {
  const { damagedFrames, damageCauses, packets, duplicatePackets } = counts;
  if (packets === 0) {
    const { malformedPackets = 0, otherPayloadTypePackets = 0 } = counts;
    if (malformedPackets + otherPayloadTypePackets === 0) return "no packet has come";
    return `${malformedPackets} packets were malformed (RFC 3550, 5.1), and ${otherPayloadTypePackets} had another ` +
      "payload type than the video";
  }
  if (duplicatePackets > packets / 2) {
    return `${duplicatePackets} of ${packets} packets repeat a sequence number, which each packet should have for itself ` +
      `(RFC 3550, 5.1)`;
  }
  const [main] = Object.entries(damageCauses).toSorted(([, left], [, right]) => right - left);
  if (main === undefined) {
    return `${packets} packets have come, and no frame has ended: neither the marker nor the timestamp says so ` +
      `(RFC 2435, 3; RFC 3550, 5.1)`;
  }
  const [cause, count] = main;
  const reason = DAMAGE_REASONS[cause as DamageCause] ?? cause;
  const ofMost = count === damagedFrames ? "" : ` in ${count} cases`;
  return `none of ${damagedFrames} frames is whole:${ofMost} ${reason}`;
}
