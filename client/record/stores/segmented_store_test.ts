import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { concat } from "@std/bytes";
import { join } from "@std/path";
import { encodeLabHeader, LAB_FRAME_MAX_BYTES } from "../../../mjpeg/containers/streams/lab_header.ts";
import {
  FrameRefusedError,
  FrameTooLargeError,
  WRITTEN_AVI,
  WRITTEN_LAB,
  type WrittenFormat,
} from "../../../mjpeg/containers/written_format.ts";
import { indexFile } from "../../../mjpeg/containers/index_file.ts";
import { makeJpeg } from "../../../tests/support/jpegs.ts";
import { memoryFile } from "../../../tests/support/memory_file.ts";
import { temporaryDirectory } from "../../../tests/support/temporary_directory.ts";
import { FileStore } from "./file_store.ts";
import { FolderStore } from "./folder_store.ts";
import type { StoreNotice } from "./frame_store.ts";
import { SegmentedStore, type SegmentLimits } from "./segmented_store.ts";

const SECOND_US = 1_000_000;
const START_MS = new Date(2026, 2, 5, 7, 8, 0).getTime();
const NO_LIMITS: SegmentLimits = { lengthUs: Infinity, maxBytes: Infinity, maxSegments: Infinity };

/** Frame `number` of a recording with one a second. */
function frameAt(number: number, data: Uint8Array = new Uint8Array(1000).fill(number)) {
  return { data, timestampUs: number * SECOND_US, arrivalMs: START_MS + number * 1000 };
}

/** Segments in a folder, of a format or as folders. */
function openStore(folder: string, limits: Partial<SegmentLimits>, format?: WrittenFormat) {
  const notices: StoreNotice[] = [];
  const isFolder = format === undefined;
  const store = new SegmentedStore({
    name: { path: join(folder, isFolder ? "cam" : `cam${format.endings[0]}`), isFolder },
    limits: { ...NO_LIMITS, ...limits },
    tell: (notice) => notices.push(notice),
    open: (path) =>
      isFolder
        ? new FolderStore(path, { isNew: true })
        : new FileStore(path, { format, partPath: undefined, isAllOrNothing: false, replaces: false }),
  });
  return { store, notices };
}

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();
}

/** A lab file with frames of these numbers. */
function labFileOf(...numbers: readonly number[]): Uint8Array {
  return concat(numbers.flatMap((number) => [encodeLabHeader(1000), frameAt(number).data]));
}

Deno.test("SegmentedStore begins a file when the time is over, named by its first frame", async () => {
  await using directory = await temporaryDirectory();
  const { store, notices } = openStore(directory.path, { lengthUs: 3 * SECOND_US }, WRITTEN_LAB);
  assertEquals(namesIn(directory.path), [], "nothing before the first frame");
  // Nothing comes from second 5 on to second 20.
  for (const number of [0, 1, 2, 3, 4, 20, 22]) store.write(frameAt(number));
  store.close();
  const files = ["00", "03", "20"].map((seconds) => `cam-2026-03-05T07-08-${seconds}.mjpeg`);
  assertEquals(namesIn(directory.path), files);
  assertEquals(
    files.map((name) => Deno.readFileSync(join(directory.path, name))),
    [labFileOf(0, 1, 2), labFileOf(3, 4), labFileOf(20, 22)],
  );
  assertEquals(
    notices.map(({ level, text }) => [level, text.split(/[/\\]/).at(-1)]),
    files.map((name) => ["info", name]),
  );
});

for (const [room, expected] of [[2010, [2, 2, 1]], [2009, [1, 1, 1, 1, 1]], [100, [1, 1, 1, 1, 1]]] as const) {
  Deno.test(`SegmentedStore puts no more into a file than ${room} bytes, unless one frame has more`, async () => {
    await using directory = await temporaryDirectory();
    const { store } = openStore(directory.path, { maxBytes: room }, WRITTEN_LAB);
    for (let number = 0; number < 5; number++) store.write(frameAt(number));
    store.close();
    const sizes = namesIn(directory.path).map((name) => Deno.statSync(join(directory.path, name)).size);
    assertEquals(sizes, expected.map((frames) => frames * 1005));
  });
}

Deno.test("SegmentedStore counts the index and the gaps of AVI files in their sizes", async () => {
  await using directory = await temporaryDirectory();
  const maxBytes = 100_000;
  const { store } = openStore(directory.path, { maxBytes }, WRITTEN_AVI);
  const jpeg = await makeJpeg({ width: 160, height: 120 });
  let number = 0;
  const write = (timeUs: number) => store.write({ ...frameAt(number++, jpeg), timestampUs: timeUs });
  for (let at = 0; at < 60; at++) write(at * 40_000);
  // Two hours of nothing, which would be 1.4 MB of empty frames.
  for (let at = 0; at < 60; at++) write(7200 * SECOND_US + at * 40_000);
  store.close();
  let frames = 0;
  for (const name of namesIn(directory.path)) {
    const bytes = await Deno.readFile(join(directory.path, name));
    assert(bytes.length <= maxBytes, `${name}: ${bytes.length} bytes`);
    const { count, problem } = await indexFile(memoryFile(bytes));
    assertEquals(problem, undefined);
    frames += count;
  }
  assertEquals(frames, 120);
});

Deno.test("SegmentedStore loses no sound where an AVI file is full", async () => {
  await using directory = await temporaryDirectory();
  const { store } = openStore(directory.path, { maxBytes: 300_000 }, WRITTEN_AVI);
  const jpeg = await makeJpeg({ width: 160, height: 120 });
  store.expectSound({ sampleRate: 8000, channels: 1 });
  // 40 ms each.
  for (let number = 0; number < 200; number++) {
    store.write({ ...frameAt(number, jpeg), timestampUs: number * 40_000 });
    store.writeSound({ data: new Uint8Array(2 * 320).fill(1), timestampUs: number * 40_000 });
  }
  store.close();
  const files = namesIn(directory.path).map((name) => Deno.readFileSync(join(directory.path, name)));
  assert(files.length > 1);
  const samples = files.map((bytes) => {
    // What the headers of the stream tell of its length (AVISTREAMHEADER).
    const header = new TextDecoder("latin1").decode(bytes).indexOf("auds");
    return new DataView(bytes.buffer).getUint32(header + 32, true);
  });
  assertEquals(samples.reduce((sum, count) => sum + count, 0), 200 * 320);
});

Deno.test("SegmentedStore makes a folder in the folder for each segment", async () => {
  await using directory = await temporaryDirectory();
  const { store } = openStore(directory.path, { lengthUs: 2 * SECOND_US, maxBytes: 1500 });
  for (let number = 0; number < 3; number++) store.write(frameAt(number));
  store.close();
  const folder = join(directory.path, "cam");
  assertEquals(namesIn(folder), ["00", "01", "02"].map((seconds) => `2026-03-05T07-08-${seconds}`));
  assertEquals(namesIn(join(folder, "2026-03-05T07-08-02")), ["frame-000001.jpg"]);
});

Deno.test("SegmentedStore takes another name where one is taken, and overwrites nothing", async () => {
  await using directory = await temporaryDirectory();
  const taken = join(directory.path, "cam-2026-03-05T07-08-00.mjpeg");
  await Deno.writeTextFile(taken, "precious");
  const { store } = openStore(directory.path, { maxBytes: 1005 }, WRITTEN_LAB);
  // Both in the same second.
  for (const number of [0, 0.5]) store.write(frameAt(number));
  store.close();
  assertEquals(await Deno.readTextFile(taken), "precious");
  assertEquals(
    namesIn(directory.path),
    ["", "_2", "_3"].map((end) => `cam-2026-03-05T07-08-00${end}.mjpeg`),
  );
});

for (const format of [WRITTEN_LAB, undefined]) {
  const what = format === undefined ? "folders" : "files";
  Deno.test(`SegmentedStore keeps the newest ${what}, and removes none but its own`, async () => {
    await using directory = await temporaryDirectory();
    const folder = format === undefined ? join(directory.path, "cam") : directory.path;
    const nameAt = (seconds: string) =>
      format === undefined ? `2026-03-05T07-08-${seconds}` : `cam-2026-03-05T07-08-${seconds}.mjpeg`;
    const segmentsIn = (folder: string) => namesIn(folder).filter((name) => name !== "moved");
    // One of another run, and one of this run that the user has moved away.
    await Deno.mkdir(join(folder, nameAt("00.old")), { recursive: true });
    const { store, notices } = openStore(directory.path, { lengthUs: SECOND_US, maxSegments: 2 }, format);
    for (let number = 0; number < 5; number++) {
      store.write(frameAt(number));
      assertEquals(segmentsIn(folder).length, Math.min(number, 1) + 2, "two, and the old one");
      if (number === 2) await Deno.rename(join(folder, nameAt("01")), join(directory.path, "moved"));
    }
    store.close();
    assertEquals(
      segmentsIn(folder),
      [nameAt("00.old"), nameAt("03"), nameAt("04")].toSorted(),
    );
    assertEquals(notices.filter(({ level }) => level === "warning"), []);
    assert(namesIn(directory.path).includes("moved"));
  });
}

Deno.test("SegmentedStore leaves in an old folder what others have put there", async () => {
  await using directory = await temporaryDirectory();
  const { store } = openStore(directory.path, { lengthUs: SECOND_US, maxSegments: 1 });
  store.write(frameAt(0));
  const first = join(directory.path, "cam", "2026-03-05T07-08-00");
  await Deno.writeTextFile(join(first, "notes.txt"), "precious");
  store.write(frameAt(1));
  store.close();
  assertEquals(namesIn(first), ["notes.txt"]);
});

Deno.test({
  name: "SegmentedStore says so where an old segment cannot be removed, goes on, and tries again",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using directory = await temporaryDirectory();
    const { store, notices } = openStore(directory.path, { lengthUs: SECOND_US, maxSegments: 1 }, WRITTEN_LAB);
    store.write(frameAt(0));
    // What cannot be removed as a file, for root, too.
    const first = join(directory.path, "cam-2026-03-05T07-08-00.mjpeg");
    await Deno.remove(first);
    await Deno.mkdir(join(first, "inside"), { recursive: true });
    store.write(frameAt(1));
    assertMatch(notices.at(-1)!.text, /^an old segment cannot be removed, there is one too many: /);
    assertEquals(namesIn(directory.path).length, 2);
    await Deno.remove(first, { recursive: true });
    store.write(frameAt(2));
    store.close();
    assertEquals(namesIn(directory.path), ["cam-2026-03-05T07-08-02.mjpeg"]);
  },
});

Deno.test("SegmentedStore goes on behind a frame that its format does not take", async () => {
  await using directory = await temporaryDirectory();
  const { store: lab } = openStore(directory.path, { lengthUs: 3 * SECOND_US }, WRITTEN_LAB);
  lab.write(frameAt(0));
  assertThrows(() => lab.write(frameAt(1, new Uint8Array(LAB_FRAME_MAX_BYTES + 1))), FrameTooLargeError);
  lab.write(frameAt(2));
  // The first one of a file, too.
  assertThrows(() => lab.write(frameAt(3, new Uint8Array(LAB_FRAME_MAX_BYTES + 1))), FrameTooLargeError);
  lab.write(frameAt(4));
  lab.close();
  assertEquals(
    ["00", "04"].map((at) => Deno.readFileSync(join(directory.path, `cam-2026-03-05T07-08-${at}.mjpeg`))),
    [labFileOf(0, 2), labFileOf(4)],
  );
  const { store: avi } = openStore(directory.path, { lengthUs: SECOND_US }, WRITTEN_AVI);
  assertThrows(() => avi.write(frameAt(0)), FrameRefusedError, "its size cannot be read");
  avi.write(frameAt(1, await makeJpeg()));
  avi.close();
  assertEquals(namesIn(directory.path).filter((name) => name.endsWith(".avi")), ["cam-2026-03-05T07-08-01.avi"]);
});
