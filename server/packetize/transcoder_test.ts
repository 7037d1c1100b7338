import { assertEquals } from "@std/assert";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { Transcoder } from "./transcoder.ts";

const MAX_WORKERS = 2;

Deno.test(`Transcoder starts ${MAX_WORKERS} workers for frames at once, and not one more`, async () => {
  const transcoder = new Transcoder({ reencode: false, maxWorkers: MAX_WORKERS });
  try {
    const jpegs = await Promise.all([0, 1, 2, 3].map((seed) => makeJpeg({ seed, optimized: true })));
    assertEquals(transcoder.workers, 0);
    await transcoder.transcode(jpegs[0]);
    await transcoder.transcode(jpegs[1]);
    assertEquals(transcoder.workers, 1, "one after the other");
    const results = await Promise.all(jpegs.map((jpeg) => transcoder.transcode(jpeg)));
    assertEquals(transcoder.workers, MAX_WORKERS);
    assertEquals(results.map((result) => [result.number, "image" in result]), [3, 4, 5, 6].map((n) => [n, true]));
  } finally {
    transcoder.close(new Error("test over"));
  }
});
