/**
 * Tests the load client: it must count the packets that the emulated network drops, and the frames of every session.
 *
 * @module
 */

import type { Bench, Part } from "../bench.ts";
import { load } from "../load.ts";
import { HD_FRAME_RATE } from "../files.ts";
import type { Findings } from "../report.ts";
import { ours } from "../servers.ts";

const SESSIONS = 10;
const LOSS_PERCENT = 5;
/** Random losses among about 20 000 packets are this close to the wanted share. */
const TOLERANCE_PERCENT = 0.7;

export const loadClient: Part = { name: "load-client", title: "What the load client counts", programs: [], run };

async function run({ files, tools, say }: Bench): Promise<Findings> {
  const options = { loadClient: tools.loadClient, transport: "udp", sessions: SESSIONS, seconds: 3 } as const;
  const { lost, packets, frames, damaged, seconds } = await load(
    ours(files, { args: ["--loss", `${LOSS_PERCENT}%`] }),
    options,
  );
  const percent = lost / (lost + packets) * 100;
  const framesPerSession = (frames + damaged) / SESSIONS / seconds;
  say(`load client: ${percent.toFixed(2)} % lost, ${framesPerSession.toFixed(2)} frames a second and session`);
  return {
    rows: [{
      what: `test of the load client: lost packets that it counts when the server drops ${LOSS_PERCENT} %`,
      measured: `${percent.toFixed(1)} %`,
      target: `${LOSS_PERCENT} %`,
      isReached: Math.abs(percent - LOSS_PERCENT) < TOLERANCE_PERCENT,
    }, {
      what: "test of the load client: frames a second of each session, without those whose last packet was dropped",
      measured: framesPerSession.toFixed(1),
      target: `${(HD_FRAME_RATE * (1 - LOSS_PERCENT / 100)).toFixed(1)}`,
      isReached: Math.abs(framesPerSession / HD_FRAME_RATE - 1 + LOSS_PERCENT / 100) < 3 * TOLERANCE_PERCENT / 100,
    }],
  };
}
