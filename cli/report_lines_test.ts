import { assertEquals } from "@std/assert";
import { FAKE_EPOCH_MS, FakeClock } from "../tests/support/fake_clock.ts";
import { TestPlayback } from "../tests/support/test_playback.ts";
import { type ReportLine, reportLines } from "./report_lines.ts";

Deno.test("reportLines() prints a line a second, until it is ended", () => {
  const clock = new FakeClock();
  const playback = new TestPlayback();
  const lines: ReportLine[] = [];
  const stop = reportLines({ playback, recorder: { stored: 3 }, clock, print: (line) => lines.push(line) });
  clock.advance(999);
  assertEquals(lines, []);
  playback.show(new Uint8Array(3));
  clock.advance(1);
  playback.become({ positionSeconds: 1.5 });
  clock.advance(1000);
  stop();
  clock.advance(5000);
  assertEquals(
    lines.map(({ atMs, frames, positionSeconds }) => [atMs - FAKE_EPOCH_MS, frames, positionSeconds]),
    [[1000, 1, null], [2000, 1, 1.5]],
  );
  assertEquals([lines[0].storedFrames, lines[0].state, lines[0].dialect], [3, "READY", "lab"]);
  assertEquals(
    Object.keys(playback.statistics()).filter((name) => !(name in lines[0])),
    [],
    "all statistics are there",
  );
});
