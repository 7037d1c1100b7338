/** What the timeline shows under the pointer, in a real Chromium, where the test decides what is played. */
import { assert, assertEquals } from "@std/assert";
import { startPreview } from "../../page/page_server.ts";
import { openPage, type PlayerPage, startBrowser } from "../support/browser.ts";
import { makeJpeg } from "../support/jpegs.ts";
import { peerTest } from "../support/peers.ts";
import { reservePort } from "../support/ports.ts";
import { TestPlayback } from "../support/test_playback.ts";
import { until } from "../support/until.ts";

const DURATION_SECONDS = 100;

/** A tab at a movie of 100 s that is paused. */
async function open() {
  await using stack = new AsyncDisposableStack();
  const playback = new TestPlayback();
  playback.become({ durationSeconds: DURATION_SECONDS, canSeek: true, positionSeconds: 0 });
  const preview = await startPreview(playback, { port: reservePort() });
  stack.defer(() => preview.shutdown());
  const browser = stack.use(await startBrowser());
  const tab = await openPage(browser, preview.url);
  await tab.waitForState("READY");
  const kept = stack.move();
  return { playback, tab, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** Shows a frame of a time of the movie and a brightness, once there may be another thumbnail. */
async function see({ playback, tab }: Awaited<ReturnType<typeof open>>, seconds: number, brightness: number) {
  const before = await tab.drawnFrame();
  // Those that come sooner than a quarter of a second after another one have none.
  await tab.page.waitForTimeout(300);
  playback.show(await makeJpeg({ width: 320, height: 240, brightness }), seconds);
  await tab.waitForFrameAfter(before);
}

/** What is said at a time of the movie, and how bright the picture is, if there is one. */
async function pointAt(tab: PlayerPage, seconds: number): Promise<[text: string, brightness: number | undefined]> {
  const { left, top, width, height } = await tab.box("#seek");
  await tab.page.mouse.move(left + width * (seconds + 0.2) / DURATION_SECONDS, top + height / 2);
  return await tab.page.evaluate(`(() => {
    const [text, canvas] = [document.querySelector("#hover-text"), document.querySelector("#hover-picture")];
    const pixel = canvas.getContext("2d").getImageData(canvas.width >> 1, canvas.height >> 1, 1, 1).data;
    return [text.textContent, canvas.hidden ? undefined : pixel[0]];
  })()`);
}

peerTest("page: the timeline shows what was seen at a time of the movie, and nothing that was not", [
  "chromium",
], async () => {
  await using opened = await open();
  const { playback, tab } = opened;
  assertEquals((await pointAt(tab, 50))[1], undefined);
  for (const [seconds, brightness] of [[20, 0], [20.04, 255], [70, 200], [40, 100]]) {
    await see(opened, seconds, brightness);
  }
  // The picture is made behind the frame that is drawn.
  await until(async () => (await pointAt(tab, 40))[1] === 100, { step: () => tab.page.waitForTimeout(40) });
  assertEquals((await pointAt(tab, 20))[1], 0);
  assertEquals((await pointAt(tab, 70))[1], 200);
  assertEquals((await pointAt(tab, 55))[1], undefined);
  // 25 frames a second, as the first two are apart.
  assertEquals((await pointAt(tab, 40))[0].replace(/frame .*/, "frame"), "0:40 · frame");
  for (const seconds of [0.3, 20, 99.7]) {
    await pointAt(tab, seconds);
    const [box, screen] = [await tab.box("#hover"), await tab.box("#screen")];
    assert(box.left >= screen.left && box.right <= screen.right, `the bubble stays on the stage at ${seconds} s`);
  }
  // Another movie has other pictures.
  playback.become({ durationSeconds: 200 });
  await tab.until(`document.querySelector("#seek").max === "200"`);
  assertEquals((await pointAt(tab, 20))[1], undefined);
  assertEquals(tab.errors, []);
});
