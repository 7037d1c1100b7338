/**
 * The load client itself: it must see the packets that an emulated network loses, and count the frames of every session.
 *
 * @module
 */

import type { Bench, Part } from "./bench.ts";
import { load } from "./load.ts";
import { HD_FRAME_RATE } from "./media.ts";
import type { Findings } from "./report.ts";
import { ours } from "./servers.ts";

const SESSIONS = 10;
const LOSS_PERCENT = 5;
/** Of about 20 000 packets, losses chosen at random come so near. */
const TOLERANCE_PERCENT = 0.7;

/** The part. */
export const loadClient: Part = { name: "load-client", title: "What the load client counts", programs: [], run };

async function run({ media, tools, say }: Bench): Promise<Findings> {
  const options = { loadClient: tools.loadClient, transport: "udp", sessions: SESSIONS, seconds: 3 } as const;
  const { lost, packets, frames, damaged, seconds } = await load(
    ours(media, { args: ["--loss", `${LOSS_PERCENT}%`] }),
    options,
  );
  const percent = lost / (lost + packets) * 100;
  const framesPerSession = (frames + damaged) / SESSIONS / seconds;
  say(`load client: ${percent.toFixed(2)} % lost, ${framesPerSession.toFixed(2)} frames a second and session`);
  return {
    rows: [{
      what: `the load client itself: packets that it misses when the server loses ${LOSS_PERCENT} %`,
      measured: `${percent.toFixed(1)} %`,
      target: `${LOSS_PERCENT} %`,
      isReached: Math.abs(percent - LOSS_PERCENT) < TOLERANCE_PERCENT,
    }, {
      what: "the load client itself: frames a second and session then, less those whose last packet was lost",
      measured: framesPerSession.toFixed(1),
      target: `${(HD_FRAME_RATE * (1 - LOSS_PERCENT / 100)).toFixed(1)}`,
      isReached: Math.abs(framesPerSession / HD_FRAME_RATE - 1 + LOSS_PERCENT / 100) < 3 * TOLERANCE_PERCENT / 100,
    }],
  };
}
