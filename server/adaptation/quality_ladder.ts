/**
 * The qualities that a session may have, the best first: fewer frames, then coarser ones, then fewer still. Each needs clearly less of
 * the network than the one above it.
 *
 * @module
 */

import type { AdaptationReport } from "../../rtp/adaptation_report.ts";
import { COARSENESS } from "../../mjpeg/conditioning/requantizing.ts";

/** What a session gets of its source. */
export interface Quality {
  /** Frames that are sent of so many. */
  readonly frames: readonly [sent: number, of: number];
  /** How coarsely they are quantized: 0 is as they are, up to `COARSEST_LEVEL`. */
  readonly level: number;
  /**
   * The bit rate that is to be expected, 1 for the whole source. What requantized frames have depends on the picture: this is about the
   * middle of what photographs and drawings have.
   */
  readonly rate: number;
}

/** Bytes of a frame at each level, 1 for the frame as it is. */
const SIZES = [1, 0.55, 0.42, 0.35, 0.3, 0.25];

function quality(sent: number, of: number, level: number): Quality {
  return { frames: [sent, of], level, rate: sent / of * SIZES[level] };
}

/** The ladder: the whole source first. Half of the frames still look like motion; coarser ones have to do before there are fewer. */
export const QUALITIES: readonly Quality[] = [
  quality(1, 1, 0),
  quality(2, 3, 0),
  quality(1, 2, 0),
  ...SIZES.keys().drop(1).map((level) => quality(1, 2, level)),
  quality(1, 4, SIZES.length - 1),
  quality(1, 8, SIZES.length - 1),
];

/** Whether a quality has the frame whose place in the source, or among all that a session could have sent, is `order`, from 0. */
export function hasFrame({ frames: [sent, of] }: Quality, order: number): boolean {
  return Math.floor((order + 1) * sent / of) > Math.floor(order * sent / of);
}

/** What a player is told of a quality. */
export function reportOf({ frames, level }: Quality): AdaptationReport {
  return { frames, coarseness: COARSENESS[level] };
}

/** A quality in words, for the log. */
export function describeQuality({ frames: [sent, of], level }: Quality): string {
  const frames = sent === of ? "all frames" : `${sent} of ${of} frames`;
  return level === 0 ? frames : `${frames}, quantized ${COARSENESS[level]} times as coarsely`;
}
