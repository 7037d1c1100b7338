/** Files of this machine on the page, in a real Chromium: `play` serves them to itself. */
import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { openPage, type PlayerPage, startBrowser } from "../support/browser.ts";
import { MPEG4, writeNumberedMovie } from "../support/numbered_movies.ts";
import { peerTest } from "../support/peers.ts";
import { startPlayer } from "../support/player_page.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { until } from "../support/until.ts";

/** Frames of the first movie, 20 a second, and of the other ones. */
const [FRAMES, OTHER_FRAMES] = [400, 60];

/** Waits until the picture is that of a frame, by its number from 1. */
async function waitForNumber(tab: PlayerPage, number: number): Promise<void> {
  let shown: number | undefined;
  await until(async () => (shown = await tab.shownNumber()) === number, { step: () => tab.page.waitForTimeout(40) })
    .catch((error) => {
      throw new Error(`The picture shows frame ${shown}, not ${number}`, { cause: error });
    });
}

async function waitForTitle(tab: PlayerPage, name: string): Promise<void> {
  await tab.until(`document.querySelector("#title").textContent === "${name}"`);
  await tab.waitForFrameAfter(0);
}

peerTest(
  "page: a file plays with seeking, speeds, backwards, and its dialogue on the wire; the next one follows by a click",
  [
    "chromium",
    "ffmpeg",
  ],
  async () => {
    await using directory = await temporaryDirectory();
    const [holiday, other, folder] = ["holiday.avi", "other.mp4", "folder"].map((name) => join(directory.path, name));
    await Deno.mkdir(folder);
    await writeNumberedMovie(holiday, { frames: FRAMES });
    await writeNumberedMovie(other, { frames: OTHER_FRAMES, encoding: MPEG4 });
    await writeNumberedMovie(join(folder, "third.mkv"), { frames: OTHER_FRAMES });
    await using player = await startPlayer(0, { source: [holiday, other, folder], args: ["--paused"] });
    await using browser = await startBrowser();
    const tab = await openPage(browser, player.url);
    const { page } = tab;
    await tab.waitForState("READY");
    for (const [key, number] of [["5", 201], [".", 202], [",", 201], ["0", 1]] as const) {
      await page.keyboard.press(key);
      await waitForNumber(tab, number);
    }
    const { left, top, width, height } = await tab.box("#seek");
    await page.mouse.move(left + width / 4, top + height / 2);
    await page.mouse.click(left + width / 4, top + height / 2);
    await tab.until(`Math.abs(Number(document.querySelector("#seek").value) - 5) < 0.2`);
    await tab.until(`document.querySelector("#time").textContent.endsWith("/ 0:20")`);
    await page.selectOption("#speed", "-1");
    await tab.clickControl("#toggle");
    await tab.waitForState("PLAYING");
    await tab.until(`Number(document.querySelector("#seek").value) < 4`);
    // What goes over the wire is real RTSP.
    const requests = await page.evaluate<string[]>(
      `[...document.querySelectorAll("#wire-list li strong")].map((first) => first.textContent)`,
    );
    assertMatch(requests.join("\n"), /^DESCRIBE rtsp:\/\/127\.0\.0\.1:\d+\/holiday\.avi RTSP\/1\.0$/m);
    // The others have their lengths and pictures, that of another codec too.
    await tab.clickControl("#drawer-button");
    await tab.until(
      `[...document.querySelectorAll("#playlist .length")].map((one) => one.textContent).join() === "0:20,0:03,0:03"`,
    );
    await tab.until(
      `[...document.querySelectorAll("#playlist img")].every(({ naturalWidth }) => naturalWidth === 320)`,
    );
    await page.click("#playlist li:nth-child(2) button");
    await waitForTitle(tab, "other.mp4");
    await tab.until(`document.querySelector("#time").textContent.endsWith("/ 0:03")`);
    await page.keyboard.press("Shift+N");
    await waitForTitle(tab, "third.mkv");
    await page.keyboard.press("Shift+P");
    await waitForTitle(tab, "other.mp4");
    assertEquals(tab.errors, []);
    const { code, stderr } = await player.program.stop("SIGINT");
    assertEquals(code, 0, stderr.join("\n"));
  },
);

peerTest(
  "page: a file that is no movie says so in its place, and the others play",
  ["chromium", "ffmpeg"],
  async () => {
    await using directory = await temporaryDirectory();
    const [movie, notes] = ["movie.avi", "notes.txt"].map((name) => join(directory.path, name));
    await writeNumberedMovie(movie, { frames: OTHER_FRAMES });
    await Deno.writeTextFile(notes, "Hello, I am no movie");
    await using player = await startPlayer(0, { source: [notes, movie] });
    await using browser = await startBrowser();
    const tab = await openPage(browser, player.url);
    await tab.waitForNotice("415");
    await player.program.waitForLine(/notes\.txt: Cannot read .*: The file is not a JPEG/);
    await tab.page.keyboard.press("Shift+N");
    await waitForTitle(tab, "movie.avi");
    assertEquals(tab.errors, []);
  },
);
