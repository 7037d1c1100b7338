/** Whether everybody can use the page: axe-core in every state, colour scheme and size, and what it cannot see. */
import { assert, assertEquals } from "@std/assert";
import { decodeHex } from "@std/encoding/hex";
import type { PlaybackStatus } from "../../page/playback.ts";
import { startPreview } from "../../page/page_server.ts";
import type { ExchangedReports, PacketTrace } from "../../page/wire_view.ts";
import { violations } from "../support/accessibility.ts";
import { openPage, startBrowser, type TabOptions } from "../support/browser.ts";
import { makeJpeg } from "../support/jpegs.ts";
import { peerTest } from "../support/peers.ts";
import { reservePort } from "../support/ports.ts";
import { TestPlayback } from "../support/test_playback.ts";
import { until } from "../support/until.ts";

const MOVIE: Partial<PlaybackStatus> = {
  ...{ isLive: false, durationSeconds: 90, positionSeconds: 30, canSeek: true, canScale: true },
};
const PLAYING: Partial<PlaybackStatus> = { state: "PLAYING", allowed: ["PAUSE", "TEARDOWN"] };
const READY: Partial<PlaybackStatus> = { state: "READY", allowed: ["PLAY", "TEARDOWN"] };

/** What the page may be in the middle of. */
const STATES: readonly [name: string, status: Partial<PlaybackStatus>][] = [
  ["before SETUP", { state: "INIT", allowed: ["SETUP"] }],
  ["playing a movie", { ...MOVIE, ...PLAYING }],
  ["paused in a movie", { ...MOVIE, ...READY }],
  ["at the end", {
    ...{ ...MOVIE, ...READY, isAtEnd: true, positionSeconds: 90 },
    notice: { level: "warning", text: "The stream has ended", advice: "Play shows it again" },
  }],
  ["live", { ...PLAYING, isLive: true, durationSeconds: undefined, canSeek: false, canScale: false }],
  ["live and paused", { ...READY, isLive: true, durationSeconds: undefined, canSeek: false, canScale: false }],
  ["at a server that keeps its speed", { ...MOVIE, ...PLAYING, canScale: false }],
  ["waiting for a reply", { ...MOVIE, ...PLAYING, allowed: [] }],
  ["told something", { ...MOVIE, ...PLAYING, notice: { level: "info", text: "The server is back" } }],
  ["in trouble", {
    ...{ state: "INIT", allowed: ["SETUP"] },
    notice: { level: "error", text: "The server is gone", advice: "Start it again, then Play" },
  }],
];

/** What a player of packets has that the page shows while somebody looks. */
const LESSON = {
  isCaptured: true,
  packetTrace(from: number): PacketTrace {
    const packets = [from, from + 1, from + 3].map((sequenceNumber) => ({
      ...{ sequenceNumber, arrivalMs: Date.now(), lengthBytes: 1400, marker: true },
    }));
    return { packets, next: from + 4 };
  },
  reports: (): ExchangedReports => ({
    sender: { atMs: 0, senderMs: 0, rtpTimestamp: 1, packets: 2, bytes: 3 },
    adaptation: { atMs: 0, frames: [1, 2], coarseness: 2 },
    receiver: undefined,
    nack: { atMs: 0, sequenceNumbers: [1] },
  }),
};

const USERS: readonly [name: string, options: TabOptions][] = [
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["forced colours", { forcedColors: "active", colorScheme: "dark" }],
  ["a phone", { viewport: { width: 360, height: 740 }, hasTouch: true }],
];

/** A tab, and the playback that the test decides on. */
async function open(options: TabOptions = {}) {
  await using stack = new AsyncDisposableStack();
  const playback = new TestPlayback();
  playback.soundFormat = { sampleRate: 8000, channels: 1 };
  const preview = await startPreview(playback, { port: reservePort() });
  stack.defer(() => preview.shutdown());
  const browser = stack.use(await startBrowser());
  const tab = await openPage(browser, preview.url, options);
  await tab.waitForState("READY");
  const kept = stack.move();
  return { playback, tab, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

for (const [user, options] of USERS) {
  peerTest(`page: axe-core finds nothing in any state, ${user}`, ["chromium"], async (t) => {
    await using opened = await open({ ...options, script: "delete window.showSaveFilePicker;" });
    const { playback, tab } = opened;
    await t.step("before the first frame", async () => assertEquals(await violations(tab), []));
    playback.show(await makeJpeg({ width: 320, height: 240 }), 30);
    playback.wire({ direction: "sent", atMs: 0, lines: ["PLAY movie.mjpeg RTSP/1.0", "CSeq: 2"] });
    playback.wire({ direction: "received", atMs: 20, lines: ["RTSP/1.0 200 OK", "CSeq: 2"] });
    playback.sample = decodeHex("809a123400000e10deadbeef00000578013c502dffffffff");
    await tab.waitForFrameAfter(0);
    await tab.page.click("#packet-title");
    await tab.until(`document.querySelectorAll("#packet-rows tr").length > 3`);
    for (const [name, status] of STATES) {
      await t.step(name, async () => {
        playback.become({ notice: undefined, isAtEnd: false, ...status });
        const { state, notice } = playback.status;
        await tab.waitForState(state);
        if (notice !== undefined) await tab.waitForNotice(notice.text);
        assertEquals(await violations(tab), []);
      });
    }
    await t.step("with its sound on", async () => {
      await tab.clickControl("#mute");
      await tab.page.waitForSelector('#mute[aria-label="Mute"]');
      assertEquals(await violations(tab), []);
    });
    await t.step("while it is recorded, with the pointer on the timeline", async () => {
      playback.become({ ...MOVIE, ...PLAYING, notice: undefined });
      await tab.waitForState("PLAYING");
      // The page may be scrolled, and the controls gone.
      await tab.page.evaluate("scrollTo(0, 0)");
      await tab.page.keyboard.press("Shift+R");
      await tab.page.waitForSelector("#recording", { state: "visible" });
      playback.show(await makeJpeg({ width: 320, height: 240 }), 30);
      // Where nobody has a mouse, a finger that drags has the bubble.
      const { left, top, width, height } = await tab.box("#seek");
      await tab.page.mouse.move(left + width / 3, top + height / 2);
      await tab.page.waitForSelector("#hover", { state: "visible" });
      assertEquals(await violations(tab), []);
      await Promise.all([tab.page.waitForEvent("download"), tab.page.keyboard.press("Shift+R")]);
    });
    for (const mode of ["three", "four"]) {
      await t.step(`with ${mode} buttons`, async () => {
        await tab.page.check(`#mode-${mode}`);
        assertEquals(await violations(tab), []);
      });
    }
    await t.step("with the sliders, packets as they come, reports, and the tour", async () => {
      Object.assign(playback, LESSON);
      const emulation = { loss: 0.05, duplicate: 0, reorder: 0, delayMs: 40, jitterMs: 20, rate: 2e6 };
      playback.become({ ...MOVIE, ...PLAYING, notice: undefined, emulation });
      await tab.page.click("#sequence-title");
      await tab.until(`document.querySelector("#sequence-summary").textContent.includes("missing")`);
      await tab.page.click("#reports-title");
      await tab.page.waitForSelector("#report-list li", { state: "visible" });
      assertEquals(await violations(tab), []);
      await tab.page.click("#tour-link");
      await tab.page.waitForSelector("#tour", { state: "visible" });
      assertEquals(await violations(tab), []);
      await tab.page.click("#tour-close");
    });
    await t.step("with all counters and the list of keys", async () => {
      await tab.page.click("aside summary");
      assertEquals(await violations(tab), []);
      await tab.page.keyboard.press("?");
      await tab.until(`document.querySelector("#help").open`);
      assertEquals(await violations(tab), []);
    });
    assertEquals(tab.errors, []);
  });
}

peerTest("page: Tab goes through all that can be used, in the order of reading", ["chromium"], async () => {
  await using opened = await open();
  const { playback, tab } = opened;
  playback.show(await makeJpeg({ width: 320, height: 240 }), 30);
  playback.become({ ...MOVIE, ...READY });
  await tab.waitForFrameAfter(0);
  const seen: string[] = [];
  for (let count = 0; count < 24; count++) {
    await tab.page.keyboard.press("Tab");
    const name = await tab.page.evaluate<string>(
      "document.activeElement.id || document.activeElement.textContent.trim()",
    );
    if (seen.includes(name)) break;
    seen.push(name);
    // What has the focus can be seen, and shows that it has.
    const isShown = await tab.page.evaluate(`(() => {
      const { outlineStyle } = getComputedStyle(document.activeElement);
      return document.activeElement === document.body ||
        document.activeElement.checkVisibility({ opacityProperty: true }) && outlineStyle !== "none";
    })()`);
    assert(isShown, name);
  }
  const wanted = ["seek", "toggle", "stop", "back", "on", "step-back", "step-on"];
  wanted.push("mute", "volume", "speed", "zoom", "loop");
  assertEquals(seen.slice(0, wanted.length), wanted);
  assert(["snapshot", "help-button", "fullscreen", "mode-player"].every((id) => seen.includes(id)), seen.join());
});

peerTest("page: nothing moves by itself for those who want it still", ["chromium"], async () => {
  await using opened = await open({ reducedMotion: "reduce" });
  const { playback, tab } = opened;
  playback.become({ ...PLAYING, allowed: [] });
  await tab.page.waitForSelector("#spinner", { state: "visible" });
  assertEquals(await tab.page.evaluate("document.getAnimations().length"), 0);
});

peerTest("page: a language from right to left turns the page around, and not the time", ["chromium"], async () => {
  await using opened = await open({ viewport: { width: 1180, height: 800 } });
  const { playback, tab } = opened;
  playback.show(await makeJpeg({ width: 320, height: 240 }), 30);
  playback.become({ ...MOVIE, ...READY });
  await tab.waitForFrameAfter(0);
  await tab.page.evaluate(`document.documentElement.dir = "rtl"`);
  const [screen, aside, toggle, full] = [
    ...[await tab.box("#screen"), await tab.box("aside")],
    ...[await tab.box("#toggle"), await tab.box("#fullscreen")],
  ];
  assert(aside.right < screen.left, "the session is on the left");
  assert(toggle.right < full.left, "the controls are as they were");
  const { left, width, top, height } = await tab.box("#seek");
  await tab.page.mouse.click(left + width * 2 / 3, top + height / 2);
  await until(() => playback.moves.length > 0);
  const [move] = playback.moves;
  assert(Math.abs(Number(move.replace("seek ", "")) - 60) < 1, move);
  assertEquals(await tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
  assertEquals(await violations(tab), []);
});

peerTest("page: asks nobody but the player for anything", ["chromium"], async () => {
  await using opened = await open();
  const { playback, tab } = opened;
  const asked: string[] = [];
  tab.page.on("request", (request) => asked.push(request.url()));
  await tab.page.reload();
  playback.show(await makeJpeg({ width: 320, height: 240 }), 30);
  await tab.waitForFrameAfter(0);
  const own = new URL(tab.page.url()).origin;
  assert(asked.length > 20, `${asked.length} files`);
  assertEquals(asked.filter((url) => !url.startsWith(`${own}/`) && !url.startsWith("data:")), []);
  assertEquals(tab.errors, []);
});
