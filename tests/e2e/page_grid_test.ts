/** The grid of the page in a real Chromium: several streams of a server of ours at once, and tabs that nobody sees. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { join } from "@std/path";
import { violations } from "../support/accessibility.ts";
import { openPage, type PlayerPage, startBrowser, type TabOptions } from "../support/browser.ts";
import { labFile, labFrames } from "../support/lab_movie.ts";
import { startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { startPlayer } from "../support/player_page.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { until } from "../support/until.ts";

/** Frames of each movie, 20 a second. */
const FRAMES = 1200;

/** A tab at a player of so many movies, which it has asked the catalogue of a server of ours for. */
async function open({ count = 9, args = ["--grid"], tab: tabOptions }: {
  readonly count?: number;
  readonly args?: readonly string[];
  readonly tab?: TabOptions;
} = {}) {
  await using stack = new AsyncDisposableStack();
  const directory = stack.use(await temporaryDirectory());
  const few = await labFrames(60);
  const frames = Array.from({ length: FRAMES }, (_, index) => few[index % few.length]);
  for (let number = 1; number <= count; number++) {
    await Deno.writeFile(join(directory.path, `movie-${number}.mjpeg`), labFile(frames));
  }
  const server = stack.use(await startOurServer({ root: directory.path }));
  const player = stack.use(await startPlayer(server.port, { source: [`rtsp://127.0.0.1:${server.port}/`], args }));
  const browser = stack.use(await startBrowser());
  const tab = await openPage(browser, player.url, tabOptions);
  const kept = stack.move();
  return { server, player, browser, tab, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** JavaScript for how many frames each cell has drawn. */
const DRAWN = `[...document.querySelectorAll(".cell canvas")].map(({ dataset }) => Number(dataset.drawn ?? 0))`;

/** Waits until each of so many cells has drawn more than `frames` frames. */
async function waitForCells(tab: PlayerPage, count: number, frames = 3): Promise<void> {
  await tab.until(`${DRAWN}.filter((drawn) => drawn > ${frames}).length === ${count}`);
}

peerTest("page: nine streams at once, over one connection, each with its name and its rate", ["chromium"], async () => {
  await using opened = await open();
  const { tab, player } = opened;
  await waitForCells(tab, 9);
  let sockets = 0;
  tab.page.on("websocket", () => sockets++);
  await tab.page.reload();
  await waitForCells(tab, 9);
  assertEquals(sockets, 1);
  const names = await tab.page.evaluate<string[]>(
    `[...document.querySelectorAll(".cell .name")].map(({ textContent }) => textContent)`,
  );
  assertEquals(names, Array.from({ length: 9 }, (_, index) => `movie-${index + 1}.mjpeg`));
  await tab.until(`[...document.querySelectorAll(".cell .rate")].every(({ textContent }) =>
    /^[1-9]\\d? fps · \\d+\\.\\d Mbit\\/s$/.test(textContent))`);
  assertEquals(await tab.page.textContent("#grid-title"), "9 streams");
  await player.program.waitForLine(/lists 9 streams/);
  assertEquals(tab.errors, []);
});

peerTest(
  "page: a click in the grid plays the stream large where it is, and Escape goes back",
  ["chromium"],
  async () => {
    await using opened = await open({ count: 4 });
    const { tab, server } = opened;
    await waitForCells(tab, 4, 20);
    await tab.page.click(".cell:nth-child(3)");
    await tab.page.waitForSelector("#grid", { state: "hidden" });
    await tab.until(`document.querySelector("#title").textContent === "movie-3.mjpeg"`);
    await tab.waitForFrameAfter(20);
    await tab.waitForState("PLAYING");
    await tab.page.keyboard.press("Escape");
    await waitForCells(tab, 4);
    // By keys alone.
    await tab.page.focus(".cell:nth-child(2)");
    await tab.page.keyboard.press("Enter");
    await tab.until(`document.querySelector("#title").textContent === "movie-2.mjpeg"`);
    assertEquals(await tab.page.evaluate("document.activeElement.id"), "toggle");
    // Of those that nobody looks at, none is played for long.
    for (let count = 0; count < 3; count++) await server.program.waitForLine(/session \d+ ended, torn down/);
    assertEquals(tab.errors, []);
  },
);

peerTest("page: the grid opens from the drawer and by its key, and closes", ["chromium"], async () => {
  await using opened = await open({ count: 3, args: [] });
  const { tab } = opened;
  await tab.waitForFrameAfter(2);
  assertEquals(await tab.page.isVisible("#grid"), false);
  await tab.clickControl("#drawer-button");
  await tab.page.click("#grid-button");
  await waitForCells(tab, 3);
  assertEquals(await tab.page.isVisible("#drawer"), false);
  await tab.page.click("#grid-close");
  await tab.waitForFrameAfter(await tab.drawnFrame());
  await tab.page.keyboard.press("g");
  await waitForCells(tab, 3);
  await tab.page.keyboard.press("g");
  assertEquals(await tab.page.isVisible("#grid"), false);
  await tab.waitForFrameAfter(await tab.drawnFrame());
  assertEquals(tab.errors, []);
});

for (const args of [["--grid"], []]) {
  peerTest(`page: a hidden tab receives nothing, and shows the newest frame at once on return (${args})`, [
    "chromium",
  ], async () => {
    await using opened = await open({ count: 3, args });
    const { tab } = opened;
    let received = 0;
    tab.page.on("websocket", (socket) => socket.on("framereceived", () => received++));
    await tab.page.reload();
    if (args.length > 0) await waitForCells(tab, 3);
    else await tab.waitForFrameAfter(3);
    const show = (isHidden: boolean) =>
      tab.page.evaluate(`{
        Object.defineProperty(document, "hidden", { configurable: true, get: () => ${isHidden} });
        document.dispatchEvent(new Event("visibilitychange"));
      }`);
    await show(true);
    // What is under way comes still.
    let before = -1;
    await until(async () => {
      const isQuiet = received === before;
      before = received;
      await tab.page.waitForTimeout(1500);
      return isQuiet && received === before;
    });
    await show(false);
    await until(() => received > before + 10, { step: () => tab.page.waitForTimeout(40) });
    if (args.length > 0) await waitForCells(tab, 3);
    else await tab.waitForFrameAfter(await tab.drawnFrame());
    assertEquals(tab.errors, []);
  });
}

const USERS: readonly [name: string, options: TabOptions][] = [
  ["light", { colorScheme: "light" }],
  ["forced colours", { forcedColors: "active", colorScheme: "dark" }],
  ["a phone", { viewport: { width: 360, height: 740 }, hasTouch: true }],
];

for (const [user, tab] of USERS) {
  peerTest(`page: axe-core finds nothing in the grid, ${user}`, ["chromium"], async () => {
    await using opened = await open({ count: 5, tab });
    await waitForCells(opened.tab, 5);
    assertEquals(await violations(opened.tab), []);
    assertEquals(await opened.tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
    const cell = await opened.tab.box(".cell");
    assertGreater(cell.width, 100);
    assertGreater(cell.height, 60);
    // No control that nobody sees has the focus.
    for (let count = 0; count < 8; count++) await opened.tab.page.keyboard.press("Tab");
    assert(
      await opened.tab.page.evaluate(
        "document.activeElement === document.body || document.activeElement.checkVisibility()",
      ),
    );
    assertEquals(opened.tab.errors, []);
  });
}
