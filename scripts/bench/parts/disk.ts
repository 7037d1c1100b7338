/**
 * Sessions of a movie that fits no cache, each at another place of it: CPU a frame, against the movie that all play from its beginning.
 *
 * @module
 */

import { join } from "@std/path";
import { startOurs } from "../../../tests/support/our_program.ts";
import type { Bench, Part } from "../bench.ts";
import { makeLarge } from "../files.ts";
import { frameCpuUs, load, LOAD_COLUMNS, loadLine, type LoadResult } from "../load.ts";
import { type Findings, ratioRow } from "../report.ts";
import { type Contestant, gst, ours } from "../servers.ts";

const SESSIONS = 50;
/** From one session to the next, in seconds of the movie. */
const SPREAD_SECONDS = 70;
const TRANSPORTS = ["udp", "tcp"] as const;

export const disk: Part = {
  name: "disk",
  title: "Sessions of a movie of 4 GB, each at another place",
  programs: ["ffmpeg", "gst-launch-1.0"],
  run,
};

async function run({ files, tools, rounds, seconds, say }: Bench): Promise<Findings> {
  const large = await makeLarge(files);
  const file = ours(files, { file: large.file });
  const contestants: readonly { readonly contestant: Contestant; readonly spreadSeconds: number }[] = [
    {
      contestant: { ...file, name: "mjpegrtsp, 4 GB", start: () => startIndexed(file) },
      spreadSeconds: SPREAD_SECONDS,
    },
    { contestant: { ...ours(files), name: "mjpegrtsp, all at the same place" }, spreadSeconds: 0 },
    {
      contestant: { ...gst(files, "own", { avi: large.avi }), name: "gst-rtsp-server, own pipelines, 4 GB" },
      spreadSeconds: SPREAD_SECONDS,
    },
  ];
  const loads = TRANSPORTS.flatMap((transport) =>
    contestants.map((each) => ({ ...each, transport, sessions: SESSIONS, results: [] as LoadResult[] }))
  );
  for (let round = 1; round <= rounds; round++) {
    for (const { contestant, transport, spreadSeconds, results } of loads) {
      const options = { loadClient: tools.loadClient, transport, sessions: SESSIONS, seconds, spreadSeconds };
      const result = await load(contestant, options);
      results.push(result);
      say(`${contestant.name}, ${transport}: ${frameCpuUs(result).toFixed(1)} µs a frame, ${result.lost} packets lost`);
    }
  }
  await Promise.all([large.avi, join(files.root, large.file)].map((path) => Deno.remove(path)));
  return {
    rows: TRANSPORTS.flatMap((transport) => {
      const [ofLarge, ofSmall, ofGst] = loads.filter((each) => each.transport === transport)
        .map(({ results }) => results.map(frameCpuUs));
      const what = `CPU a frame over ${transport.toUpperCase()}, ${SESSIONS} sessions at different places of 4 GB`;
      return [
        ratioRow(`${what}, against all at the same place`, { dividend: ofLarge, divisor: ofSmall }),
        ratioRow(`${what}, against gst-rtsp-server's own pipelines`, {
          dividend: ofLarge,
          divisor: ofGst,
        }),
      ];
    }),
    details: [{
      title: `${SESSIONS} sessions of 720p25, each at another place of a movie of 4 GB`,
      columns: LOAD_COLUMNS,
      lines: loads.map((each) => loadLine(each.contestant, each, each.results)),
    }],
  };
}

/** Starts it, and has the movie indexed, which takes longer than the load client waits. */
async function startIndexed({ start, path }: Contestant) {
  const server = await start();
  const url = `rtsp://127.0.0.1:${server.port}${path}`;
  await using player = startOurs(["play", url, "--no-preview", "--frames", "1", "--timeout", "120"]);
  const { code, stderr } = await player.exit();
  if (code !== 0) throw new Error(`The movie cannot be played: ${stderr.at(-1)}`);
  return server;
}
