import { assert, assertEquals } from "@std/assert";
import { BufferPool } from "./buffer_pool.ts";

Deno.test("BufferPool lends what came back again, and large enough buffers only", () => {
  const pool = new BufferPool({ maxSpareBytes: 4096 });
  const first = pool.take(1000);
  assertEquals(first.length, 1024);
  pool.give(first);
  assert(pool.take(1025) !== first);
  assert(pool.take(513) === first);
  assert(pool.take(513) !== first, "one user at a time");
  assertEquals([pool.take(0).length, pool.take(1).length, pool.take(2048).length], [1, 1, 2048]);
});

Deno.test("BufferPool keeps spare buffers of 4096 bytes, and none above", () => {
  const pool = new BufferPool({ maxSpareBytes: 4096 });
  const buffers = [1, 2, 3, 4, 5].map(() => pool.take(1024));
  for (const buffer of buffers) pool.give(buffer);
  assertEquals(pool.spareBytes, 4096);
  const again = [1, 2, 3, 4, 5].map(() => pool.take(1024));
  assertEquals(again.filter((buffer) => buffers.includes(buffer)).length, 4);
  assertEquals(pool.spareBytes, 0);
});
