import { assertEquals, assertRejects } from "@std/assert";
import { writeAll } from "./write_all.ts";

/** Takes at most so many bytes at a time. */
function narrow(maxBytes: number) {
  const taken: number[][] = [];
  const write = (bytes: Uint8Array) => Promise.resolve(taken[taken.push([...bytes.subarray(0, maxBytes)]) - 1].length);
  return { taken, write };
}

Deno.test("writeAll() writes on until all is taken, and tells of each part", async () => {
  const target = narrow(2);
  let parts = 0;
  await writeAll(target, Uint8Array.of(1, 2, 3, 4, 5), { onProgress: () => parts++ });
  assertEquals([target.taken, parts], [[[1, 2], [3, 4], [5]], 3]);
});

Deno.test("writeAll() offers pieces, and nothing of no bytes", async () => {
  const target = narrow(10);
  await writeAll(target, Uint8Array.of(1, 2, 3), { pieceBytes: 2 });
  await writeAll(target, new Uint8Array(0));
  assertEquals(target.taken, [[1, 2], [3]]);
});

Deno.test("writeAll() rejects where the target fails", async () => {
  const target = { write: () => Promise.reject(new Deno.errors.BrokenPipe("gone")) };
  await assertRejects(() => writeAll(target, Uint8Array.of(1)), Deno.errors.BrokenPipe);
});
