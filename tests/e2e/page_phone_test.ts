/** The page on phones, upright and on their side, in a real Chromium with touch, where the test decides what is played. */
import { assert, assertEquals } from "@std/assert";
import { startPreview } from "../../page/page_server.ts";
import { openPage, type Size, startBrowser } from "../support/browser.ts";
import { makeJpeg } from "../support/jpegs.ts";
import { peerTest } from "../support/peers.ts";
import { reservePort } from "../support/ports.ts";
import { TestPlayback } from "../support/test_playback.ts";
import { until } from "../support/until.ts";

/** Least height of what a thumb hits, in CSS pixels (Apple's and Google's guidelines say 44 and 48). */
const MIN_HEIGHT = 44;

const PHONES: readonly [name: string, size: Size][] = [
  ["upright", { width: 390, height: 800 }],
  ["small and upright", { width: 360, height: 640 }],
  ["on its side", { width: 844, height: 390 }],
];

for (const [name, viewport] of PHONES) {
  peerTest(`page on a phone ${name}: one column, and all that is tapped is large enough`, ["chromium"], async () => {
    await using stack = new AsyncDisposableStack();
    const playback = new TestPlayback();
    playback.soundFormat = { sampleRate: 8000, channels: 1 };
    playback.become({
      ...{ state: "PLAYING", allowed: ["PAUSE", "TEARDOWN"] },
      ...{ durationSeconds: 100, positionSeconds: 30, canSeek: true, canScale: true },
    });
    const preview = await startPreview(playback, { port: reservePort() });
    stack.defer(() => preview.shutdown());
    const browser = stack.use(await startBrowser());
    const tab = await openPage(browser, preview.url, { viewport, hasTouch: true });
    await tab.waitForState("PLAYING");
    playback.show(await makeJpeg({ width: 320, height: 180 }), 30);
    await tab.waitForFrameAfter(0);
    await tab.page.check("#mode-four");
    const small = await tab.page.evaluate<string[]>(`
      [...document.querySelectorAll("button, select, summary, .modes label, .links a, #timeline")]
        .filter((found) => found.checkVisibility())
        .map((found) => [found.id || found.textContent.trim(), Math.round(found.getBoundingClientRect().height)])
        .filter(([name, height]) => name !== "timeline" && height < ${MIN_HEIGHT} || height < 36)
        .map(String)`);
    assertEquals(small, []);
    assertEquals(await tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
    const [stage, aside, screen] = [await tab.box(".stage"), await tab.box("aside"), await tab.box("#screen")];
    assert(aside.top >= stage.bottom, "the session is below the picture");
    assert(screen.bottom <= viewport.height, "picture and controls are on the screen");
    if (viewport.width > viewport.height) {
      const [first, last] = [await tab.box("#toggle"), await tab.box("#fullscreen")];
      assertEquals(first.top, last.top, "the controls are in one line");
    }
    // A tap on the timeline seeks; so does a finger that drags there.
    const { left, top, width, height } = await tab.box("#seek");
    await tab.page.touchscreen.tap(left + width / 2, top + height / 2);
    await until(() => playback.moves.length > 0);
    const seconds = Number(playback.moves[0].replace("seek ", ""));
    assert(Math.abs(seconds - 50) < 2, playback.moves[0]);
    assertEquals(tab.errors, []);
  });
}
