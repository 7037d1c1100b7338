/**
 * Conditions all frames of a file again and again, for conditioning.ts. `conditioning_loop.ts FILE SECONDS` prints one line of JSON:
 * frames, and the CPU-seconds that they took, after a warm-up.
 *
 * @module
 */

import process from "node:process";
import { conditionJpeg } from "../../../mjpeg/conditioning/conditioning.ts";
import { framesOf } from "./frames_of.ts";

const [path, seconds] = Deno.args;
const frames = await framesOf(path);
for (const frame of frames) conditionJpeg(frame);
const before = process.cpuUsage();
let conditioned = 0;
for (const endMs = performance.now() + Number(seconds) * 1000; performance.now() < endMs;) {
  for (const frame of frames) if (conditionJpeg(frame).isTranscoded) conditioned++;
}
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ frames: conditioned, cpuSeconds: (user + system) / 1e6 }));
