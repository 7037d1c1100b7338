/** The page at servers of other makers, in a real Chromium: gst-rtsp-server, which seeks, and the lab's, which does not. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { join } from "@std/path";
import { PYTHON, startLabServer } from "../lab/lab_peers.ts";
import { openPage, type PlayerPage, startBrowser } from "../support/browser.ts";
import { startGstServer } from "../support/gst_server.ts";
import { makeLabMovie } from "../support/lab_movie.ts";
import { startOurs } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { startPlayer } from "../support/player_page.ts";
import { reservePort } from "../support/ports.ts";
import { until } from "../support/until.ts";

/** Frames of the movie, 20 a second: 20 s. */
const FRAMES = 400;

/** Waits until the picture is that of a frame, or of one beside it. */
async function waitForNumber(tab: PlayerPage, number: number): Promise<void> {
  let shown: number | undefined;
  await until(async () => Math.abs((shown = await tab.shownNumber() ?? 0) - number) <= 1, {
    step: () => tab.page.waitForTimeout(40),
    timeoutMs: 20_000,
  }).catch((error) => {
    throw new Error(`The picture shows frame ${shown}, not ${number}`, { cause: error });
  });
}

peerTest("page: gst-rtsp-server seeks, steps and changes its speed", ["chromium", "gst-launch-1.0"], async () => {
  await using movie = await makeLabMovie({ frameCount: FRAMES });
  const path = join(movie.root, "movie.avi");
  await using convert = startOurs(["convert", join(movie.root, movie.file), path, "--fps", "20"], { write: true });
  assertEquals((await convert.exit()).code, 0);
  await using server = await startGstServer(path);
  await using player = await startPlayer(server.port, { source: [`rtsp://127.0.0.1:${server.port}/stream`] });
  await using browser = await startBrowser();
  const tab = await openPage(browser, player.url);
  await tab.waitForFrameAfter(3);
  assertEquals(await tab.page.isVisible("#timeline"), true);
  await tab.page.keyboard.press("5");
  await tab.until(`Math.floor(Number(document.querySelector("#seek").value)) === 11`);
  const shown = await tab.shownNumber() ?? 0;
  const told = Number(await tab.page.inputValue("#seek"));
  assert(Math.abs(shown - 1 - told * 20) <= 2, `frame ${shown} is said to be at ${told} s`);
  await tab.page.keyboard.press("k");
  await tab.waitForState("READY");
  await tab.page.keyboard.press("3");
  await waitForNumber(tab, 121);
  const before = await tab.shownNumber() ?? 0;
  await tab.page.keyboard.press(".");
  await until(async () => (await tab.shownNumber() ?? 0) > before, { step: () => tab.page.waitForTimeout(40) });
  await waitForNumber(tab, before + 1);
  await tab.page.keyboard.press("k");
  await tab.waitForState("PLAYING");
  await tab.page.selectOption("#speed", "2");
  await tab.waitForFrameAfter(await tab.drawnFrame() + 30);
  assertEquals(await tab.page.inputValue("#speed"), "2");
  await tab.page.evaluate("document.activeElement.blur()");
  await tab.page.keyboard.press("k");
  await tab.waitForState("READY");
  // After 30 frames and more, what it tells is still what it shows.
  const place = Number(await tab.page.inputValue("#seek"));
  assertGreater(place, 7);
  await waitForNumber(tab, Math.round(place * 20) + 1);
  assertEquals(tab.errors, []);
});

peerTest("page: the lab's server has no timeline, and plays, pauses and steps", ["chromium", PYTHON], async () => {
  await using movie = await makeLabMovie({ frameCount: FRAMES });
  await using server = await startLabServer({ root: movie.root });
  const source = ["127.0.0.1", String(server.port), String(reservePort()), movie.file];
  await using player = await startPlayer(server.port, { source, args: ["--paused"] });
  await using browser = await startBrowser();
  const tab = await openPage(browser, player.url);
  await tab.waitForState("READY");
  const isShown = (selector: string) => tab.page.isVisible(selector);
  assertEquals([await isShown("#timeline"), await isShown("#speed"), await isShown("#live")], [false, false, false]);
  await tab.page.click("#step-on");
  await waitForNumber(tab, 1);
  await tab.waitForState("READY");
  await tab.clickControl("#toggle");
  await tab.waitForFrameAfter(20);
  await tab.page.keyboard.press(" ");
  await tab.waitForState("READY");
  const drawn = await tab.settledFrame();
  await tab.page.keyboard.press(",");
  await tab.until(`Number(document.querySelector("#picture").dataset.frame) < ${drawn}`);
  await tab.clickControl("#stop");
  await tab.waitForState("INIT");
  assertEquals(tab.errors, []);
});
