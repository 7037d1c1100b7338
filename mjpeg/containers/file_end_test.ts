import { assertEquals, assertRejects } from "@std/assert";
import { concat } from "@std/bytes";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { labFile } from "../../tests/support/lab_movie.ts";
import { aviFile } from "../../tests/support/avi_files.ts";
import { memoryFile } from "../../tests/support/memory_file.ts";
import { findConcatenatedEnd, findLabEnd } from "./file_end.ts";

const JPEGS = await Promise.all([1, 2, 3].map((seed) => makeJpeg({ seed })));
const KINDS = [["lab", findLabEnd, labFile(JPEGS), labFile(JPEGS.slice(0, 2))], [
  "concatenated",
  findConcatenatedEnd,
  concat(JPEGS),
  concat(JPEGS.slice(0, 2)),
]] as const;

for (const [name, findEnd, whole, shorter] of KINDS) {
  Deno.test(`the end of a ${name} file is where it ends, or its last frame begins that was cut at any byte`, async () => {
    assertEquals(await findEnd(memoryFile(new Uint8Array(0))), 0);
    assertEquals(await findEnd(memoryFile(whole)), whole.length);
    for (let cut = shorter.length; cut < whole.length - 2; cut++) {
      assertEquals(await findEnd(memoryFile(whole.subarray(0, cut))), shorter.length, `cut at ${cut}`);
    }
    // Within its first frame.
    assertEquals(await findEnd(memoryFile(whole.subarray(0, 100))), 0);
  });

  Deno.test(`a ${name} file is not gone on with where something else stands in it`, async () => {
    const text = new TextEncoder().encode("something else");
    const others = [text, concat([whole, text]), aviFile({ frames: JPEGS }), Uint8Array.of(0)];
    for (const bytes of others) await assertRejects(() => findEnd(memoryFile(bytes)), SyntaxError, "at byte ");
  });
}

Deno.test("a lab file is no concatenated one, nor the other way round, and damage is not cut off", async () => {
  const [lab, concatenated] = [labFile(JPEGS), concat(JPEGS)];
  await assertRejects(() => findConcatenatedEnd(memoryFile(lab)), SyntaxError, "at byte 0 there is no JPEG");
  await assertRejects(() => findLabEnd(memoryFile(concatenated)), SyntaxError, "at byte 0 there are no five digits");
  const damaged = labFile(JPEGS);
  damaged[5 + JPEGS[0].length] = 0x58;
  await assertRejects(
    () => findLabEnd(memoryFile(damaged)),
    SyntaxError,
    `at byte ${5 + JPEGS[0].length} there are no`,
  );
  const half = JPEGS[1].subarray(0, 200);
  const twoHalves = concat([JPEGS[0], half, half]);
  await assertRejects(() => findConcatenatedEnd(memoryFile(twoHalves)), SyntaxError, "something else than one that is");
  // Damage within the file is nothing new behind it.
  const within = concat([JPEGS[0], half, JPEGS[2]]);
  assertEquals(await findConcatenatedEnd(memoryFile(within)), within.length);
});
