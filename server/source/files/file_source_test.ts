import { assertEquals, assertRejects } from "@std/assert";
import { concat } from "@std/bytes";
import { join } from "@std/path";
import { indexFile } from "../../../mjpeg/containers/index_file.ts";
import { encodeLabHeader } from "../../../mjpeg/containers/streams/lab_header.ts";
import { memoryFile } from "../../../tests/support/memory_file.ts";
import { temporaryDirectory } from "../../../tests/support/temporary_directory.ts";
import { FrameCache } from "./frame_cache.ts";
import type { Cursor } from "../source.ts";
import { FileAccess } from "../../../net/file_access.ts";
import { versionOf } from "./file_version.ts";
import { FileSource } from "./file_source.ts";
import { RegularTimes } from "../frame_times.ts";

function jpeg(entropy: number): Uint8Array {
  return new Uint8Array([0xff, 0xd8, 0xff, 0xda, 0, 2, ...Array(entropy).fill(entropy), 0xff, 0xd9]);
}

const FRAMES = [jpeg(1), jpeg(2), jpeg(3)];

async function open(
  directory: string,
  cacheBytes = 1000,
): Promise<{ source: FileSource; cursor: Cursor; path: string; cache: FrameCache }> {
  const path = join(directory, "movie.mjpeg");
  const bytes = concat(FRAMES.flatMap((frame) => [encodeLabHeader(frame.length), frame]));
  await Deno.writeFile(path, bytes);
  const cache = new FrameCache(cacheBytes);
  const version = versionOf(await Deno.stat(path));
  const index = await indexFile(memoryFile(bytes));
  const times = new RegularTimes(index.count, 20);
  const source = new FileSource({ name: "movie.mjpeg", path, version, index, times, loops: false, cache });
  return { source, cursor: source.openCursor(), path, cache };
}

Deno.test("FileSource reads frames in any order, many at once", async () => {
  await using directory = await temporaryDirectory();
  const { source, cursor } = await open(directory.path);
  assertEquals([source.times.count, source.times.durationUs], [3, 150_000]);
  assertEquals(await Promise.all([2, 0, 1, 1, 2].map((index) => source.frame(index))), [
    ...[FRAMES[2], FRAMES[0], FRAMES[1], FRAMES[1], FRAMES[2]],
  ]);
  cursor.close();
});

Deno.test("FileSource reads a frame once for all who want it, and gives it at once afterwards", async () => {
  await using directory = await temporaryDirectory();
  const { source, cursor } = await open(directory.path);
  const [one, two] = [source.frame(1), source.frame(1)];
  assertEquals(one === two, true);
  assertEquals(source.frame(1) instanceof Uint8Array, false);
  const frame = await one;
  assertEquals(source.frame(1) === frame, true);
  cursor.close();
});

Deno.test("FileSource goes on without a cache", async () => {
  await using directory = await temporaryDirectory();
  const { source, cursor } = await open(directory.path, 0);
  for (let turn = 0; turn < 2; turn++) assertEquals(await source.frame(0), FRAMES[0]);
  cursor.close();
});

Deno.test("FileSource closes its file with its last user, and opens it again for the next", async () => {
  // The test runner fails a test that leaves a file open.
  await using directory = await temporaryDirectory();
  const { source, cursor } = await open(directory.path, 0);
  const other = source.openCursor();
  assertEquals(await source.frame(0), FRAMES[0]);
  other.close();
  assertEquals(await source.frame(1), FRAMES[1]);
  cursor.close();
  assertEquals(await source.frame(2), FRAMES[2], "a read without a cursor closes the file behind it");
});

Deno.test("FileSource says that a file has become shorter, and still reads what is there", async () => {
  await using directory = await temporaryDirectory();
  const { source, cursor, path } = await open(directory.path);
  await source.frame(1);
  await Deno.truncate(path, 30);
  await assertRejects(async () => await source.frame(2), Error, "the file has become shorter, it ends at 30");
  assertEquals(await source.frame(0), FRAMES[0]);
  cursor.close();
});

Deno.test("FileAccess reads anywhere, and says where the file ends", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "bytes");
  await Deno.writeFile(path, new Uint8Array([1, 2, 3, 4]));
  using file = await Deno.open(path);
  const access = new FileAccess(file, 4);
  assertEquals([...await access.read(2, 2)], [3, 4]);
  assertEquals([...await access.read(0, 3)], [1, 2, 3]);
  await assertRejects(
    () => access.read(3, 2),
    Error,
    "Cannot read 2 bytes at 3: the file has become shorter, it ends at 4",
  );
});

Deno.test("FileSource that cannot be opened can be read once it is there again", async () => {
  await using directory = await temporaryDirectory();
  const { source, cursor, path } = await open(directory.path);
  await Deno.rename(path, path + ".away");
  await assertRejects(async () => await source.frame(0), Deno.errors.NotFound);
  await Deno.rename(path + ".away", path);
  assertEquals(await source.frame(0), FRAMES[0]);
  cursor.close();
});

Deno.test("FileSource that is let go while a read is queued closes its file behind it", async () => {
  await using directory = await temporaryDirectory();
  const { source, cursor } = await open(directory.path);
  const reading = [source.frame(0), source.frame(1)];
  cursor.close();
  assertEquals(await Promise.all(reading), [FRAMES[0], FRAMES[1]]);
  // Deno's tests fail for a file that stays open.
});

Deno.test("FileSource reads nothing of a file that was written to since it was indexed", async () => {
  await using directory = await temporaryDirectory();
  const { source, cursor, path } = await open(directory.path);
  await Deno.writeFile(path, new Uint8Array(500));
  await assertRejects(async () => await source.frame(0), Error, "the file has been written to since it was indexed");
  cursor.close();
});

/** A lab file with these frames. */
function labFileOf(frames: readonly Uint8Array[]): Uint8Array {
  return concat(frames.flatMap((frame) => [encodeLabHeader(frame.length), frame]));
}

const REWRITTEN: readonly { title: string; content: Uint8Array }[] = [
  { title: "other frames of other lengths", content: labFileOf([jpeg(50), jpeg(51), jpeg(52)]) },
  { title: "junk", content: new Uint8Array(500).fill(0xff) },
  { title: "zeros", content: new Uint8Array(500) },
];

for (const { title, content } of REWRITTEN) {
  Deno.test(`FileSource gives no slice of a file that is overwritten in place with ${title} while it is played`, async () => {
    await using directory = await temporaryDirectory();
    const { source, cursor, path } = await open(directory.path, 0);
    assertEquals(await source.frame(0), FRAMES[0]);
    using file = await Deno.open(path, { write: true });
    await file.write(content);
    await Deno.utime(path, new Date(), new Date(Date.now() + 5000));
    for (const index of [1, 2]) {
      await assertRejects(async () => await source.frame(index), Error, "the file has been written to since it was");
    }
    cursor.close();
  });
}

Deno.test("FileSource plays on from a file that grows", async () => {
  await using directory = await temporaryDirectory();
  const { source, cursor, path } = await open(directory.path, 0);
  assertEquals(await source.frame(0), FRAMES[0]);
  await Deno.writeFile(path, labFileOf(FRAMES), { append: true });
  assertEquals([await source.frame(1), await source.frame(2)], [FRAMES[1], FRAMES[2]]);
  cursor.close();
});

Deno.test("FileSource gives frames without EOI one, and leaves junk behind EOI as it is", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "movie.mjpeg");
  const frames = [FRAMES[0].subarray(0, -2), concat([FRAMES[1], new Uint8Array(3)]), FRAMES[2]];
  const bytes = labFileOf(frames);
  await Deno.writeFile(path, bytes);
  const index = await indexFile(memoryFile(bytes));
  const source = new FileSource({
    ...{ name: "movie.mjpeg", path, index, loops: false, cache: new FrameCache(0) },
    version: versionOf(await Deno.stat(path)),
    times: new RegularTimes(3, 20),
  });
  assertEquals([await source.frame(0), await source.frame(1)], [FRAMES[0], frames[1]]);
});

Deno.test("FileSource reads ahead for somebody who watches one frame after the other, and for nobody else", async () => {
  await using directory = await temporaryDirectory();
  const lengthBytes = (from: number) => FRAMES.slice(from).reduce((sum, frame) => sum + frame.length, 0);
  for (
    const [indexes, cachedBytes] of [[[0], FRAMES[0].length], [[0, 2], lengthBytes(0) - FRAMES[1].length]] as const
  ) {
    const { source, cursor, cache } = await open(directory.path);
    for (const index of indexes) await source.frame(index);
    assertEquals(cache.bytes, cachedBytes);
    cursor.close();
  }
  const { source, cursor, cache } = await open(directory.path);
  await source.frame(0);
  assertEquals(await source.frame(1), FRAMES[1]);
  assertEquals(cache.bytes, lengthBytes(0));
  assertEquals(source.frame(2), FRAMES[2]);
  cursor.close();
});

Deno.test("FileSource reads no further ahead than its share of the cache, and gives the frames before one that is gone", async () => {
  await using directory = await temporaryDirectory();
  const shared = await open(directory.path, 4 * FRAMES[2].length);
  const others = Array.from({ length: 8 }, () => shared.source.openCursor());
  for (const index of [0, 1]) await shared.source.frame(index);
  assertEquals(shared.cache.bytes, FRAMES[0].length + FRAMES[1].length);
  for (const cursor of [shared.cursor, ...others]) cursor.close();
  const { source, cursor, path } = await open(directory.path);
  await source.frame(0);
  await Deno.truncate(path, FRAMES[0].length + FRAMES[1].length + 10);
  assertEquals(await source.frame(1), FRAMES[1]);
  await assertRejects(async () => await source.frame(2), Error, "the file has become shorter");
  cursor.close();
});
