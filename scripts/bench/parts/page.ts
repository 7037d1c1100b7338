/**
 * Latency of the page: from the arrival of a frame's last packet at the player to the page's WebSocket. The message carries the time
 * of arrival.
 *
 * @module
 */

import { startOurs } from "../../../tests/support/our_program.ts";
import { reservePort } from "../../../tests/support/ports.ts";
import type { Bench, Part } from "../bench.ts";
import type { Findings } from "../report.ts";
import { ours } from "../servers.ts";

/** Layout of a message with a frame: see page/socket/media_message.ts. */
const ARRIVAL_OFFSET = 4;
const HEADER_BYTES = 12;
const MAX_P99_MS = 5;
/** Frames at the start do not count: the first one may be old, and the programs are still warming up. */
const SKIPPED_FRAMES = 25;

export const page: Part = {
  name: "page",
  title: "A frame from socket to page",
  programs: [],
  run,
};

async function run({ files, seconds, say }: Bench): Promise<Findings> {
  const contestant = ours(files);
  await using server = await contestant.start();
  const port = reservePort();
  const url = `rtsp://127.0.0.1:${server.port}${contestant.path}`;
  await using player = startOurs(["play", url, "--latency", "0", "--preview-port", String(port)]);
  await player.waitForLine(/watch it at/);
  const latencies = (await watch(port, seconds * 2000)).slice(SKIPPED_FRAMES).sort((left, right) => left - right);
  const quantile = (share: number) => latencies[Math.floor(share * (latencies.length - 1))].toFixed(1);
  say(`page: ${latencies.length} frames, median ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms`);
  return {
    rows: [{
      what: "720p25, from the socket to the page: 99 of 100 frames take at most",
      measured: `${quantile(0.99)} ms (median ${quantile(0.5)}, largest ${
        quantile(1)
      }; the clock counts whole milliseconds)`,
      target: `at most ${MAX_P99_MS} ms`,
      isReached: Number(quantile(0.99)) <= MAX_P99_MS,
    }],
  };
}

/** Opens the page's WebSocket for a while and returns the age of every frame in milliseconds. */
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
  if (latencies.length <= SKIPPED_FRAMES) throw new Error(`The page got only ${latencies.length} frames`);
  return latencies;
}
