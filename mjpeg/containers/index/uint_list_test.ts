import { assert, assertEquals, assertThrows } from "@std/assert";
import { uintAt, UintList } from "./uint_list.ts";

for (const bytes of [4, 6] as const) {
  const end = 2 ** (8 * bytes);

  Deno.test(`UintList of ${bytes} bytes holds 0 to 2^${8 * bytes} - 1, and refuses all other numbers`, () => {
    const list = new UintList(bytes);
    const values = [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 40 + 7, end - 1].filter((one) => one < end);
    for (const value of values) list.push(value);
    for (const value of [-1, end, 1.5, NaN, Infinity]) {
      assertThrows(() => list.push(value), RangeError, `Cannot store ${value}: whole numbers of 0 to ${end - 1}`);
    }
    assertEquals(Array.from({ length: list.length }, (_, index) => list.at(index)), values);
  });

  Deno.test(`UintList of ${bytes} bytes grows, also after it was finished`, () => {
    const list = new UintList(bytes);
    const values = Array.from({ length: 1000 }, (_, index) => (index * (2 ** 32 + 3)) % end);
    for (const value of values) list.push(value);
    const finished = list.finish();
    list.push(5);
    assertEquals(values.map((_, index) => uintAt(finished, index)), values);
    assert(finished.low.buffer instanceof SharedArrayBuffer && finished.low.length === values.length);
    assertEquals(Array.from({ length: list.length }, (_, index) => list.at(index)), [...values, 5]);
  });
}
