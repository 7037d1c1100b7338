/** Sound on the page, in a real Chromium: that it is heard, when it is not, and that it is in step with the picture. */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { lampsOf } from "../../mjpeg/testsrc/test_pattern.ts";
import { DEFAULT_TEST_PATTERN } from "../../mjpeg/testsrc/test_pattern_options.ts";
import { startPreview } from "../../page/page_server.ts";
import { BeatingCamera } from "../support/beating_camera.ts";
import { openPage, type PlayerPage, startBrowser, type TabOptions } from "../support/browser.ts";
import { startGstServer } from "../support/gst_server.ts";
import { beatOffsets, heardTone, LISTENING, measuringBeats } from "../support/heard_sound.ts";
import { makeLabMovie } from "../support/lab_movie.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { startPlayer } from "../support/player_page.ts";
import { reservePort } from "../support/ports.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { TestPlayback } from "../support/test_playback.ts";
import { until } from "../support/until.ts";
import { wavFile } from "../support/wav_files.ts";

/** What gst-rtsp-server's tone has. */
const TONE_HZ = 440;
const PROGRAMS = ["chromium", "gst-launch-1.0"];

/** Frames of the movie, 20 a second: more than any test takes. */
const FRAMES = 2400;
/** How far from its picture a beep may be heard: less than people notice (ITU-R BT.1359). */
const MAX_OFFSET_MS = 40;

/** Waits until the tone is heard, or until nothing is. */
async function waitForTone(tab: PlayerPage, isHeard: boolean): Promise<void> {
  let tone = await heardTone(tab);
  await until(async () => {
    tone = await heardTone(tab);
    return isHeard ? Math.abs(tone.hz - TONE_HZ) < 8 && tone.level > 0.2 : tone.level === 0;
  }, { step: () => tab.page.waitForTimeout(40), timeoutMs: 20_000 }).catch((error) => {
    throw new Error(`${tone.hz} Hz are heard, at a level of ${tone.level}`, { cause: error });
  });
}

/** Plays a movie with a tone on a page, and asserts that it is heard when it should be, and only then. */
async function listenTo({ port, name }: { readonly port: number; readonly name: string }): Promise<void> {
  await using player = await startPlayer(port, { source: [`rtsp://127.0.0.1:${port}/${name}`] });
  await using browser = await startBrowser();
  const tab = await openPage(browser, player.url, { script: LISTENING });
  await tab.waitForFrameAfter(3);
  await tab.page.waitForSelector("#mute", { state: "visible" });
  assertEquals(await tab.page.getAttribute("#mute", "aria-label"), "Unmute");
  assertEquals(await tab.page.evaluate("window.heard"), undefined);

  await tab.clickControl("#mute");
  await waitForTone(tab, true);
  assertEquals(await tab.page.getAttribute("#mute", "aria-label"), "Mute");
  await tab.page.keyboard.press("m");
  await waitForTone(tab, false);
  await tab.page.keyboard.press("m");
  await waitForTone(tab, true);

  await tab.clickControl("#toggle");
  await tab.waitForState("READY");
  await waitForTone(tab, false);
  await tab.clickControl("#toggle");
  await tab.waitForState("PLAYING");
  await waitForTone(tab, true);

  // At another place, after a while of another speed, and from the start again.
  await tab.page.keyboard.press("5");
  await tab.until(`Number(document.querySelector("#seek").value) > ${FRAMES / 20 / 2}`);
  await waitForTone(tab, true);
  await tab.page.selectOption("#speed", "2");
  await waitForTone(tab, false);
  await tab.page.selectOption("#speed", "1");
  await waitForTone(tab, true);
  await tab.clickControl("#stop");
  await tab.waitForState("INIT");
  await waitForTone(tab, false);
  await tab.clickControl("#toggle");
  await tab.waitForState("PLAYING");
  await waitForTone(tab, true);
  await tab.waitForFrameAfter(await tab.drawnFrame() + 20);
  assertEquals(tab.errors, []);
}

for (const encoding of ["PCMU", "PCMA", "L16"]) {
  peerTest(`page: a tone that comes as ${encoding} is heard after a click, and not while muted, paused or stopped`, [
    ...PROGRAMS,
  ], async () => {
    await using movie = await makeLabMovie({ frameCount: FRAMES });
    const path = join(movie.root, "movie.avi");
    await using convert = startOurs(["convert", join(movie.root, movie.file), path, "--fps", "20"], { write: true });
    assertEquals((await convert.exit()).code, 0);
    await using server = await startGstServer(path, { args: ["--sound", encoding, "--sound-buffers", "-1"] });
    await listenTo({ port: server.port, name: "stream" });
  });
}

peerTest("page: a tone that our server has beside its movie is heard when it should be, and only then", [
  "chromium",
], async () => {
  await using movie = await makeLabMovie({ frameCount: FRAMES });
  const samples = Int16Array.from(
    { length: FRAMES / 20 * 8000 },
    (_, index) => 20_000 * Math.sin(2 * Math.PI * TONE_HZ * index / 8000),
  );
  const sound = join(movie.root, `${movie.file.replace(/\.\w+$/, "")}.wav`);
  await Deno.writeFile(sound, wavFile(new Uint8Array(samples.buffer)));
  await using server = await startOurServer({ root: movie.root });
  await listenTo({ port: server.port, name: movie.file });
});

/** Waits for some beeps, and asserts that they are heard with their flashes. */
async function assertInStep(tab: PlayerPage): Promise<void> {
  await tab.until("beats.beeps.length >= 9");
  // The first ones tell how late packets come; and a machine that is busy may be late with any.
  const offsets = (await beatOffsets(tab)).slice(2, 8).sort((one, other) => Math.abs(one) - Math.abs(other));
  assert(Math.abs(offsets[3]) <= MAX_OFFSET_MS, `beeps are ${offsets.map(Math.round)} ms behind their flashes`);
  assertEquals(tab.errors, []);
}

for (const jitterMs of [0, 50]) {
  peerTest(`page: a beep is heard with its flash, at ${jitterMs} ms of jitter`, ["chromium"], async () => {
    await using camera = new BeatingCamera({ jitterMs });
    const source = [`rtsp://127.0.0.1:${camera.port}/stream`, "--transport", "tcp"];
    await using player = await startPlayer(camera.port, { source });
    await using browser = await startBrowser();
    const tab = await openPage(browser, player.url, { script: LISTENING + measuringBeats() });
    await tab.waitForFrameAfter(3);
    await tab.clickControl("#mute");
    await assertInStep(tab);
  });

  peerTest(`page: our test source beeps when its lamp goes on, at ${jitterMs} ms of jitter`, ["chromium"], async () => {
    await using directory = await temporaryDirectory();
    const network = jitterMs === 0 ? [] : ["--jitter", `${jitterMs}ms`];
    await using server = await startOurServer({ root: directory.path, args: network });
    await using player = await startPlayer(server.port, { source: [`rtsp://127.0.0.1:${server.port}/testsrc`] });
    await using browser = await startBrowser();
    const { width, height } = DEFAULT_TEST_PATTERN;
    const [{ x, y }] = lampsOf(DEFAULT_TEST_PATTERN);
    const script = LISTENING + measuringBeats({ x: x / width, y: y / height });
    const tab = await openPage(browser, player.url, { script });
    await tab.waitForFrameAfter(3);
    await tab.clickControl("#mute");
    await assertInStep(tab);
  });
}

/** A tab at a playback that the test decides on. */
async function open(options: TabOptions = {}) {
  await using stack = new AsyncDisposableStack();
  const playback = new TestPlayback();
  const preview = await startPreview(playback, { port: reservePort() });
  stack.defer(() => preview.shutdown());
  const browser = stack.use(await startBrowser());
  const tab = await openPage(browser, preview.url, options);
  await tab.waitForState("READY");
  const kept = stack.move();
  return { playback, preview, tab, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** What the controls show: the name of the button, and what the slider says. */
function shown(tab: PlayerPage): Promise<string> {
  return tab.page.evaluate<string>(`(() => {
    const { mute, volume } = Object.fromEntries(["mute", "volume"].map((id) => [id, document.getElementById(id)]));
    return [mute.ariaLabel, mute.dataset.level, volume.value, volume.getAttribute("aria-valuetext")].join(", ");
  })()`);
}

peerTest("page: the loudspeaker is there where there is sound; button, slider and keys say how loud it is", [
  "chromium",
], async () => {
  await using opened = await open();
  const { playback, tab } = opened;
  assertEquals(await tab.page.isVisible("#mute"), false);
  await tab.page.keyboard.press("m");
  playback.soundFormat = { sampleRate: 8000, channels: 1 };
  playback.become({ state: "PLAYING", allowed: ["PAUSE", "TEARDOWN"] });
  await tab.page.waitForSelector("#mute", { state: "visible" });
  assertEquals(await shown(tab), "Unmute, none, 0, Muted");
  const steps: readonly [string, string][] = [
    ["m", "Mute, high, 1, 100 %"],
    ["ArrowUp", "Mute, high, 1, 100 %"],
    ["ArrowDown", "Mute, high, 0.95, 95 %"],
    ["m", "Unmute, none, 0, Muted"],
    ["ArrowDown", "Unmute, none, 0, Muted"],
    ["ArrowUp", "Mute, high, 0.95, 95 %"],
  ];
  for (const [key, wanted] of steps) {
    await tab.page.keyboard.press(key);
    assertEquals(await shown(tab), wanted, key);
  }
  await tab.page.focus("#volume");
  for (const key of ["Home", "ArrowRight", "ArrowUp", "ArrowLeft"]) await tab.page.keyboard.press(key);
  assertEquals(await shown(tab), "Mute, low, 0.05, 5 %");
  assertEquals(playback.moves, [], "the slider's keys do not seek");
  await tab.page.keyboard.press("Home");
  assertEquals(await shown(tab), "Unmute, none, 0, Muted");
  const { left, top, width, height } = await tab.box("#volume");
  await tab.page.mouse.click(left + width / 2, top + height / 2);
  assertEquals(await shown(tab), "Mute, high, 0.5, 50 %");
  assertEquals(
    await tab.page.evaluate("document.activeElement.id"),
    "",
    "a slider that was clicked lets go of the keys",
  );
  // Remembered; but nobody has clicked on the new page.
  await tab.page.reload();
  await tab.page.waitForSelector("#mute", { state: "visible" });
  assertEquals(await shown(tab), "Unmute, none, 0, Muted");
  await tab.clickControl("#mute");
  assertEquals(await shown(tab), "Mute, high, 0.5, 50 %");
  playback.soundFormat = undefined;
  playback.become({ state: "READY", allowed: ["PLAY", "TEARDOWN"] });
  await tab.page.waitForSelector("#mute", { state: "hidden" });
  assertEquals(tab.errors, []);
});
