/**
 * Bursts: does a receiver get every packet if it has the system's default socket buffer and reads only now and then?
 *
 * @module
 */

import type { Bench, Part } from "../bench.ts";
import { load } from "../load.ts";
import type { Findings, Row } from "../report.ts";
import { ours } from "../servers.ts";

/** The receiver waits at least this long between two reads. */
const POLL_US = 2000;

export const bursts: Part = {
  name: "bursts",
  title: "Packets lost by a receiver with the default buffer",
  programs: [],
  run,
};

async function run({ files, tools, seconds, say }: Bench): Promise<Findings> {
  const bufferBytes = Number(await Deno.readTextFile("/proc/sys/net/core/rmem_default"));
  const videos = [
    { file: files.hd, size: "720p25", frameBytes: files.hdFrameBytes },
    { file: files.fullHd, size: "1080p25", frameBytes: files.fullHdFrameBytes },
  ];
  const rows: Row[] = [];
  for (const { file, size, frameBytes } of videos) {
    const { lost, packets } = await load(ours(files, { file }), {
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
