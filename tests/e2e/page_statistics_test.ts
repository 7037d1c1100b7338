/** What the page draws of the statistics, in a real Chromium, where the test decides what was received. */
import { assert, assertEquals } from "@std/assert";
import type { PlaybackStatistics } from "../../page/playback.ts";
import { startPreview } from "../../page/page_server.ts";
import { openPage, startBrowser } from "../support/browser.ts";
import { peerTest } from "../support/peers.ts";
import { reservePort } from "../support/ports.ts";
import { TestPlayback } from "../support/test_playback.ts";

/** Receives as much as it is told to each time that somebody asks. */
class ReceivingPlayback extends TestPlayback {
  counters: Partial<PlaybackStatistics> = {};

  override statistics(): PlaybackStatistics {
    return { ...super.statistics(), ...this.counters };
  }
}

peerTest("page: meters show what lies between two reports, and mean and peak of the last minute", [
  "chromium",
], async () => {
  const playback = new ReceivingPlayback();
  const preview = await startPreview(playback, { port: reservePort() });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => preview.shutdown());
  const browser = stack.use(await startBrowser());
  playback.become({ state: "PLAYING", allowed: ["PAUSE", "TEARDOWN"] });
  const tab = await openPage(browser, preview.url);
  await tab.waitForState("PLAYING");
  const row = (stat: string) =>
    tab.page.evaluate<[string, string, string]>(`(() => {
      const value = document.querySelector('#meters [data-stat="${stat}"]');
      const row = value.parentElement;
      return [value.textContent, row.querySelector(".summary").textContent, row.querySelector("svg").ariaLabel];
    })()`);
  playback.counters = { currentFps: 25, currentBitrate: 8e6, jitterMs: 1.5 };
  await tab.until(`document.querySelector('[data-stat="fps"]').textContent === "25 fps"`);
  playback.counters = {
    ...{ currentFps: 15, currentBitrate: 4e6, jitterMs: 2.5 },
    ...{ frames: 10, bytes: 420_000, packets: 90, lostPackets: 10, damagedFrames: 3 },
    damageCauses: { "lost-packets": 2, "no-tables": 1 },
  };
  await tab.until(`document.querySelector('[data-stat="fps"]').textContent === "15 fps"`);
  const [, fps, label] = await row("fps");
  assert(/^mean (?:1[5-9]|2[0-5]) fps\npeak 25 fps$/.test(fps), fps);
  assertEquals(label, `Frame rate in the last minute: ${fps.replace("\n", ", ")}`);
  // What lies between two reports is over with the next.
  for (
    const [stat, peak] of [["lossRate", "10.0 %"], ["frameSize", "42 kB"], ["damage", "3"], [
      "jitter",
      "2.5 ms",
    ]] as const
  ) {
    const [, summary] = await row(stat);
    assert(summary.endsWith(`peak ${peak}`), `${stat}: ${summary}`);
  }
  assertEquals(await tab.statistic("damagedFrames"), "2 lost packets, 1 no tables");
  const points = await tab.page.getAttribute("#meters polyline", "points") ?? "";
  assert(points.split(" ").length >= 2 && !points.includes("NaN"), points);
  playback.become({ state: "READY", allowed: ["PLAY", "TEARDOWN"] });
  await tab.until(`document.querySelector('[data-stat="fps"]').textContent === "–"`);
  const [download] = await Promise.all([tab.page.waitForEvent("download"), tab.page.click("#statistics-save")]);
  assertEquals(download.suggestedFilename(), "movie-statistics.csv");
  const [head, ...lines] = (await Deno.readTextFile(await download.path())).trimEnd().split("\r\n");
  assertEquals(head, "time,fps,bitrate,lossRate,jitter,frameSize,damage");
  assert(lines.some((line) => /^\d{4}-.*Z,15,4000000,0\.1,2\.5,42000,3$/.test(line)), lines.join("\n"));
  const [json] = await Promise.all([tab.page.waitForEvent("download"), tab.page.click("#statistics-json")]);
  assertEquals(json.suggestedFilename(), "movie-statistics.json");
  const { title, counters, measured } = JSON.parse(await Deno.readTextFile(await json.path()));
  assertEquals([title, counters.frames, counters.damageCauses["no-tables"]], ["movie.mjpeg", 10, 1]);
  assert(
    measured.some((row: Record<string, number>) => row.fps === 15 && row.lossRate === 0.1),
    JSON.stringify(measured),
  );
  assertEquals(tab.errors, []);
});

peerTest(
  "page: the whole session is told with means and peaks, and unfolds when it is over",
  ["chromium"],
  async () => {
    const playback = new ReceivingPlayback();
    const preview = await startPreview(playback, { port: reservePort() });
    await using stack = new AsyncDisposableStack();
    stack.defer(() => preview.shutdown());
    const browser = stack.use(await startBrowser());
    playback.become({ state: "PLAYING", allowed: ["PAUSE", "TEARDOWN"] });
    const tab = await openPage(browser, preview.url);
    await tab.waitForState("PLAYING");
    assertEquals(await tab.page.isVisible("#summary"), false);
    playback.counters = {
      ...{
        frames: 1000,
        damagedFrames: 2,
        packets: 9000,
        lostPackets: 90,
        lossRate: 0.01,
        bytes: 42_000_000,
        seconds: 40,
      },
      ...{ fps: 25, peakFps: 27, bitrate: 8.4e6, peakBitrate: 9.1e6, largestFrameBytes: 51_000, peakJitterMs: 3.25 },
    };
    await tab.page.waitForSelector("#summary", { state: "visible" });
    assertEquals(await tab.page.isVisible("#summary-text"), false);
    playback.become({ state: "INIT", allowed: ["SETUP"] });
    await tab.page.waitForSelector("#summary-text", { state: "visible" });
    assertEquals(
      await tab.page.textContent("#summary-text"),
      "1,000 frames in 0:40, 2 damaged; 9,000 packets, 90 lost",
    );
    const rows = await tab.page.$$eval(
      "#summary-rows tr",
      (found) => found.map((row) => [...row.children].map(({ textContent }) => textContent).join(" | ")),
    );
    assertEquals(rows, [
      "Frame rate | 25 fps | 27 fps",
      "Data rate | 8.40 Mbit/s | 9.10 Mbit/s",
      "Loss | 1.0 % | –",
      "Jitter | – | 3.3 ms",
      "Frame size | 42 kB | 51 kB",
    ]);
    // Whoever folds it up has it folded up.
    await tab.page.click("#summary-title");
    playback.become({ state: "INIT", allowed: ["SETUP"], notice: { level: "info", text: "The server is back" } });
    await tab.waitForNotice("The server is back");
    assertEquals(await tab.page.isVisible("#summary-text"), false);
    assertEquals(tab.errors, []);
  },
);
