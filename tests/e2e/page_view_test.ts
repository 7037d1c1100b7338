/** What a viewer sees of the page in a real Chromium, where the test decides what is played. */
import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { MAX_VIEWERS } from "../../page/limits.ts";
import { type PreviewOptions, startPreview } from "../../page/page_server.ts";
import { openPage, type Size, startBrowser } from "../support/browser.ts";
import { makeJpeg } from "../support/jpegs.ts";
import { peerTest } from "../support/peers.ts";
import { reservePort } from "../support/ports.ts";
import { TestPlayback } from "../support/test_playback.ts";
import { soon, until } from "../support/until.ts";

const LONG_NOTICE =
  "No packet has come for 5 s: check that the server has a file, that no firewall blocks its UDP port, " +
  "and that the camera is not asleep behind its router. ".repeat(4);
const BUTTONS = ["SETUP", "PLAY", "PAUSE", "TEARDOWN"].map((command) => `[data-command=${command}]`);

/** A browser, and a page that is served. */
async function open(options: PreviewOptions = {}, playback = new TestPlayback()) {
  const preview = await startPreview(playback, { port: reservePort(), ...options });
  const browser = await startBrowser();
  return {
    playback,
    browser,
    url: preview.url,
    port: preview.port,
    async [Symbol.asyncDispose]() {
      await browser.close();
      await preview.shutdown();
    },
  };
}

peerTest("page: full screen shows the whole picture, as large as it fits", ["chromium"], async () => {
  await using opened = await open();
  const screen = { width: 1920, height: 1080 };
  const tab = await openPage(opened.browser, opened.url, { viewport: screen });
  await tab.waitForState("READY");
  await tab.page.keyboard.press("f");
  await tab.until("document.fullscreenElement !== null");
  for (const size of [{ width: 320, height: 240 }, { width: 240, height: 320 }, { width: 2560, height: 480 }]) {
    opened.playback.show(await makeJpeg(size));
    await tab.waitForFrameAfter((opened.playback.latestFrame?.number ?? 0) - 1);
    const box = await tab.box("#picture");
    const scale = Math.min(screen.width / size.width, screen.height / size.height);
    const [width, height] = [size.width * scale, size.height * scale];
    const wanted = [(screen.width - width) / 2, (screen.height - height) / 2, width, height];
    assertEquals([box.left, box.top, box.width, box.height].map(Math.round), wanted.map(Math.round));
  }
});

/** A movie whose name fits no line. */
class LongTitle extends TestPlayback {
  override readonly title = `${"recorded-in-the-night-".repeat(10)}.mjpeg`;
}

const PICTURES: readonly Size[] = [
  { width: 96, height: 64 },
  { width: 640, height: 480 },
  { width: 480, height: 1280 },
  { width: 1920, height: 1080 },
];
const WINDOWS: readonly Size[] = [
  { width: 1366, height: 650 },
  { width: 1024, height: 600 },
  { width: 820, height: 560 },
  { width: 360, height: 640 },
];

for (const size of WINDOWS) {
  peerTest(`page: picture, buttons and notice in a window of ${size.width}x${size.height}`, ["chromium"], async () => {
    await using opened = await open({}, new LongTitle());
    const { playback } = opened;
    const tab = await openPage(opened.browser, opened.url, { viewport: size });
    await tab.page.check("#mode-four");
    for (const picture of PICTURES) {
      playback.become({ notice: undefined });
      playback.show(await makeJpeg(picture));
      await tab.waitForFrameAfter((playback.latestFrame?.number ?? 0) - 1);
      await tab.until(`document.querySelector("#notice").hidden`);
      const shown = await tab.box("#picture");
      const view = await tab.box("#view");
      assert(shown.width <= view.width + 1 && shown.height <= view.height + 1, "the picture fits");
      assert(shown.width > view.width - 1 || shown.height > view.height - 1, "it is as large as it fits");
      assertLess(Math.abs(shown.width / shown.height - picture.width / picture.height), 0.02, "it keeps its shape");
      assert(shown.height > 140);
      const boxes = async () => await Promise.all(BUTTONS.map((selector) => tab.box(selector)));
      const before = await boxes();
      playback.become({ notice: { level: "warning", text: LONG_NOTICE } });
      await tab.waitForNotice("No packet has come");
      assertEquals(await boxes(), before, "a notice moves nothing");
      for (const { bottom, right } of before) assert(bottom <= size.height && right <= size.width, `${bottom}`);
      const [notice, screen] = [await tab.box("#notice"), await tab.box("#screen")];
      assert(notice.top >= screen.top && notice.bottom <= screen.bottom, "the notice is on the picture");
      assertEquals(await tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
    }
    assertEquals(tab.errors, []);
  });
}

peerTest("page: an info goes by itself, and stays away while the player only repeats it", ["chromium"], async () => {
  await using opened = await open();
  const { playback } = opened;
  const tab = await openPage(opened.browser, opened.url);
  playback.become({ notice: { level: "info", text: "The server is back" } });
  await tab.waitForNotice("The server is back");
  await tab.until(`document.querySelector("#notice").hidden`);
  playback.become({ state: "PLAYING" });
  await tab.waitForState("PLAYING");
  assertEquals(await tab.notice(), undefined);
  playback.become({ notice: { level: "warning", text: "The stream has ended" } });
  await tab.waitForNotice("The stream has ended");
  playback.become({ notice: { level: "info", text: "The server is back" } });
  await tab.waitForNotice("The server is back");
});

peerTest("page: a frame that cannot be decoded costs that frame, and is counted", ["chromium"], async () => {
  await using opened = await open();
  const { playback } = opened;
  const tab = await openPage(opened.browser, opened.url);
  const good = await makeJpeg();
  playback.show(good);
  await tab.waitForFrameAfter(0);
  playback.show(good.subarray(0, 100));
  await tab.until(`/^1 not decodable$/.test(document.querySelector('[data-stat="damagedFrames"]').textContent)`);
  // Nothing follows: then it is said.
  await tab.waitForNotice("The browser cannot decode the frames that come");
  playback.show(good);
  await tab.waitForFrameAfter(2);
  assertEquals(await tab.notice(), undefined);
  assertEquals(await tab.statistic("damagedFrames"), "1 not decodable");
  assertEquals(tab.errors, []);
});

peerTest("page: /stream.mjpeg shows the newest frame while paused", ["chromium"], async () => {
  await using opened = await open();
  opened.playback.show(await makeJpeg({ width: 64, height: 48 }));
  const tab = await openPage(opened.browser, `${opened.url}stream.mjpeg`, { waitUntil: "commit" });
  const width = (expected: number) => tab.until(`document.images[0]?.naturalWidth === ${expected}`);
  await width(64);
  opened.playback.show(await makeJpeg({ width: 80, height: 48 }));
  await width(80);
  opened.playback.show(await makeJpeg({ width: 96, height: 48 }));
  await width(96);
});

/** A web page of another origin, with this in its body. */
function serveElsewhere(body: () => string) {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(body(), { headers: { "content-type": "text/html" } }),
  );
  return {
    origin: `http://localhost:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

peerTest("page: a link of another site leads to it, and an <img> of an allowed one shows the video", [
  "chromium",
], async () => {
  let url = "";
  await using elsewhere = serveElsewhere(() =>
    `<a href="${url}">open</a><img src="${url}stream.mjpeg" onerror="document.title = 'refused'"><iframe src="${url}"></iframe>`
  );
  for (const allowedOrigins of [[], [elsewhere.origin]]) {
    await using opened = await open({ allowedOrigins });
    url = opened.url;
    opened.playback.show(await makeJpeg({ width: 64, height: 48 }));
    const tab = await openPage(opened.browser, elsewhere.origin, { waitUntil: "commit" });
    if (allowedOrigins.length === 0) await tab.until(`document.title === "refused"`);
    else await tab.until(`document.images[0].naturalWidth === 64`);
    assertEquals(tab.page.frames().length, 2);
    const framed = await tab.page.frames()[1].evaluate<string>("document.body.textContent");
    assert(!framed.includes("Pause"), `the page is not framed: ${framed}`);
    await tab.page.click("a", { noWaitAfter: true });
    await tab.page.waitForURL(opened.url, { waitUntil: "commit" });
    await tab.waitForState("READY");
  }
});

peerTest("page: one that comes when there are viewers enough is told so, and shown when one has gone", [
  "chromium",
], async () => {
  await using opened = await open();
  const viewers: WebSocket[] = [];
  while (viewers.length < MAX_VIEWERS) viewers.push(new WebSocket(`ws://127.0.0.1:${opened.port}/ws`));
  await soon(Promise.all(viewers.map((viewer) => new Promise((resolve) => viewer.onopen = resolve))));
  const tab = await openPage(opened.browser, opened.url);
  await tab.waitForNotice(`There are ${MAX_VIEWERS} viewers already: close a page`);
  assertEquals(await tab.page.textContent("#link"), "waiting for the player");
  const closed = Promise.all(viewers.map((viewer) => new Promise((resolve) => viewer.onclose = resolve)));
  viewers.shift()!.close();
  await tab.waitForState("READY");
  assertEquals([await tab.notice(), await tab.page.textContent("#link")], [undefined, "connected to the player"]);
  for (const viewer of viewers) viewer.close();
  await soon(closed);
  await until(() => opened.playback.listenerCount === 1);
  assertGreater(opened.playback.listenerCount, 0);
});

peerTest(
  "page: where no worker can have the canvas, or none starts, the page draws by itself",
  ["chromium"],
  async () => {
    for (
      const script of [
        "delete HTMLCanvasElement.prototype.transferControlToOffscreen;",
        `const Before = Worker; window.Worker = class extends Before { constructor() { super("/assets/gone.js"); } };`,
      ]
    ) {
      await using opened = await open();
      const tab = await openPage(opened.browser, opened.url, { script });
      await tab.waitForState("READY");
      for (const brightness of [255, 0]) {
        const before = await tab.drawnFrame();
        opened.playback.show(await makeJpeg({ width: 64, height: 48, brightness }));
        await tab.waitForFrameAfter(before);
        const level = await tab.page.evaluate(`(() => {
        const pixel = new OffscreenCanvas(1, 1).getContext("2d");
        pixel.drawImage(document.querySelector("#picture"), 0, 0, 1, 1);
        return pixel.getImageData(0, 0, 1, 1).data[0];
      })()`);
        assertEquals(level, brightness);
      }
      assertEquals(tab.errors, []);
    }
  },
);
