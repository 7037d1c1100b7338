/**
 * Receiving one stream: CPU of our player, GStreamer and ffmpeg. All of them play from one server at the same time.
 *
 * @module
 */

import { join } from "@std/path";
import { ChildProgram } from "../../../tests/support/child_program.ts";
import { startOurs } from "../../../tests/support/our_program.ts";
import type { Bench, Part } from "../bench.ts";
import { cpuSeconds } from "../processes.ts";
import { type Findings, ratioRow, spread } from "../report.ts";
import { ours } from "../servers.ts";

const WARM_UP_MS = 4000;
/** A player takes about a hundredth of a core, and CPU times are counted in hundredths of a second: this many windows make one. */
const WINDOWS = 4;

const CLIENTS: readonly { readonly name: string; readonly start: (url: string, root: string) => ChildProgram }[] = [
  { name: "`mjpegrtsp play --no-preview`", start: (url) => startOurs(["play", url, "--no-preview"]) },
  {
    name: "`mjpegrtsp play --no-preview --out FILE`",
    start: (url, root) =>
      startOurs(["play", url, "--no-preview", "--force", "--out", join(root, "out.mjpeg")], { write: true }),
  },
  {
    name: "`gst-launch-1.0 rtspsrc ! rtpjpegdepay ! fakesink`",
    start: (url) =>
      new ChildProgram("gst-launch-1.0", {
        args: ["-q", "rtspsrc", `location=${url}`, "protocols=udp", "!", "rtpjpegdepay", "!", "fakesink"],
      }),
  },
  {
    name: "`ffmpeg -c copy -f null`",
    start: (url) =>
      new ChildProgram("ffmpeg", {
        args: ["-nostdin", "-loglevel", "error", "-rtsp_transport", "udp", "-i", url, "-c", "copy", "-f", "null", "-"],
      }),
  },
];

export const receiving: Part = {
  name: "receiving",
  title: "Receiving one stream of 720p25",
  programs: ["gst-launch-1.0", "ffmpeg"],
  run,
};

async function run({ files, rounds, seconds, say }: Bench): Promise<Findings> {
  const samples: number[][] = CLIENTS.map(() => []);
  for (let round = 1; round <= rounds; round++) {
    const contestant = ours(files);
    await using server = await contestant.start();
    await using clients = new AsyncDisposableStack();
    const url = `rtsp://127.0.0.1:${server.port}${contestant.path}`;
    const pids = CLIENTS.map(({ start }) => clients.use(start(url, files.root)).pid);
    await pause(WARM_UP_MS);
    const [startMs, before] = [performance.now(), pids.map(cpuSeconds)];
    await pause(seconds * WINDOWS * 1000);
    const passed = (performance.now() - startMs) / 1000;
    pids.map(cpuSeconds).forEach((after, index) => samples[index].push((after - before[index]) / passed));
    say(`receiving: ${samples.map((each) => each.at(-1)!.toFixed(3)).join(", ")} CPU`);
  }
  const [plain, recording, gstreamer, ffmpeg] = samples;
  return {
    rows: [
      ratioRow(`CPU of ${CLIENTS[0].name}, 720p25 over UDP, against ${CLIENTS[2].name}`, {
        dividend: plain,
        divisor: gstreamer,
        atMost: 1,
      }),
      ratioRow(`CPU of ${CLIENTS[1].name}, against the same`, { dividend: recording, divisor: gstreamer, atMost: 1.3 }),
      ratioRow(`CPU of ${CLIENTS[0].name}, against ${CLIENTS[3].name}`, { dividend: plain, divisor: ffmpeg }),
    ],
    details: [{
      title: "Receiving one stream of 720p25 over UDP",
      columns: ["client", "CPU"],
      lines: CLIENTS.map(({ name }, index) => [name, spread(samples[index], 4)]),
    }],
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
