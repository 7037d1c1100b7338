/** Recording on the page, in a real Chromium: what is in the file, and what keeps one from losing it. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { indexFile } from "../../mjpeg/containers/index_file.ts";
import { startPreview } from "../../page/page_server.ts";
import { openPage, startBrowser, type TabOptions } from "../support/browser.ts";
import { makeJpeg } from "../support/jpegs.ts";
import { memoryFile } from "../support/memory_file.ts";
import { peerTest } from "../support/peers.ts";
import { reservePort } from "../support/ports.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { TestPlayback } from "../support/test_playback.ts";
import { until } from "../support/until.ts";

/** Browsers without a way to write files as they come keep them for a download. */
const NO_PICKER = "delete window.showSaveFilePicker;";
/** A file of the page's own, in place of one that a user would name in a dialog of the system. */
const PICKER = `window.showSaveFilePicker = async ({ suggestedName }) => {
  window.suggestedName = suggestedName;
  return (await navigator.storage.getDirectory()).getFileHandle("recording.mkv", { create: true });
};`;
const READ_FILE = `(async () => {
  const handle = await (await navigator.storage.getDirectory()).getFileHandle("recording.mkv");
  return [...new Uint8Array(await (await handle.getFile()).arrayBuffer())];
})()`;
const isRecording = (wanted: boolean) => `document.querySelector("#recording").hidden === ${!wanted}`;

const FRAMES = await Promise.all([1, 2, 3, 4, 5].map((seed) => makeJpeg({ width: 96, height: 64, seed })));
/** When each of them is shown, in milliseconds: no even rate. */
const TIMES_MS = [0, 40, 81, 250, 1300];

/** A tab at a stream that the test decides on. */
async function open(options: TabOptions = {}) {
  await using stack = new AsyncDisposableStack();
  const playback = new TestPlayback();
  playback.become({ state: "PLAYING", allowed: ["PAUSE", "TEARDOWN"] });
  const preview = await startPreview(playback, { port: reservePort() });
  stack.defer(() => preview.shutdown());
  const browser = stack.use(await startBrowser());
  const tab = await openPage(browser, preview.url, options);
  await tab.waitForState("PLAYING");
  const kept = stack.move();
  return { playback, tab, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

type Opened = Awaited<ReturnType<typeof open>>;

/** Shows all frames, and waits until the page has each. */
async function showFrames({ playback, tab }: Opened): Promise<void> {
  for (const [index, frame] of FRAMES.entries()) {
    const before = await tab.drawnFrame();
    playback.show(frame, undefined, { timestampUs: 5_000_000 + TIMES_MS[index] * 1000 });
    await tab.waitForFrameAfter(before);
  }
}

/** Frames of a file, and their times in milliseconds. */
async function read(bytes: Uint8Array): Promise<{ frames: Uint8Array[]; timesMs: number[] }> {
  const index = await indexFile(memoryFile(bytes));
  const places = Array.from({ length: index.count }, (_, at) => index.locate(at));
  return {
    frames: places.map(({ offset, lengthBytes }) => bytes.slice(offset, offset + lengthBytes)),
    timesMs: places.map((_, at) => (index.times?.timesUs.at(at) ?? NaN) / 1000),
  };
}

/** What ffprobe says of a file. */
async function probe(path: string, entries: string): Promise<string[]> {
  const args = ["-v", "error", "-show_entries", entries, "-of", "csv=p=0", path];
  const { code, stdout, stderr } = await new Deno.Command("ffprobe", { args }).output();
  assertEquals(new TextDecoder().decode(stderr), "");
  assertEquals(code, 0);
  return new TextDecoder().decode(stdout).trim().split("\n");
}

peerTest("page: a recording is downloaded, byte by byte and at its times, and ffmpeg plays it", [
  "chromium",
  "ffprobe",
], async () => {
  await using opened = await open({ script: NO_PICKER });
  const { playback, tab } = opened;
  playback.show(FRAMES[4]);
  await tab.waitForFrameAfter(0);
  await tab.clickControl("#record");
  await tab.until(isRecording(true));
  assertEquals(await tab.page.getAttribute("#record", "aria-label"), "Stop recording");
  await showFrames(opened);
  await tab.until(`document.querySelector("#recording-text").textContent.startsWith("0:01 · ")`);
  const [download] = await Promise.all([tab.page.waitForEvent("download"), tab.clickControl("#record")]);
  await tab.until(isRecording(false));
  assert(/^movie-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.mkv$/.test(download.suggestedFilename()));
  const path = await download.path();
  assertEquals(await read(await Deno.readFile(path)), { frames: FRAMES, timesMs: TIMES_MS });
  assertEquals((await probe(path, "packet=pts_time")).map((seconds) => Math.round(Number(seconds) * 1000)), TIMES_MS);
  const [duration] = await probe(path, "format=duration");
  assertAlmostEquals(Number(duration), (TIMES_MS[4] + TIMES_MS[4] - TIMES_MS[3]) / 1000, 0.01);
  assertEquals(tab.errors, []);
});

peerTest("page: a recording is written to the file that was named, as it comes", ["chromium"], async () => {
  await using opened = await open({ script: PICKER });
  const { tab } = opened;
  await tab.page.keyboard.press("Shift+R");
  await tab.until(isRecording(true));
  await showFrames(opened);
  await tab.page.keyboard.press("Shift+R");
  await tab.until(`document.querySelector("#bubble").textContent === "5 frames are recorded"`);
  const bytes = Uint8Array.from(await tab.page.evaluate<number[]>(READ_FILE));
  assertEquals(await read(bytes), { frames: FRAMES, timesMs: TIMES_MS });
  assertEquals(tab.errors, []);
});

peerTest("page: no file is named, or no frame has come: nothing is recorded, and another time it is", [
  "chromium",
], async () => {
  const script = `window.showSaveFilePicker = async () => {
    if (!window.isNamed) throw new DOMException("The user aborted a request.", "AbortError");
    return (await navigator.storage.getDirectory()).getFileHandle("recording.mkv", { create: true });
  };`;
  await using opened = await open({ script });
  const { tab } = opened;
  await tab.clickControl("#record");
  await tab.until(isRecording(false));
  assertEquals(await tab.notice(), undefined);
  await tab.page.evaluate("window.isNamed = true");
  await tab.clickControl("#record");
  await tab.until(isRecording(true));
  await tab.clickControl("#record");
  await tab.waitForNotice("No frame has come: nothing is recorded");
  await tab.clickControl("#record");
  await tab.until(`document.querySelector("#notice").hidden`);
  await showFrames(opened);
  await tab.clickControl("#record");
  await tab.until(`document.querySelector("#bubble").textContent === "5 frames are recorded"`);
  assertEquals(tab.errors, []);
});

peerTest("page: leaving asks first while something is recorded, and not else", ["chromium"], async () => {
  await using opened = await open({ script: NO_PICKER });
  const { playback, tab } = opened;
  const asked: string[] = [];
  tab.page.on("dialog", async (dialog) => {
    asked.push(dialog.type());
    await dialog.dismiss();
  });
  await tab.clickControl("#record");
  playback.show(FRAMES[0]);
  await tab.waitForFrameAfter(0);
  const leave = () => tab.page.evaluate("setTimeout(() => location.reload())");
  await leave();
  await until(() => asked.length > 0);
  await tab.until(isRecording(true));
  await Promise.all([tab.page.waitForEvent("download"), tab.clickControl("#record")]);
  await Promise.all([tab.page.waitForEvent("load"), leave()]);
  assertEquals(asked, ["beforeunload"]);
});

peerTest("page: sound that comes with the frames is in the recording, in step, also while it is muted", [
  "chromium",
  "ffprobe",
], async () => {
  await using directory = await temporaryDirectory();
  await using opened = await open({ script: NO_PICKER });
  const { playback, tab } = opened;
  playback.soundFormat = { sampleRate: 8000, channels: 1 };
  playback.become({ state: "PLAYING" });
  await tab.page.waitForSelector("#mute", { state: "visible" });
  await tab.clickControl("#record");
  // The page asks for the sound, and says nothing when it is going to come.
  let timestampUs = 0;
  const piece = new Uint8Array(320).fill(7);
  for (; timestampUs < 2_000_000; timestampUs += 20_000) {
    const before = await tab.drawnFrame();
    playback.show(FRAMES[0], undefined, { timestampUs });
    playback.sound(piece, timestampUs);
    await tab.waitForFrameAfter(before);
  }
  const [download] = await Promise.all([tab.page.waitForEvent("download"), tab.clickControl("#record")]);
  const path = join(directory.path, "recording.mkv");
  await download.saveAs(path);
  assertEquals(await probe(path, "stream=codec_name"), ["mjpeg", "pcm_s16le"]);
  const sound = (await probe(path, "packet=stream_index,pts_time,size")).filter((line) => line.startsWith("1,"));
  assert(sound.length > 50, `${sound.length} pieces of sound`);
  const [, pts, size] = sound.at(-1)!.split(",");
  assertEquals([Math.round(Number(pts) * 1000), Number(size)], [(timestampUs - 20_000) / 1000, 320]);
  assertEquals(tab.errors, []);
});
