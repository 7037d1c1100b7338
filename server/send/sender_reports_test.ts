import { assertEquals } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { SENDER_REPORT_INTERVAL_MS } from "../limits.ts";
import type { RtpTransport } from "./rtp_transport.ts";
import { SenderReports } from "./sender_reports.ts";

Deno.test("SenderReports come half to half as much again after the mean interval, each by a number of its own", () => {
  const clock = new FakeClock();
  const sentMs: number[] = [];
  const transport: RtpTransport = {
    destination: "nowhere",
    isReady: true,
    sendFrame: () => 0,
    sendRtcp: () => sentMs.push(clock.nowMs()),
    flush() {},
    close() {},
    summary: () => undefined,
  };
  const numbers = [0, 0.5, 0.75];
  const reports = new SenderReports({
    stream: { ssrc: 1, timestampAt: () => 0 },
    counters: { packets: 0, bytes: 0 },
    random: () => numbers.shift() ?? 0,
    canonicalName: "us",
    transport,
    clock,
  });
  reports.begin();
  clock.advance(SENDER_REPORT_INTERVAL_MS * 2.75);
  reports.pause();
  assertEquals(sentMs, [0, 0.5, 1.5, 2.75].map((intervals) => intervals * SENDER_REPORT_INTERVAL_MS));
  assertEquals(clock.pendingTimers, 0);
});
