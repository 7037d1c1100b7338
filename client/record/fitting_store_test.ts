import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { indexFile } from "../../mjpeg/containers/index_file.ts";
import { LAB_FRAME_MAX_BYTES } from "../../mjpeg/containers/streams/lab_header.ts";
import { readJpegHeader } from "../../mjpeg/jpeg/jpeg_header.ts";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { memoryFile } from "../../tests/support/memory_file.ts";
import { temporaryDirectory } from "../../tests/support/temporary_directory.ts";
import { openFrameStore } from "./open_frame_store.ts";

const LARGE = await makeJpeg({ width: 640, height: 480, quality: 100 });
const SMALL = await Promise.all([1, 2, 3].map((seed) => makeJpeg({ seed })));

/** Hands all frames over at once; what became of each, and what is in the file. */
async function store(frames: readonly Uint8Array[]) {
  assert(LARGE.length > LAB_FRAME_MAX_BYTES);
  await using directory = await temporaryDirectory();
  const out = join(directory.path, "movie.mjpeg");
  const opened = await openFrameStore(out, { maxFrames: Infinity, fit: true, gatherMs: 20 });
  const outcomes = await Promise.all(
    frames.map((data, index) =>
      opened.write({ data, timestampUs: 40_000 * index }, () => {}).then(() => "stored", (error) => error.name)
    ),
  );
  await opened.finish();
  const bytes = await Deno.readFile(out);
  const index = await indexFile(memoryFile(bytes));
  const stored = Array.from({ length: index.count }, (_, at) => {
    const { offset, lengthBytes } = index.locate(at);
    return bytes.slice(offset, offset + lengthBytes);
  });
  return { outcomes, stored, problem: index.problem };
}

Deno.test("FittingStore re-encodes what is too large, and nothing else; the order stays", async () => {
  const [one, two, three] = SMALL;
  const { outcomes, stored, problem } = await store([one, LARGE, two, LARGE, LARGE, three]);
  assertEquals([new Set(outcomes), problem], [new Set(["stored"]), undefined]);
  assertEquals([stored[0], stored[2], stored[5]], [one, two, three]);
  for (const index of [1, 3, 4]) {
    assert(stored[index].length <= LAB_FRAME_MAX_BYTES && stored[index].length > LAB_FRAME_MAX_BYTES / 4);
    assertEquals(readJpegHeader(stored[index]).frame.width, 640);
  }
});

Deno.test("FittingStore has refused what cannot be re-encoded, and goes on", async () => {
  const broken = new Uint8Array(LAB_FRAME_MAX_BYTES + 1);
  const { outcomes, stored } = await store([broken, SMALL[0], LARGE, broken, SMALL[1]]);
  const refused = "FrameTooLargeError";
  assertEquals(outcomes, [refused, "stored", "stored", refused, "stored"]);
  assertEquals([stored.length, stored[0], stored[2]], [3, SMALL[0], SMALL[1]]);
});
