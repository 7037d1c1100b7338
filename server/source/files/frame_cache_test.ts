import { assertEquals } from "@std/assert";
import { FrameCache } from "./frame_cache.ts";

Deno.test("FrameCache keeps up to its bytes, and drops what was not used for longest", () => {
  const cache = new FrameCache(30);
  const owner = cache.createOwner();
  for (let index = 0; index < 3; index++) cache.set(owner, index, new Uint8Array(10));
  assertEquals(cache.bytes, 30);
  cache.get(owner, 0);
  cache.set(owner, 3, new Uint8Array(1));
  assertEquals([0, 1, 2, 3].map((index) => cache.get(owner, index)?.length), [10, undefined, 10, 1]);
  assertEquals(cache.bytes, 21);
});

Deno.test("FrameCache keeps a frame as large as itself, and none that is larger", () => {
  const cache = new FrameCache(10);
  const owner = cache.createOwner();
  cache.set(owner, 0, new Uint8Array(10));
  cache.set(owner, 1, new Uint8Array(11));
  assertEquals([cache.get(owner, 0)?.length, cache.get(owner, 1)], [10, undefined]);
});

Deno.test("FrameCache tells owners apart, and replaces a frame of the same number", () => {
  const cache = new FrameCache(100);
  const [one, two] = [cache.createOwner(), cache.createOwner()];
  cache.set(one, 0, new Uint8Array([1]));
  cache.set(two, 0, new Uint8Array([2]));
  cache.set(two, 0, new Uint8Array([3, 3]));
  assertEquals([cache.get(one, 0), cache.get(two, 0)], [new Uint8Array([1]), new Uint8Array([3, 3])]);
  assertEquals(cache.bytes, 3);
});
