import { assertEquals, assertStrictEquals } from "@std/assert";
import { CHROMA, LUMA } from "../../tests/support/jpeg_packets.ts";
import { quantTablesOf } from "./jpeg_quantization.ts";
import { JpegTableCache } from "./jpeg_table_cache.ts";

const BOTH = Uint8Array.of(...LUMA, ...CHROMA);
const SWAPPED = Uint8Array.of(...CHROMA, ...LUMA);
const NONE = new Uint8Array(0);

function find(cache: JpegTableCache, q: number, tables?: Uint8Array, precision = 0) {
  return cache.find({ q, precision, tables });
}

Deno.test("JpegTableCache gives the same object for the same tables", () => {
  const cache = new JpegTableCache();
  assertEquals(find(cache, 50), quantTablesOf(50));
  assertStrictEquals(find(cache, 50), find(cache, 50));
  const sent = find(cache, 255, BOTH.slice());
  assertEquals(sent, [LUMA, CHROMA]);
  assertStrictEquals(find(cache, 255, BOTH.slice()), sent);
  assertEquals(find(cache, 255, SWAPPED), [CHROMA, LUMA]);
});

Deno.test("JpegTableCache keeps tables for Q 128 to 254, the newest for each", () => {
  const cache = new JpegTableCache();
  find(cache, 128, BOTH);
  find(cache, 254, BOTH);
  find(cache, 254, SWAPPED);
  assertEquals([find(cache, 128, NONE), find(cache, 254, NONE)], [[LUMA, CHROMA], [CHROMA, LUMA]]);
  find(cache, 255, BOTH);
  assertEquals([find(cache, 255, NONE), find(cache, 129, NONE)], ["tables-missing", "tables-missing"]);
});

Deno.test("JpegTableCache owns the tables that it keeps", () => {
  const cache = new JpegTableCache();
  const data = BOTH.slice();
  find(cache, 200, data);
  data.fill(0);
  assertEquals(find(cache, 200, NONE), [LUMA, CHROMA]);
});

Deno.test("JpegTableCache refuses reserved Q, and data that is not one, two or three tables", () => {
  const cache = new JpegTableCache();
  for (const q of [0, 100, 127]) assertEquals(find(cache, q), "reserved-q");
  for (const bytes of [1, 63, 65, 4 * 64]) {
    assertEquals(find(cache, 255, new Uint8Array(bytes)), "malformed-tables", `${bytes}`);
  }
  // 16 bits a value, one of which is above 255.
  const wide = Uint8Array.from({ length: 128 }, (_, index) => index === 40 ? 1 : 7);
  assertEquals(find(cache, 255, wide, 0b1), "malformed-tables");
});
