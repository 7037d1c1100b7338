/**
 * Bursts: whether a receiver that has the system's default socket buffer, and is not always at it, gets every packet.
 *
 * @module
 */

import type { Bench, Part } from "./bench.ts";
import { load } from "./load.ts";
import type { Findings, Row } from "./report.ts";
import { ours } from "./servers.ts";

/** The receiver looks no oftener than this. */
const POLL_US = 2000;

/** The part. */
export const bursts: Part = {
  name: "bursts",
  title: "Packets lost by a receiver with the default buffer",
  programs: [],
  run,
};

async function run({ media, tools, seconds, say }: Bench): Promise<Findings> {
  const bufferBytes = Number(await Deno.readTextFile("/proc/sys/net/core/rmem_default"));
  const movies = [
    { movie: media.hd, size: "720p25", frameBytes: media.hdFrameBytes },
    { movie: media.fullHd, size: "1080p25", frameBytes: media.fullHdFrameBytes },
  ];
  const rows: Row[] = [];
  for (const { movie, size, frameBytes } of movies) {
    const { lost, packets } = await load(ours(media, { movie }), {
      loadClient: tools.loadClient,
      transport: "udp",
      sessions: 1,
      seconds,
      pollUs: POLL_US,
      hasDefaultBuffer: true,
    });
    say(`bursts, ${size}: ${lost} of ${packets} packets lost`);
    rows.push({
      what: `packets lost by a receiver that reads every ${POLL_US / 1000} ms from the default buffer of ${
        bufferBytes / 1024
      } KiB: ${size}, ${(frameBytes / 1000).toFixed(0)} kB a frame`,
      measured: `${lost} of ${packets + lost}`,
      target: "0",
      isReached: lost === 0 && packets > 0,
    });
  }
  return { rows };
}
