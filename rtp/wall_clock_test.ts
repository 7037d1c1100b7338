import { assert, assertEquals } from "@std/assert";
import { decodeRtcp } from "./rtcp.ts";
import { wallClockMs } from "./wall_clock.ts";

const UNIX_MS = 1_700_000_000_000;

const CASES: readonly [title: string, rtpTimestamp: number, timestamp: number, clockRate: number, offsetMs: number][] =
  [
    ["the reported time itself", 1000, 1000, 90_000, 0],
    ["a second later", 1000, 91_000, 90_000, 1000],
    ["a second earlier", 91_000, 1000, 90_000, -1000],
    ["later, beyond the wrap", 2 ** 32 - 45_000, 45_000, 90_000, 1000],
    ["earlier, before the wrap", 45_000, 2 ** 32 - 45_000, 90_000, -1000],
    ["sound", 0, 160, 8000, 20],
    ["as late as can be", 0, 2 ** 31 - 1, 1000, 2 ** 31 - 1],
    ["as early as can be", 0, 2 ** 31, 1000, -(2 ** 31)],
  ];

for (const [title, rtpTimestamp, timestamp, clockRate, offsetMs] of CASES) {
  Deno.test(`wallClockMs() knows ${title}`, () => {
    const report = { unixMs: UNIX_MS, rtpTimestamp };
    assertEquals(wallClockMs(timestamp, { report, clockRate }), UNIX_MS + offsetMs);
  });
}

Deno.test("wallClockMs() knows nothing of a sender without a clock, which reports NTP time 0", () => {
  const [report] = decodeRtcp(Uint8Array.of(0x80, 200, 0, 6, ...Array(24).fill(0)));
  assert(report.kind === "sender-report");
  assertEquals(wallClockMs(0, { report, clockRate: 90_000 }), undefined);
});
