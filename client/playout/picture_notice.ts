/**
 * What to tell the user of packets that make no picture: how many frames are broken and by what, and what helps.
 *
 * @module
 */

import type { Notice } from "../../page/playback.ts";
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

/** Most frames of some seconds are damaged by loss. */
export function lossReason({ frames, damageCauses }: PictureCounts, seconds = 1): string {
  const broken = damageCauses["packet-lost"] ?? 0;
  const span = seconds === 1 ? "in the last second" : `in ${seconds} s`;
  return `Packets are lost over UDP: ${broken} of ${broken + frames} frames ${span} are broken`;
}

/** The same, where nothing else can be done. */
export function lossNotice(target: Target, counts: PictureCounts, seconds = 1): Notice {
  const advice = "url" in target ? `--transport tcp, or ${BUFFER_ADVICE}` : BUFFER_ADVICE;
  return { level: "warning", text: `${lossReason(counts, seconds)}; what helps: ${advice}`, goesOn: true };
}

/** No whole frame has come for some seconds although packets do. */
export function noPictureNotice(counts: PictureCounts): Notice {
  return { level: "warning", text: `No picture for ${NO_PICTURE_SECONDS} s: ${noPictureReason(counts)}`, goesOn: true };
}

/** Why no frame is whole. */
export function noPictureReason({ damagedFrames, damageCauses, packets, duplicatePackets }: PictureCounts): string {
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
