/**
 * A bare loop to compare with: how many datagrams a CPU-second can a Deno program send? `send_loop.ts PORT BYTES SECONDS` sends to
 * PORT of the loopback and prints one line of JSON, like send_loop.c.
 *
 * @module
 */

import process from "node:process";

const [port, lengthBytes, seconds] = Deno.args.map(Number);
const conn = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
const destination: Deno.NetAddr = { transport: "udp", hostname: "127.0.0.1", port };
const data = new Uint8Array(lengthBytes);
const before = process.cpuUsage();
let datagrams = 0;
for (const endMs = performance.now() + seconds * 1000; performance.now() < endMs;) {
  for (let count = 0; count < 100; count++) await conn.send(data, destination);
  datagrams += 100;
}
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ datagrams, cpuSeconds: (user + system) / 1e6 }));
conn.close();
