import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Impairments, NetworkEmulator, NO_IMPAIRMENTS } from "./network_emulator.ts";
import { seededRandom } from "./random.ts";

/** Sends packets 1 to `count`, one each `intervalMs`; what comes out, as [packet, time]. */
function run(
  impairments: Partial<Impairments>,
  { count = 1000, intervalMs = 10, lengthBytes = 1000, seed = 1, maxQueueMs = 500 } = {},
) {
  const emulator = new NetworkEmulator<number>({ ...NO_IMPAIRMENTS, ...impairments }, {
    random: seededRandom(seed),
    maxQueueMs,
  });
  const delivered: [packet: number, atMs: number][] = [];
  const take = (deliveries: readonly { packet: number; atMs: number }[]) =>
    deliveries.forEach(({ packet, atMs }) => delivered.push([packet, atMs]));
  for (let packet = 1; packet <= count; packet++) {
    take(emulator.push(packet, { lengthBytes, nowMs: packet * intervalMs }));
  }
  take(emulator.flush(count * intervalMs));
  return { delivered, packets: delivered.map(([packet]) => packet), counters: emulator.counters };
}

Deno.test("NetworkEmulator without impairments lets every packet out at once", () => {
  const { delivered, counters } = run({}, { count: 3 });
  assertEquals(delivered, [[1, 10], [2, 20], [3, 30]]);
  assertEquals(counters, { lost: 0, overflowed: 0, duplicated: 0, reordered: 0 });
});

Deno.test("NetworkEmulator loses about the share asked for, and counts every loss", () => {
  const { packets, counters } = run({ loss: 0.1 });
  assertEquals(packets.length, 1000 - counters.lost);
  assert(counters.lost > 70 && counters.lost < 130, `${counters.lost} lost`);
});

Deno.test("NetworkEmulator loses all at 100 %, nothing at 0 %", () => {
  assertEquals(run({ loss: 1 }).packets, []);
  assertEquals(run({ loss: 0 }).counters.lost, 0);
});

Deno.test("NetworkEmulator gives a packet twice in a row, and counts it", () => {
  const { packets, counters } = run({ duplicate: 0.1 });
  const twice = packets.filter((packet, index) => packet === packets[index - 1]).length;
  assertEquals(twice, counters.duplicated);
  assertEquals(new Set(packets).size, 1000);
  assert(twice > 70 && twice < 130, `${twice} doubled`);
});

Deno.test("NetworkEmulator lets the next packet overtake, and counts it", () => {
  const { packets, counters } = run({ reorder: 0.1 });
  const overtaken = packets.filter((packet, index) => index > 0 && packet < packets[index - 1]).length;
  assertEquals(packets.toSorted((left, right) => left - right), Array.from({ length: 1000 }, (_, index) => index + 1));
  // The last one may have been held without a follower.
  assert(counters.reordered - overtaken <= 1, `${overtaken} seen, ${counters.reordered} counted`);
  assert(overtaken > 60 && overtaken < 130, `${overtaken} overtaken`);
});

Deno.test("NetworkEmulator delays by delay and jitter, and keeps the order", () => {
  const { delivered } = run({ delayMs: 40, jitterMs: 20 });
  const delays = delivered.map(([packet, atMs]) => atMs - packet * 10);
  assert(delays.every((delay) => delay >= 20 && delay <= 60), `${Math.min(...delays)} to ${Math.max(...delays)}`);
  assert(Math.max(...delays) - Math.min(...delays) > 30);
  assert(delivered.every(([, atMs], index) => index === 0 || atMs >= delivered[index - 1][1]));
});

Deno.test("NetworkEmulator lets packets out at the link's rate, and drops what would wait too long", () => {
  // 1000 bytes at 400 kbit/s take 20 ms; they come every 10 ms, and may wait 100 ms.
  const { delivered, counters } = run({ rate: 400_000 }, { count: 100, maxQueueMs: 100 });
  assert(delivered.every(([, atMs], index) => index === 0 || atMs - delivered[index - 1][1] >= 20 - 1e-9));
  assert(delivered.every(([packet, atMs]) => atMs - packet * 10 <= 120 + 1e-9));
  assertEquals(counters.overflowed, 100 - delivered.length);
  assert(counters.overflowed > 30);
});

Deno.test("NetworkEmulator does the same for the same seed, and something else for another", () => {
  const impairments = { loss: 0.1, duplicate: 0.1, reorder: 0.1, delayMs: 5, jitterMs: 5 };
  assertEquals(run(impairments, { seed: 7 }), run(impairments, { seed: 7 }));
  assert(run(impairments, { seed: 7 }).packets.join() !== run(impairments, { seed: 8 }).packets.join());
});

Deno.test("NetworkEmulator loses the same packets whatever else it does", () => {
  const lostBy = (impairments: Partial<Impairments>) => {
    const { packets } = run({ loss: 0.1, ...impairments });
    return Array.from({ length: 1000 }, (_, index) => index + 1).filter((packet) => !packets.includes(packet));
  };
  assertEquals(lostBy({}), lostBy({ duplicate: 0.2, reorder: 0.2, delayMs: 5, jitterMs: 5 }));
});

Deno.test("NetworkEmulator accounts for every packet, and delivers none before its time or out of time's order", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const impairments = fc.record({
    loss: share,
    duplicate: share,
    reorder: share,
    delayMs: fc.nat(100),
    jitterMs: fc.nat(200),
    rate: fc.option(fc.integer({ min: 10_000, max: 10_000_000 }), { nil: undefined }),
  });
  fc.assert(fc.property(impairments, fc.nat(), (given, seed) => {
    const { delivered, packets, counters } = run(given, { count: 200, seed });
    assertEquals(new Set(packets).size, 200 - counters.lost - counters.overflowed);
    assertEquals(packets.length, new Set(packets).size + counters.duplicated);
    assert(delivered.every(([packet, atMs]) => atMs >= packet * 10));
    assert(delivered.every(([, atMs], index) => index === 0 || atMs >= delivered[index - 1][1]));
  }));
});
