/**
 * A bare loop to compare with: what does it cost to send datagrams when they are due? It prints one line of JSON, like send_loop.c.
 *
 *     paced_loop.ts PORT BYTES DATAGRAMS SESSIONS FRAME_RATE SECONDS
 *
 * As many sessions are each due so often, spread evenly over time; then DATAGRAMS of BYTES go to PORT of the loopback.
 *
 * @module
 */

import process from "node:process";

/** Wake-ups fall on multiples of this, as in the server. */
const GRID_MS = 4;

const [port, lengthBytes, datagramsAFrame, sessions, frameRate, seconds] = Deno.args.map(Number);
const conn = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
const destination: Deno.NetAddr = { transport: "udp", hostname: "127.0.0.1", port };
const data = new Uint8Array(lengthBytes);
const intervalMs = 1000 / frameRate;
const startMs = performance.now();
const dueMs = Float64Array.from({ length: sessions }, (_, index) => startMs + index * intervalMs / sessions);
const before = process.cpuUsage();
let datagrams = 0;
for (let nowMs = startMs; nowMs < startMs + seconds * 1000; nowMs = performance.now()) {
  for (let index = 0; index < sessions; index++) {
    if (dueMs[index] > nowMs) continue;
    for (let count = 0; count < datagramsAFrame; count++) await conn.send(data, destination);
    datagrams += datagramsAFrame;
    dueMs[index] += intervalMs;
  }
  await new Promise((resolve) => setTimeout(resolve, GRID_MS - performance.now() % GRID_MS));
}
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ datagrams, cpuSeconds: (user + system) / 1e6 }));
conn.close();
