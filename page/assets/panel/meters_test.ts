import { assertEquals } from "@std/assert";
import { METERS, type Report } from "./meters.js";

const NOTHING: Report = {
  ...{ frames: 0, damagedFrames: 0, packets: 0, lostPackets: 0, duplicatePackets: 0, bytes: 0 },
  ...{ currentFps: 0, currentBitrate: 0, jitterMs: 0 },
};

const READINGS: readonly [stat: string, before: Partial<Report>, now: Partial<Report>, text: string | undefined][] = [
  ["fps", {}, { currentFps: 25 }, "25 fps"],
  ["bitrate", {}, { currentBitrate: 1_234_567 }, "1.23 Mbit/s"],
  ["jitter", {}, { jitterMs: 2.34 }, "2.3 ms"],
  ["lossRate", { packets: 100 }, { packets: 190, lostPackets: 10 }, "10.0 %"],
  ["lossRate", { packets: 100 }, { packets: 200, duplicatePackets: 20, lostPackets: 20 }, "20.0 %"],
  // What came late after all was counted as lost before.
  ["lossRate", { packets: 100, lostPackets: 5 }, { packets: 110, lostPackets: 0 }, "0.0 %"],
  ["lossRate", { packets: 100 }, { packets: 100 }, undefined],
  ["frameSize", { frames: 10, bytes: 1000 }, { frames: 12, bytes: 7400 }, "3.2 kB"],
  ["frameSize", {}, { frames: 1, bytes: 42_400 }, "42 kB"],
  ["frameSize", { frames: 10 }, { frames: 10 }, undefined],
  ["damage", { damagedFrames: 2 }, { damagedFrames: 5 }, "3"],
];

for (const [stat, before, now, text] of READINGS) {
  Deno.test(`METERS: ${stat} is ${text} between ${JSON.stringify(before)} and ${JSON.stringify(now)}`, () => {
    const meter = METERS.find((each) => each.stat === stat)!;
    const value = meter.read({ ...NOTHING, ...now }, { ...NOTHING, ...before });
    assertEquals(value === undefined ? undefined : meter.format(value), text);
  });
}
