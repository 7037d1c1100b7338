/** The controls on the picture in a real Chromium, by mouse, key and touch, at a server of ours with a movie of numbered frames. */
import { assert, assertAlmostEquals, assertEquals, assertGreater } from "@std/assert";
import type { Browser } from "playwright-core";
import { openPage, type PlayerPage, startBrowser, type TabOptions } from "../support/browser.ts";
import { frameNumberOf } from "../support/frame_number.ts";
import { makeLabMovie } from "../support/lab_movie.ts";
import { startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { startPlayer } from "../support/player_page.ts";
import { until } from "../support/until.ts";

/** Frames of the movie, 20 a second: 20 s. */
const FRAMES = 400;

/** A tab at a movie of 20 s, from a server of ours. */
async function open(options: { args?: readonly string[]; tab?: TabOptions } = {}) {
  await using stack = new AsyncDisposableStack();
  const movie = stack.use(await makeLabMovie({ frameCount: FRAMES }));
  const server = stack.use(await startOurServer({ root: movie.root }));
  const source = [`rtsp://127.0.0.1:${server.port}/${movie.file}`];
  const player = stack.use(await startPlayer(server.port, { source, args: options.args ?? ["--paused"] }));
  const browser: Browser = stack.use(await startBrowser());
  const tab = await openPage(browser, player.url, options.tab);
  const kept = stack.move();
  return { movie, server, player, browser, tab, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** Waits until the picture is that of a frame, by its number from 1. */
async function waitForNumber(tab: PlayerPage, number: number): Promise<void> {
  let shown: number | undefined;
  await until(async () => (shown = await tab.shownNumber()) === number, {
    step: () => tab.page.waitForTimeout(40),
    timeoutMs: 20_000,
  }).catch((error) => {
    throw new Error(`The picture shows frame ${shown}, not ${number}`, { cause: error });
  });
}

/** Waits until the player says that it is near a time of the movie, in seconds: a pixel of the timeline is 25 ms. */
async function waitForTime(tab: PlayerPage, seconds: number): Promise<void> {
  await tab.until(`Math.abs(Number(document.querySelector("#seek").value) - ${seconds}) < 0.2`);
}

/** Waits until the picture is near a frame, by its number from 1. */
async function waitForNear(tab: PlayerPage, number: number): Promise<void> {
  await until(async () => Math.abs((await tab.shownNumber() ?? 0) - number) <= 3, {
    step: () => tab.page.waitForTimeout(40),
    timeoutMs: 20_000,
  });
}

peerTest("page: the timeline seeks to the frame under the mouse, by click and by drag", ["chromium"], async () => {
  await using opened = await open();
  const { tab } = opened;
  await tab.waitForState("READY");
  // The stage takes the shape of the first frame.
  await tab.page.keyboard.press("1");
  await waitForNear(tab, 41);
  const { left, top, width, height } = await tab.box("#seek");
  const at = (share: number) => [left + 8 + (width - 15) * share, top + height / 2] as const;
  await tab.page.mouse.move(...at(0.5));
  assert(/^0:(?:09|10)\b/.test(await tab.page.textContent("#hover-text") ?? ""));
  await tab.page.mouse.click(...at(0.5));
  await waitForTime(tab, 10);
  await waitForNear(tab, 201);
  await tab.page.mouse.move(...at(0.5));
  await tab.page.mouse.down();
  for (const share of [0.6, 0.7, 0.8]) await tab.page.mouse.move(...at(share));
  await tab.page.mouse.up();
  await waitForTime(tab, 16);
  await waitForNear(tab, 321);
  const told = await tab.page.getAttribute("#seek", "aria-valuetext") ?? "";
  assert(/^0:1[56] of 0:20$/.test(told), told);
  await tab.waitForState("READY");
  assertEquals(tab.errors, []);
});

peerTest("page: keys seek to exact frames, step, and go to the ends", ["chromium"], async () => {
  await using opened = await open();
  const { tab } = opened;
  await tab.waitForState("READY");
  const { keyboard } = tab.page;
  for (
    const [key, number] of [
      ...[["5", 201], ["0", 1], ["ArrowRight", 101], ["l", 301], ["j", 101], ["ArrowLeft", 1]],
      ...[["3", 121], [".", 122], [".", 123], [",", 122], [",", 121], [".", 122], [".", 123], [".", 124], ["Home", 1]],
    ] as [string, number][]
  ) {
    await keyboard.press(key);
    await waitForNumber(tab, number);
  }
  // Back over a place that was sought to: the page has no frame before it.
  await keyboard.press("5");
  await waitForNumber(tab, 201);
  await keyboard.press(",");
  await waitForNumber(tab, 200);
  assertEquals(tab.errors, []);
});

peerTest("page: Play goes on from the picture that was stepped back to", ["chromium"], async () => {
  await using opened = await open();
  const { tab } = opened;
  await tab.waitForState("READY");
  await tab.page.keyboard.press("5");
  await waitForNumber(tab, 201);
  for (let number = 202; number <= 206; number++) {
    await tab.page.click("#step-on");
    await waitForNumber(tab, number);
  }
  for (let number = 205; number >= 203; number--) {
    await tab.page.click("#step-back");
    await waitForNumber(tab, number);
  }
  await tab.page.evaluate(`{
    const numbers = window.positions = [];
    new MutationObserver(() => numbers.push(Number(document.querySelector("#seek").value)))
      .observe(document.querySelector("#picture"), { attributeFilter: ["data-frame"] });
  }`);
  await tab.clickControl("#toggle");
  await tab.waitForState("PLAYING");
  await tab.until("window.positions.length > 4");
  const positions = await tab.page.evaluate<number[]>("window.positions");
  assert(positions[0] < 10.3, `goes on at ${positions[0]} s`);
});

peerTest("page: mouse buttons play, pause, skip, stop and start again", ["chromium"], async () => {
  await using opened = await open({ args: [] });
  const { tab, server } = opened;
  await tab.waitForFrameAfter(2);
  await tab.clickControl("#on");
  await tab.until(`Number(document.querySelector("#seek").value) > 10`);
  await tab.clickControl("#back");
  await tab.until(`Number(document.querySelector("#seek").value) < 5`);
  await tab.clickControl("#toggle");
  await tab.waitForState("READY");
  assertEquals(await tab.page.getAttribute("#toggle", "aria-label"), "Play");
  assertEquals(await tab.page.isVisible("#big"), false);
  await tab.clickControl("#toggle");
  await tab.waitForState("PLAYING");
  // A click on the picture pauses, too.
  const { left, top } = await tab.box("#view");
  await tab.page.mouse.click(left + 100, top + 100);
  await tab.waitForState("READY");
  await tab.clickControl("#stop");
  await tab.waitForState("INIT");
  await server.program.waitForLine(/session \d+ ended, torn down/);
  await tab.page.keyboard.press("k");
  await tab.waitForState("PLAYING");
  assertEquals(tab.errors, []);
});

peerTest("page: speeds, also backwards, by choice and by key", ["chromium"], async () => {
  await using opened = await open({ args: [] });
  const { tab } = opened;
  await tab.waitForFrameAfter(2);
  /** Seconds of the movie in a second, between two looks at frames that are drawn. */
  const measure = async (): Promise<number> => {
    const look = () =>
      tab.page.evaluate<[number, number]>(`new Promise((resolve) => {
      const picture = document.querySelector("#picture");
      new MutationObserver((_, observer) => {
        observer.disconnect();
        resolve([Number(document.querySelector("#seek").value), Number(picture.dataset.arrivalMs) / 1000]);
      }).observe(picture, { attributeFilter: ["data-arrival-ms"] });
    })`);
    const before = await look();
    await tab.page.waitForTimeout(1000);
    const after = await look();
    return (after[0] - before[0]) / (after[1] - before[1]);
  };
  for (const scale of [2, 0.5, 4, -1, -2, 1]) {
    await tab.page.selectOption("#speed", String(scale));
    await tab.until(`document.querySelector("#bubble").dataset.shown === "false"`);
    // A busy machine shows frames late now and then; another speed it shows at no time.
    // Each look starts in the middle, from where no speed reaches an end that early.
    await until(async () => {
      await tab.page.keyboard.press("5");
      await tab.until(`Math.abs(Number(document.querySelector("#seek").value) - 10) < 1`);
      return Math.abs(await measure() - scale) <= 0.2 * Math.abs(scale);
    });
    assertEquals(await tab.page.inputValue("#speed"), String(scale));
  }
  await tab.page.evaluate("document.activeElement.blur()");
  await tab.page.keyboard.press(">");
  await tab.until(`document.querySelector("#speed").value === "1.5"`);
  await tab.page.keyboard.press("<");
  await tab.page.keyboard.press("<");
  await tab.until(`document.querySelector("#speed").value === "0.5"`);
  assertEquals(tab.errors, []);
});

peerTest("page: the end offers to play again, a place before it goes on there, and Loop needs nobody", [
  "chromium",
], async () => {
  await using opened = await open({ args: [] });
  const { tab } = opened;
  await tab.waitForFrameAfter(2);
  const end = async () => {
    await tab.page.keyboard.press("9");
    await tab.until(`Number(document.querySelector("#seek").value) >= 18`);
    await tab.until(`document.querySelector("#big").dataset.toggle === "replay"`);
  };
  await end();
  assertEquals(await tab.page.textContent("#time"), "0:20 / 0:20");
  await tab.page.click("#big");
  await tab.waitForState("PLAYING");
  await tab.until(`Number(document.querySelector("#seek").value) < 10`);
  await end();
  await tab.page.keyboard.press("5");
  await tab.waitForState("PLAYING");
  await tab.until(`Math.floor(Number(document.querySelector("#seek").value)) === 10`);
  await tab.page.keyboard.press("r");
  assertEquals(await tab.page.getAttribute("#loop", "aria-pressed"), "true");
  await tab.page.keyboard.press("9");
  await tab.until(`Number(document.querySelector("#seek").value) >= 18`);
  await tab.until(`Number(document.querySelector("#seek").value) < 10`);
  await tab.waitForState("PLAYING");
  assertEquals(tab.errors, []);
});

peerTest("page: a snapshot is the JPEG that is shown, byte by byte", ["chromium"], async () => {
  await using opened = await open();
  const { tab, player } = opened;
  await tab.waitForState("READY");
  await tab.page.keyboard.press("4");
  await waitForNumber(tab, 161);
  const downloads = [];
  for (const ask of [() => tab.clickControl("#snapshot"), () => tab.page.keyboard.press("s")]) {
    const [download] = await Promise.all([tab.page.waitForEvent("download"), ask()]);
    downloads.push(download);
  }
  const served = new Uint8Array(await (await fetch(`${player.url}snapshot.jpg`)).arrayBuffer());
  for (const download of downloads) {
    assertEquals(download.suggestedFilename(), "movie-000001.jpg");
    const bytes = await Deno.readFile(await download.path());
    assertEquals(bytes, served);
    assertEquals(await frameNumberOf(bytes), 161);
  }
});

peerTest("page: the picture is enlarged, moved, shown pixel by pixel and in full screen", ["chromium"], async () => {
  await using opened = await open();
  const { tab } = opened;
  await tab.waitForState("READY");
  await tab.page.keyboard.press("5");
  await waitForNumber(tab, 201);
  const fitting = await tab.box("#picture");
  await tab.page.selectOption("#zoom", "pixels");
  const { width, height } = await tab.box("#picture");
  assertEquals([width, height], [320, 240]);
  await tab.page.selectOption("#zoom", "2");
  const large = await tab.box("#picture");
  assertAlmostEquals(large.width, 2 * fitting.width, 2);
  await tab.page.mouse.move(fitting.left + 200, fitting.top + 150);
  await tab.page.mouse.down();
  await tab.page.mouse.move(fitting.left + 260, fitting.top + 190, { steps: 5 });
  await tab.page.mouse.up();
  const moved = await tab.box("#picture");
  assertAlmostEquals(moved.left - large.left, 60, 2);
  assertAlmostEquals(moved.top - large.top, 40, 2);
  await tab.waitForState("READY");
  // Never further than its edge.
  await tab.page.mouse.down();
  await tab.page.mouse.move(fitting.left + 2000, fitting.top + 190, { steps: 5 });
  await tab.page.mouse.up();
  assertAlmostEquals((await tab.box("#picture")).left, (await tab.box("#view")).left, 2);
  await tab.page.selectOption("#zoom", "fit");
  await tab.page.keyboard.press("+");
  assertGreater((await tab.box("#picture")).width, fitting.width * 1.2);
  await tab.page.keyboard.press("-");
  assertAlmostEquals((await tab.box("#picture")).width, fitting.width, 2);
  await tab.clickControl("#fullscreen");
  // The page hears of it a moment later than the document shows it.
  await tab.until(`document.fullscreenElement !== null &&
    document.querySelector("#fullscreen").ariaLabel === "Leave full screen"`);
  await tab.page.keyboard.press("f");
  await tab.until("document.fullscreenElement === null");
  assertEquals(tab.errors, []);
});

peerTest("page: a stream of what is drawn can be had, for a window of its own", ["chromium"], async () => {
  await using opened = await open({ args: [] });
  const { tab } = opened;
  await tab.waitForFrameAfter(2);
  const size = await tab.page.evaluate(`(async () => {
    const video = document.createElement("video");
    video.muted = true;
    video.srcObject = document.querySelector("#picture").captureStream();
    await video.play();
    // It goes on as the picture does.
    for (let frame = 0; frame < 3; frame++) await new Promise((done) => video.requestVideoFrameCallback(done));
    return [video.videoWidth, video.videoHeight];
  })()`);
  assertEquals(size, [320, 240]);
});

peerTest("page: the controls go while the picture moves, and come back for mouse and keys", ["chromium"], async () => {
  await using opened = await open({ args: [] });
  const { tab } = opened;
  await tab.waitForFrameAfter(2);
  const isIdle = (wanted: boolean) => tab.until(`document.querySelector("#screen").dataset.idle === "${wanted}"`);
  const { left, top } = await tab.box("#view");
  await tab.page.mouse.move(left + 50, top + 50);
  await isIdle(true);
  await tab.page.mouse.move(left + 60, top + 60);
  await isIdle(false);
  await isIdle(true);
  await tab.page.keyboard.press("Tab");
  await isIdle(false);
  await tab.page.focus("#stop");
  await tab.page.keyboard.press("Tab");
  await tab.page.waitForTimeout(3000);
  await isIdle(false);
  await tab.page.evaluate("document.activeElement.blur()");
  await tab.page.mouse.move(left + 70, top + 60);
  await isIdle(true);
  await tab.page.keyboard.press("k");
  await tab.waitForState("READY");
  await isIdle(false);
});

peerTest("page: the list of keys opens by its key and its button, and keys do nothing behind it", [
  "chromium",
], async () => {
  await using opened = await open();
  const { tab } = opened;
  await tab.waitForState("READY");
  const isOpen = (wanted: boolean) => tab.until(`document.querySelector("#help").open === ${wanted}`);
  await tab.page.keyboard.press("?");
  await isOpen(true);
  await tab.page.keyboard.press("k");
  await tab.page.keyboard.press("?");
  await isOpen(false);
  await tab.page.click("#help-button");
  await isOpen(true);
  await tab.page.keyboard.press("Escape");
  await isOpen(false);
  await tab.page.click("#help-button");
  await tab.page.click("#help-close");
  await isOpen(false);
  await tab.waitForState("READY");
});

peerTest("page: fingers swipe to seek, tap twice to skip, and tap for the controls", ["chromium"], async () => {
  await using opened = await open({ tab: { viewport: { width: 390, height: 800 }, hasTouch: true } });
  const { tab } = opened;
  await tab.waitForState("READY");
  await tab.page.keyboard.press("0");
  await waitForNear(tab, 1);
  const { left, top, width, height } = await tab.box("#picture");
  const client = await tab.page.context().newCDPSession(tab.page);
  const touch = (type: string, ...touchPoints: { x: number; y: number }[]) =>
    client.send("Input.dispatchTouchEvent", { type: type as "touchStart", touchPoints });
  const y = top + height / 2;
  await touch("touchStart", { x: left + 20, y });
  for (let step = 1; step <= 10; step++) await touch("touchMove", { x: left + 20 + width / 2 * step / 10, y });
  await touch("touchEnd");
  await waitForTime(tab, 10);
  await waitForNear(tab, 201);
  const tapTwice = async (x: number) => {
    await tab.page.touchscreen.tap(x, y);
    await tab.page.touchscreen.tap(x, y);
  };
  await tapTwice(left + width / 8);
  await waitForTime(tab, 0);
  await tapTwice(left + width * 7 / 8);
  await waitForTime(tab, 10);
  await tab.page.tap("#toggle");
  await tab.waitForState("PLAYING");
  await tab.page.touchscreen.tap(left + 30, y);
  await tab.until(`document.querySelector("#screen").dataset.idle === "true"`);
  // Two fingers that part enlarge the picture.
  await touch("touchStart", { x: left + 150, y }, { x: left + 170, y });
  for (let step = 1; step <= 10; step++) {
    await touch("touchMove", { x: left + 150 - 6 * step, y }, { x: left + 170 + 6 * step, y });
  }
  await touch("touchEnd");
  assertGreater((await tab.box("#picture")).width, width * 1.5);
  assertEquals(await tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
  assertEquals(tab.errors, []);
});

peerTest("page: a live stream has a badge in place of the timeline, and nothing to seek", ["chromium"], async () => {
  await using server = await startOurServer({ root: "." });
  await using player = await startPlayer(server.port, { source: [`rtsp://127.0.0.1:${server.port}/testsrc`] });
  await using browser = await startBrowser();
  const tab = await openPage(browser, player.url);
  await tab.waitForFrameAfter(3);
  const shown = (selector: string) => tab.page.isVisible(selector);
  assertEquals([await shown("#live"), await tab.page.textContent("#live-text")], [true, "Live"]);
  assertEquals([await shown("#timeline"), await shown("#on"), await shown("#speed")], [false, false, false]);
  await tab.page.keyboard.press("l");
  await tab.clickControl("#toggle");
  await tab.until(`document.querySelector("#live-text").textContent === "Live, paused"`);
  // The frames before can be looked at all the same.
  const drawn = await tab.settledFrame();
  await tab.page.keyboard.press(",");
  // A busy machine has left some out.
  await tab.until(`Number(document.querySelector("#picture").dataset.frame) < ${drawn}`);
  assertEquals(tab.errors, []);
});
