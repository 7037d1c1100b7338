import { assertEquals, assertRejects } from "@std/assert";
import { concat } from "@std/bytes";
import { join } from "@std/path";
import { indexFile } from "../../mjpeg/containers/file_format.ts";
import { encodeLabHeader } from "../../mjpeg/containers/lab_format.ts";
import { memoryFile } from "../../tests/support/memory_file.ts";
import { temporaryDirectory } from "../../tests/support/temporary_directory.ts";
import { FrameCache } from "./frame_cache.ts";
import { FileAccess, MovieFile, versionOf } from "./movie_file.ts";

function jpeg(entropy: number): Uint8Array {
  return new Uint8Array([0xff, 0xd8, 0xff, 0xda, 0, 2, ...Array(entropy).fill(entropy), 0xff, 0xd9]);
}

const FRAMES = [jpeg(1), jpeg(2), jpeg(3)];

async function open(
  directory: string,
  cacheBytes = 1000,
): Promise<{ movie: MovieFile; path: string; cache: FrameCache }> {
  const path = join(directory, "movie.mjpeg");
  const bytes = concat(FRAMES.flatMap((frame) => [encodeLabHeader(frame.length), frame]));
  await Deno.writeFile(path, bytes);
  const cache = new FrameCache(cacheBytes);
  const version = versionOf(await Deno.stat(path));
  const movie = new MovieFile({ name: "movie.mjpeg", path, version, index: await indexFile(memoryFile(bytes)), cache });
  return { movie: movie.acquire(), path, cache };
}

Deno.test("MovieFile reads frames in any order, many at once", async () => {
  await using directory = await temporaryDirectory();
  const { movie } = await open(directory.path);
  assertEquals([movie.frameCount, movie.largestFrameBytes], [3, FRAMES[2].length]);
  assertEquals(await Promise.all([2, 0, 1, 1, 2].map((index) => movie.frame(index))), [
    ...[FRAMES[2], FRAMES[0], FRAMES[1], FRAMES[1], FRAMES[2]],
  ]);
  movie.release();
});

Deno.test("MovieFile reads a frame once for all who want it, and gives it at once afterwards", async () => {
  await using directory = await temporaryDirectory();
  const { movie } = await open(directory.path);
  const [one, two] = [movie.frame(1), movie.frame(1)];
  assertEquals(one === two, true);
  assertEquals(movie.frame(1) instanceof Uint8Array, false);
  const frame = await one;
  assertEquals(movie.frame(1) === frame, true);
  movie.release();
});

Deno.test("MovieFile goes on without a cache", async () => {
  await using directory = await temporaryDirectory();
  const { movie } = await open(directory.path, 0);
  for (let turn = 0; turn < 2; turn++) assertEquals(await movie.frame(0), FRAMES[0]);
  movie.release();
});

Deno.test("MovieFile closes its file with its last user, and opens it again for the next", async () => {
  // The test runner fails a test that leaves a file open.
  await using directory = await temporaryDirectory();
  const { movie } = await open(directory.path, 0);
  movie.acquire();
  assertEquals(await movie.frame(0), FRAMES[0]);
  movie.release();
  assertEquals(await movie.frame(1), FRAMES[1]);
  movie.release();
  movie.acquire();
  assertEquals(await movie.frame(2), FRAMES[2]);
  movie.release();
});

Deno.test("MovieFile says that a file has become shorter, and still reads what is there", async () => {
  await using directory = await temporaryDirectory();
  const { movie, path } = await open(directory.path);
  await movie.frame(1);
  await Deno.truncate(path, 30);
  await assertRejects(async () => await movie.frame(2), Error, "the file has become shorter, it ends at 30");
  assertEquals(await movie.frame(0), FRAMES[0]);
  movie.release();
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

Deno.test("MovieFile that cannot be opened can be read once it is there again", async () => {
  await using directory = await temporaryDirectory();
  const { movie, path } = await open(directory.path);
  await Deno.rename(path, path + ".away");
  await assertRejects(async () => await movie.frame(0), Deno.errors.NotFound);
  await Deno.rename(path + ".away", path);
  assertEquals(await movie.frame(0), FRAMES[0]);
  movie.release();
});

Deno.test("MovieFile that is let go while a read is queued closes its file behind it", async () => {
  await using directory = await temporaryDirectory();
  const { movie } = await open(directory.path);
  const reading = [movie.frame(0), movie.frame(1)];
  movie.release();
  assertEquals(await Promise.all(reading), [FRAMES[0], FRAMES[1]]);
  // Deno's tests fail for a file that stays open.
});

Deno.test("MovieFile reads nothing of a file that was written to since it was indexed", async () => {
  await using directory = await temporaryDirectory();
  const { movie, path } = await open(directory.path);
  await Deno.writeFile(path, new Uint8Array(500));
  await assertRejects(async () => await movie.frame(0), Error, "the file has been written to since it was indexed");
  movie.release();
});
