import { assertEquals, assertRejects } from "@std/assert";
import { TestSource } from "./test_source.ts";

Deno.test("TestSource asks for each frame once, however often it is wanted, and again where it could not be drawn", async () => {
  const asked: number[] = [];
  let fails = true;
  const source = new TestSource({
    draw(index) {
      asked.push(index);
      return index === 0 && fails ? Promise.reject(new Error("no")) : Promise.resolve(Uint8Array.of(index));
    },
    close() {},
  });
  const first = [source.frame(0), source.frame(0)];
  assertEquals(asked, [1, 2, 3, 4, 0]);
  for (const frame of first) await assertRejects(async () => await frame, Error, "no");
  fails = false;
  assertEquals(await source.frame(0), Uint8Array.of(0));
  assertEquals(source.frame(0), Uint8Array.of(0));
  assertEquals(asked, [1, 2, 3, 4, 0, 0]);
});
