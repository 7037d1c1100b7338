/** The server's own page, `serve --http`, in a real Chromium: the start page, and the player page below it. */
import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { violations } from "../support/accessibility.ts";
import { openPage, type PlayerPage, startBrowser, type TabOptions } from "../support/browser.ts";
import { labFile, labFrames, makeLabMovie } from "../support/lab_movie.ts";
import { peerTest } from "../support/peers.ts";
import { until } from "../support/until.ts";
import { startWebServer } from "../support/web_server.ts";

/** A server of one movie, and its start page in a tab. */
async function open(options: TabOptions = {}) {
  await using stack = new AsyncDisposableStack();
  const movie = stack.use(await makeLabMovie({ frameCount: 200 }));
  const web = stack.use(await startWebServer(movie.root));
  const browser = stack.use(await startBrowser());
  const tab = await openPage(browser, `${web.url}/`, options);
  await tab.page.waitForSelector(".tile");
  const kept = stack.move();
  return { movie, web, browser, tab, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** The words of a part of each tile that is shown. */
async function partsOf(tab: PlayerPage, selector: string): Promise<string[]> {
  return await tab.page.evaluate(
    `[...document.querySelectorAll(".tile:not([hidden]) ${selector}:not([hidden])")].map((part) => part.textContent)`,
  );
}

/** Waits until thumbnails of that many tiles are there. */
async function waitForThumbnails(tab: PlayerPage, count: number): Promise<void> {
  await tab.until(`[...document.querySelectorAll(".tile img:not([hidden])")]
    .filter(({ complete, naturalWidth }) => complete && naturalWidth > 0).length === ${count}`);
}

peerTest(
  "server page: shows all that is served, who watches, and new files without a restart",
  ["chromium"],
  async () => {
    await using opened = await open();
    const { movie, web, tab } = opened;
    assertEquals(await partsOf(tab, ".name"), [movie.file, "testsrc"]);
    assertEquals(await partsOf(tab, ".length"), ["0:10", "1:00"]);
    assertMatch((await partsOf(tab, ".facts"))[0], /^320 × 240 · 20 fps · 200 frames$/);
    await waitForThumbnails(tab, 2);

    const viewer = await fetch(`${web.url}/testsrc/stream.mjpeg`);
    await tab.until(`document.querySelector("#link").textContent === "2 streams, 1 watching"`);
    assertEquals(await partsOf(tab, ".viewers"), ["1 watching"]);
    assertEquals(await tab.page.textContent("#session-rows .stream"), "testsrc");
    await tab.page.click("#session-rows button");
    await tab.until(`document.querySelectorAll("#session-rows tr").length === 0`);
    assertMatch(await tab.page.textContent("#session-news") ?? "", /Session \d+ was ended/);
    await viewer.arrayBuffer();

    await Deno.mkdir(join(movie.root, "more"));
    await Deno.writeFile(join(movie.root, "more", "späť <b>.mjpeg"), labFile(await labFrames(20)));
    await tab.until(`document.querySelectorAll(".tile").length === 3`);
    assertEquals(await partsOf(tab, ".name"), [movie.file, "more/späť <b>.mjpeg", "testsrc"]);
    await waitForThumbnails(tab, 3);
    await tab.page.fill("#search", "MORE spä");
    assertEquals(await partsOf(tab, ".name"), ["more/späť <b>.mjpeg"]);
    await tab.page.fill("#search", "nothing");
    assertMatch(await tab.page.textContent("#nothing") ?? "", /No stream has nothing in its name/);
    await tab.page.keyboard.press("Escape");
    assertEquals((await partsOf(tab, ".name")).length, 3);

    await Deno.remove(join(movie.root, "more"), { recursive: true });
    await tab.until(`document.querySelectorAll(".tile").length === 2`);
    assertEquals(tab.errors, []);
  },
);

peerTest("server page: plays a stream while the mouse rests on it", ["chromium"], async () => {
  await using opened = await open();
  const { tab } = opened;
  await waitForThumbnails(tab, 2);
  await tab.page.hover(".tile:last-child .watch");
  await tab.page.waitForSelector(".tile[data-previewed]");
  await tab.until(`document.querySelector("#link").textContent === "2 streams, 1 watching"`);
  await tab.page.hover("#search");
  await tab.until(`document.querySelector("#link").textContent === "2 streams, 0 watching"`);
  await waitForThumbnails(tab, 2);
});

peerTest("server page: a tile leads to the player, with seek, speed and wire, and back", ["chromium"], async () => {
  await using opened = await open();
  const { movie, web, tab } = opened;
  await tab.page.click(".watch");
  await tab.page.waitForURL(`${web.url}/${movie.file}/`);
  await tab.waitForState("PLAYING");
  await tab.waitForFrameAfter(0);
  assertEquals(await tab.page.textContent("#title"), movie.file);
  await tab.page.waitForSelector("#wire:not([hidden])");

  // Two pages have a session each: one is paused, the other goes on.
  const other = await openPage(opened.browser, `${web.url}/${movie.file}/`);
  await other.waitForFrameAfter(0);
  await tab.page.keyboard.press("k");
  await tab.waitForState("READY");
  await other.waitForFrameAfter(await other.drawnFrame() + 3);
  await tab.page.evaluate(`document.querySelector("#seek").value = 5`);
  await tab.page.dispatchEvent("#seek", "input");
  await tab.until(`document.querySelector("#time").textContent.startsWith("0:05")`);
  await until(async () => await tab.shownNumber() === 101);
  await tab.page.keyboard.press(".");
  await until(async () => await tab.shownNumber() === 102);

  const sessions = async () => await (await fetch(`${web.url}/api/sessions`)).json();
  assertEquals((await sessions()).length, 2);
  await other.page.close();
  await until(async () => (await sessions()).length === 1);
  await tab.page.click("#home");
  await tab.page.waitForSelector(".tile");
  await until(async () => (await sessions()).length === 0);
  assertEquals(tab.errors, []);
});

peerTest("server page: the player says what is wrong with a name that is not there", ["chromium"], async () => {
  await using opened = await open();
  const { web, tab } = opened;
  await tab.page.goto(`${web.url}/nothing.avi/`);
  await tab.waitForNotice("404");
});

const USERS: readonly [name: string, options: TabOptions][] = [
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["forced colours", { forcedColors: "active", colorScheme: "dark" }],
  ["a phone", { viewport: { width: 360, height: 740 }, hasTouch: true }],
];

for (const [user, options] of USERS) {
  peerTest(`server page: axe-core finds nothing, ${user}`, ["chromium"], async () => {
    await using opened = await open(options);
    const { web, tab } = opened;
    const viewer = await fetch(`${web.url}/testsrc/stream.mjpeg`);
    await tab.page.waitForSelector("#session-rows tr");
    await waitForThumbnails(tab, 2);
    assertEquals(await violations(tab), []);
    assertEquals(await tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
    await viewer.body?.cancel();
    await tab.page.fill("#search", "nothing");
    assertEquals(await violations(tab), []);
    assertEquals(tab.errors, []);
  });
}

peerTest("server page: by keyboard, and nothing but the server is asked", ["chromium"], async () => {
  await using opened = await open();
  const { web, tab, movie } = opened;
  const asked: string[] = [];
  tab.page.on("request", (request) => asked.push(request.url()));
  await tab.page.reload();
  await waitForThumbnails(tab, 2);
  assertEquals(asked.filter((url) => !url.startsWith(`${web.url}/`) && !url.startsWith("data:")), []);
  assertGreater(asked.length, 10);
  await tab.page.keyboard.press("/");
  assertEquals(await tab.page.evaluate("document.activeElement.id"), "search");
  await tab.page.keyboard.press("Tab");
  assertEquals(await tab.page.evaluate("document.activeElement.className"), "watch");
  await tab.page.keyboard.press("Enter");
  await tab.page.waitForURL(`${web.url}/${movie.file}/`);
  await tab.waitForFrameAfter(0);
  assert(tab.errors.length === 0, tab.errors.join());
});
