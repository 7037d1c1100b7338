/*
 * What is measured twice a second and drawn: each meter takes two reports of the player, and gives what lies between them.
 */

// @ts-check

import { formatNumber } from "../dom.js";

/**
 * The counters of page/playback.ts that meters need.
 *
 * @typedef {{
 *   frames: number, damagedFrames: number, packets: number, lostPackets: number, duplicatePackets: number, bytes: number,
 *   currentFps: number, currentBitrate: number, jitterMs: number,
 * }} Report
 */
/**
 * `stat` names the number beside the line, where another part of the page does not write it already.
 *
 * @typedef {{ stat: string, name: string, format: (value: number) => string, read: (now: Report, before: Report) => number | undefined }}
 *   Meter
 */

/** @type {readonly Meter[]} */
export const METERS = [
  {
    stat: "fps",
    name: "Frame rate",
    format: (fps) => `${formatNumber(fps)} fps`,
    read: ({ currentFps }) => currentFps,
  },
  {
    stat: "bitrate",
    name: "Data rate",
    format: (bits) => `${(bits / 1e6).toFixed(2)} Mbit/s`,
    read: ({ currentBitrate }) => currentBitrate,
  },
  { stat: "lossRate", name: "Loss", format: (share) => `${(share * 100).toFixed(1)} %`, read: lossBetween },
  { stat: "jitter", name: "Jitter", format: (ms) => `${ms.toFixed(1)} ms`, read: ({ jitterMs }) => jitterMs },
  {
    stat: "frameSize",
    name: "Frame size",
    format: (bytes) => `${formatNumber(bytes / 1000, bytes < 10_000 ? 1 : 0)} kB`,
    read: (now, before) => {
      const frames = now.frames - before.frames;
      return frames === 0 ? undefined : (now.bytes - before.bytes) / frames;
    },
  },
  {
    stat: "damage",
    name: "Damaged frames",
    format: (frames) => formatNumber(frames, frames < 10 && frames % 1 !== 0 ? 1 : 0),
    read: (now, before) => now.damagedFrames - before.damagedFrames,
  },
];

/** Lost packets as a share of those that should have come; what came late after all counts against it. @type {Meter["read"]} */
function lossBetween(now, before) {
  const lost = Math.max(0, now.lostPackets - before.lostPackets);
  const came = now.packets - before.packets - (now.duplicatePackets - before.duplicatePackets);
  return lost + came <= 0 ? undefined : lost / (lost + came);
}
