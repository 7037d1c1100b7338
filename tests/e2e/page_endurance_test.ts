/** What a page has to bear in a real Chromium: half an hour of frames, sleep, another page at the same buttons, players that come and go. */
import { assert, assertEquals } from "@std/assert";
import type { CDPSession } from "playwright-core";
import { startPreview } from "../../page/page_server.ts";
import { openPage, type PlayerPage, startBrowser } from "../support/browser.ts";
import { makeJpeg } from "../support/jpegs.ts";
import { makeLabMovie } from "../support/lab_movie.ts";
import { startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { startPlayer } from "../support/player_page.ts";
import { reservePort } from "../support/ports.ts";
import { TestPlayback } from "../support/test_playback.ts";
import { until } from "../support/until.ts";

/** Half an hour at 25 frames a second. */
const FRAMES = 45_000;
const DURATION_SECONDS = FRAMES / 25;
/** The first part fills what is kept: frames to step back to, thumbnails, the last minute of the statistics. */
const WARM_UP_FRAMES = FRAMES / 5;
/** What may come on top of that: less than 100 bytes a frame. */
const MAX_GROWTH_BYTES = 3_000_000;
/** Frames that may be on their way to the page. */
const MAX_AHEAD = 32;

/** Bytes of JavaScript objects and of what they hold beside the heap, once all rubbish is gone. */
async function usedBytes(client: CDPSession): Promise<number> {
  for (let round = 0; round < 3; round++) await client.send("HeapProfiler.collectGarbage");
  const { usedSize, backingStorageSize = 0 } = await client.send("Runtime.getHeapUsage") as {
    usedSize: number;
    backingStorageSize?: number;
  };
  return usedSize + backingStorageSize;
}

peerTest("page: half an hour of a movie leaves nothing behind in memory", ["chromium"], async () => {
  const playback = new TestPlayback();
  playback.become({ state: "PLAYING", allowed: ["PAUSE", "TEARDOWN"], durationSeconds: DURATION_SECONDS });
  const preview = await startPreview(playback, { port: reservePort() });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => preview.shutdown());
  const browser = stack.use(await startBrowser());
  const tab = await openPage(browser, preview.url);
  await tab.waitForState("PLAYING");
  const client = await tab.page.context().newCDPSession(tab.page);
  const jpegs = await Promise.all([1, 2, 3, 4].map((seed) => makeJpeg({ seed })));
  let number = 0;
  const showUntil = async (last: number) => {
    while (number < last) {
      for (let count = 0; count < MAX_AHEAD && number < last; count++, number++) {
        playback.show(jpegs[number % jpegs.length], number / 25, { timestampUs: number * 40_000 });
      }
      await tab.waitForFrameAfter(number - 1);
    }
  };
  await showUntil(WARM_UP_FRAMES);
  const before = await usedBytes(client);
  await showUntil(FRAMES);
  const grown = await usedBytes(client) - before;
  assert(grown < MAX_GROWTH_BYTES, `${grown} bytes more than ${before}`);
  assertEquals(await tab.page.textContent("#time"), "29:59 / 30:00");
  assertEquals(tab.errors, []);
});

for (const who of ["player", "server"] as const) {
  peerTest(`page: a ${who} that sleeps for a while goes on where it was`, ["chromium"], async () => {
    await using movie = await makeLabMovie({ frameCount: 1200 });
    await using server = await startOurServer({ root: movie.root });
    await using player = await startPlayer(server.port, { source: [`rtsp://127.0.0.1:${server.port}/${movie.file}`] });
    await using browser = await startBrowser();
    const tab = await openPage(browser, player.url);
    const drawn = await tab.waitForFrameAfter(10);
    const { pid } = who === "player" ? player.program : server.program;
    Deno.kill(pid, "SIGSTOP");
    // Longer than it takes to notice that nothing comes.
    await tab.page.waitForTimeout(6000);
    Deno.kill(pid, "SIGCONT");
    await tab.waitForFrameAfter(drawn + 40);
    await tab.waitForState("PLAYING");
    await tab.until(`document.querySelector("#notice").hidden`);
    await tab.page.keyboard.press("k");
    await tab.waitForState("READY");
    await tab.page.keyboard.press("5");
    await until(async () => Math.abs((await tab.shownNumber() ?? 0) - 601) <= 3, {
      step: () => tab.page.waitForTimeout(40),
    });
    assertEquals(tab.errors, []);
  });
}

peerTest("page: two pages that fight over the controls end up with one state, and the player goes on", [
  "chromium",
], async () => {
  await using movie = await makeLabMovie({ frameCount: 400 });
  await using server = await startOurServer({ root: movie.root });
  await using player = await startPlayer(server.port, { source: [`rtsp://127.0.0.1:${server.port}/${movie.file}`] });
  await using browser = await startBrowser();
  const tabs = await Promise.all([0, 1].map(() => openPage(browser, player.url)));
  for (const tab of tabs) await tab.waitForFrameAfter(3);
  const keys = ["k", "5", "j", ">", "x", "k", ".", "k", "<", "l", "0", "k"];
  const fight = async (tab: PlayerPage, first: number) => {
    for (let count = 0; count < 3 * keys.length; count++) {
      await tab.page.keyboard.press(keys[(first + count) % keys.length]);
    }
  };
  await Promise.all(tabs.map((tab, index) => fight(tab, 5 * index)));
  const state = (tab: PlayerPage) => tab.page.textContent(`.states li[aria-current]`);
  await until(async () => {
    const [one, other] = await Promise.all(tabs.map(state));
    await tabs[0].page.waitForTimeout(500);
    return one === other && one === await state(tabs[0]);
  });
  if (await state(tabs[0]) !== "PLAYING") await tabs[1].page.keyboard.press("k");
  for (const tab of tabs) await tab.waitForState("PLAYING");
  // Both have fought over the speed: at four times of it the movie would soon be over.
  await tabs[1].page.selectOption("#speed", "1");
  await tabs[0].until(`document.querySelector("#speed").value === "1"`);
  await tabs[0].page.keyboard.press("0");
  await Promise.all(tabs.map(async (tab) => tab.waitForFrameAfter(await tab.drawnFrame() + 5)));
  assertEquals(tabs.flatMap(({ errors }) => errors), []);
});

peerTest("page: finds the player again each of ten times that it is started", ["chromium"], async () => {
  await using server = await startOurServer({ root: "." });
  await using browser = await startBrowser();
  let [tab, previewPort]: [PlayerPage | undefined, number | undefined] = [undefined, undefined];
  for (let round = 0; round < 10; round++) {
    await using player = await startPlayer(server.port, { previewPort });
    previewPort = player.previewPort;
    tab ??= await openPage(browser, player.url);
    await tab.until(`document.querySelector("#link").dataset.link === "live"`);
    await tab.waitForState("PLAYING");
    // The numbers begin again.
    await tab.until(`Number(document.querySelector('[data-stat="frames"]').textContent) > 3`);
    assertEquals((await player.program.stop("SIGINT")).code, 0);
    await tab.waitForNotice("The player is gone");
  }
  assertEquals(tab?.errors, []);
});
