/**
 * A frame from socket to page: from the arrival of its last packet, which it carries, to a page's WebSocket.
 *
 * @module
 */

import { startOurs } from "../../tests/support/our_program.ts";
import { reservePort } from "../../tests/support/ports.ts";
import type { Bench, Part } from "./bench.ts";
import type { Findings } from "./report.ts";
import { ours } from "./servers.ts";

/** Where a frame's message has the time of its arrival, and how long its header is: page/frame_socket.ts. */
const ARRIVAL_OFFSET = 4;
const HEADER_BYTES = 12;
const MAX_P99_MS = 5;
/** The first frame is as old as it may be; the next ones come while programs are warming up. */
const SKIPPED_FRAMES = 25;

/** The part. */
export const page: Part = {
  name: "page",
  title: "A frame from socket to page",
  programs: [],
  run,
};

async function run({ media, seconds, say }: Bench): Promise<Findings> {
  const contestant = ours(media);
  await using server = await contestant.start();
  const port = reservePort();
  const url = `rtsp://127.0.0.1:${server.port}${contestant.path}`;
  await using player = startOurs(["play", url, "--preview-port", String(port)]);
  await player.waitForLine(/watch it at/);
  const latencies = (await watch(port, seconds * 2000)).slice(SKIPPED_FRAMES).sort((left, right) => left - right);
  const quantile = (share: number) => latencies[Math.floor(share * (latencies.length - 1))].toFixed(1);
  say(`page: ${latencies.length} frames, median ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms`);
  return {
    rows: [{
      what: "a frame of 720p25 from the socket to the page, 99 of 100 within",
      measured: `${quantile(0.99)} ms (median ${quantile(0.5)}, largest ${quantile(1)}; the clock ticks milliseconds)`,
      target: `at most ${MAX_P99_MS} ms`,
      isReached: Number(quantile(0.99)) <= MAX_P99_MS,
    }],
  };
}

/** Opens the page's WebSocket for a while; how old the frames are that come, in milliseconds. */
async function watch(port: number, durationMs: number): Promise<number[]> {
  const latencies: number[] = [];
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
  socket.binaryType = "arraybuffer";
  const closed = new Promise<void>((resolve) => socket.onclose = () => resolve());
  socket.onmessage = ({ data }) => {
    if (!(data instanceof ArrayBuffer) || data.byteLength < HEADER_BYTES) return;
    latencies.push(Date.now() - new DataView(data).getFloat64(ARRIVAL_OFFSET));
  };
  const timer = setTimeout(() => socket.close(), durationMs);
  await closed;
  clearTimeout(timer);
  if (latencies.length <= SKIPPED_FRAMES) throw new Error(`The page got ${latencies.length} frames only`);
  return latencies;
}
