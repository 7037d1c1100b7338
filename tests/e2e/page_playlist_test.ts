/** The playlist of the page in a real Chromium, with several movies of a server of ours. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { join } from "@std/path";
import { violations } from "../support/accessibility.ts";
import { openPage, type PlayerPage, startBrowser, type TabOptions } from "../support/browser.ts";
import { labFile, labFrames } from "../support/lab_movie.ts";
import { startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { startPlayer } from "../support/player_page.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

/** Movies, and how many frames they have, 20 a second. */
const MOVIES = { "one.mjpeg": 200, "two.mjpeg": 40, "three.mjpeg": 300 };

/** A tab at a player of some movies, of a server of ours. */
async function open({ names = Object.keys(MOVIES), args = [], tab: tabOptions }: {
  readonly names?: readonly string[];
  readonly args?: readonly string[];
  readonly tab?: TabOptions;
} = {}) {
  await using stack = new AsyncDisposableStack();
  const directory = stack.use(await temporaryDirectory());
  for (const [name, frames] of Object.entries(MOVIES)) {
    await Deno.writeFile(join(directory.path, name), labFile(await labFrames(frames)));
  }
  const server = stack.use(await startOurServer({ root: directory.path }));
  const source = names.map((name) => `rtsp://127.0.0.1:${server.port}/${name}`);
  const player = stack.use(await startPlayer(server.port, { source, args }));
  const browser = stack.use(await startBrowser());
  const tab = await openPage(browser, player.url, tabOptions);
  await waitForTitle(tab, names[0]);
  const kept = stack.move();
  return { server, player, browser, tab, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** Waits until the page has the name of a stream, and shows a picture of it. */
async function waitForTitle(tab: PlayerPage, name: string): Promise<void> {
  await tab.until(`document.querySelector("#title").textContent === "${name}"`);
  await tab.waitForFrameAfter(0);
}

/** JavaScript for what the rows of the playlist say: name, length and state, and a star where one is played. */
const ROWS = `[...document.querySelectorAll("#playlist button")].map((row) =>
  ["name", "length", "state"].map((name) => row.querySelector("." + name).textContent).filter(Boolean).join(" ") +
  (row.ariaCurrent === "true" ? " *" : ""))`;

async function waitForRows(tab: PlayerPage, wanted: readonly string[]): Promise<void> {
  await tab.until(`JSON.stringify(${ROWS}) === ${JSON.stringify(JSON.stringify(wanted))}`).catch(async (error) => {
    throw new Error(`The rows are ${await tab.page.evaluate<string[]>(ROWS)}`, { cause: error });
  });
}

peerTest("page: a click in the playlist changes to another stream, without another page or program", [
  "chromium",
], async () => {
  await using opened = await open();
  const { tab, server, player } = opened;
  assertEquals(await tab.page.isVisible("#drawer"), false);
  await tab.clickControl("#drawer-button");
  assertEquals(await tab.page.isVisible("#drawer"), true);
  // Short looks at the others give their pictures, and their lengths.
  await waitForRows(tab, ["one.mjpeg 0:10 playing *", "two.mjpeg 0:02", "three.mjpeg 0:15"]);
  await tab.until(`[...document.querySelectorAll("#playlist img")].every(({ naturalWidth }) => naturalWidth === 320)`);
  await tab.page.click("#playlist li:nth-child(3) button");
  await waitForTitle(tab, "three.mjpeg");
  await waitForRows(tab, ["one.mjpeg 0:10", "two.mjpeg 0:02", "three.mjpeg 0:15 playing *"]);
  await server.program.waitForLine(/session \d+ ended, torn down/);
  await player.program.waitForLine(/plays 3 of 3: three\.mjpeg from 127\.0\.0\.1/);
  assertEquals(await tab.page.textContent("#time").then((text) => text?.endsWith("/ 0:15")), true);
  assert((await tab.page.title()).startsWith("three.mjpeg"));
  // Another page finds it as it is.
  const other = await openPage(opened.browser, player.url);
  await waitForTitle(other, "three.mjpeg");
  await waitForRows(other, ["one.mjpeg 0:10", "two.mjpeg 0:02", "three.mjpeg 0:15 playing *"]);
  // Who used it with keys is back at its button.
  await tab.page.focus("#playlist li:nth-child(3) button");
  await tab.page.keyboard.press("Escape");
  assertEquals(await tab.page.evaluate("document.activeElement.id"), "drawer-button");
  assertEquals([await tab.page.isVisible("#drawer"), tab.errors], [false, []]);
});

peerTest("page: next and previous, by key and by button, and not past the ends", ["chromium"], async () => {
  await using opened = await open({ names: ["one.mjpeg", "three.mjpeg"] });
  const { tab } = opened;
  const isDisabled = (selector: string) => tab.page.isDisabled(selector);
  assertEquals([await isDisabled("#previous"), await isDisabled("#next")], [true, false]);
  await tab.page.keyboard.press("Shift+N");
  await waitForTitle(tab, "three.mjpeg");
  await tab.until(`document.querySelector("#next").disabled`);
  await tab.page.keyboard.press("Shift+N");
  await tab.page.keyboard.press("Shift+P");
  await waitForTitle(tab, "one.mjpeg");
  await tab.clickControl("#next");
  await waitForTitle(tab, "three.mjpeg");
  await tab.clickControl("#previous");
  await waitForTitle(tab, "one.mjpeg");
  assertEquals(tab.errors, []);
});

peerTest("page: when a stream ends the next one plays, unless it loops", ["chromium"], async () => {
  await using opened = await open({ names: ["two.mjpeg", "three.mjpeg", "two.mjpeg"] });
  const { tab } = opened;
  await waitForTitle(tab, "three.mjpeg");
  await tab.page.keyboard.press("r");
  await tab.until(`document.querySelector("#loop").ariaPressed === "true"`);
  // A page that comes later loops, too.
  const other = await openPage(opened.browser, opened.player.url);
  await other.until(`document.querySelector("#loop").ariaPressed === "true"`);
  await tab.page.keyboard.press("9");
  await tab.until(`Number(document.querySelector("#seek").value) > 13`);
  await tab.until(`Number(document.querySelector("#seek").value) < 10`);
  assertEquals(await tab.page.textContent("#title"), "three.mjpeg");
  await tab.page.keyboard.press("r");
  await tab.page.keyboard.press("9");
  await waitForTitle(tab, "two.mjpeg");
  await waitForRows(tab, ["two.mjpeg 0:02 ended", "three.mjpeg 0:15 ended", "two.mjpeg 0:02 ended *"]);
  assertEquals([tab.errors, other.errors], [[], []]);
});

peerTest("page: a stream that cannot be played says so, and the others can be", ["chromium"], async () => {
  await using opened = await open({ names: ["one.mjpeg", "gone.mjpeg"] });
  const { tab } = opened;
  await tab.page.keyboard.press("Shift+N");
  await tab.waitForNotice("404");
  await waitForRows(tab, ["one.mjpeg 0:10", "gone.mjpeg failed *"]);
  // Nothing of the stream before is shown any more.
  assertEquals(await tab.page.getAttribute("#picture", "data-frame"), null);
  await tab.page.keyboard.press("Shift+P");
  await waitForTitle(tab, "one.mjpeg");
  assertEquals(await tab.notice(), undefined);
});

peerTest("page: one stream has no playlist", ["chromium"], async () => {
  await using opened = await open({ names: ["one.mjpeg"] });
  const { tab } = opened;
  for (const id of ["#drawer-button", "#next", "#previous"]) assertEquals(await tab.page.isVisible(id), false);
});

const USERS: readonly [name: string, options: TabOptions][] = [
  ["light", { colorScheme: "light" }],
  ["forced colours", { forcedColors: "active", colorScheme: "dark" }],
  ["a phone", { viewport: { width: 360, height: 740 }, hasTouch: true }],
];

for (const [user, tab] of USERS) {
  peerTest(`page: axe-core finds nothing in the playlist, ${user}`, ["chromium"], async () => {
    await using opened = await open({ names: ["one.mjpeg", "gone.mjpeg", "three.mjpeg"], tab });
    const { page } = opened.tab;
    if (tab.hasTouch) await page.tap("#drawer-button");
    else await opened.tab.clickControl("#drawer-button");
    await page.waitForSelector("#drawer", { state: "visible" });
    await opened.tab.page.click("#shuffle");
    await opened.tab.until(`document.querySelector("#shuffle").ariaPressed === "true"`);
    assertEquals(await violations(opened.tab), []);
    await page.click("#playlist li:nth-child(2) button");
    await opened.tab.waitForNotice("404");
    assertEquals(await violations(opened.tab), []);
    assertEquals(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
    // On the stage, and on a phone below the controls.
    const [drawer, controls, view] = await Promise.all(
      ["#drawer", "#controls", "#view"].map((id) => opened.tab.box(id)),
    );
    if (tab.hasTouch) assertGreater(drawer.top, controls.bottom - 1);
    else assert(drawer.right <= view.right + 1 && drawer.bottom <= controls.bottom, JSON.stringify(drawer));
    assertEquals(opened.tab.errors, []);
  });
}
