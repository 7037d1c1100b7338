import { assertEquals } from "@std/assert";
import { seededRandom } from "../../server/emulation/random.ts";
import { PlayOrder } from "./play_order.ts";

/** The items from one on, as they come. */
function way(order: PlayOrder, from: number): number[] {
  const next = order.beside(from, 1);
  return next === undefined ? [from] : [from, ...way(order, next)];
}

Deno.test("PlayOrder goes through the list, and ends at its ends", () => {
  const order = new PlayOrder(3, () => 0);
  assertEquals(way(order, 0), [0, 1, 2]);
  assertEquals([order.beside(2, 1), order.beside(2, -1), order.beside(0, -1)], [undefined, 1, undefined]);
});

Deno.test("PlayOrder.setShuffles() has each item once, the current one first, and no order more often than others", () => {
  const order = new PlayOrder(4, seededRandom(7));
  const seen = new Map<string, number>();
  for (let count = 0; count < 6000; count++) {
    order.setShuffles(true, 2);
    const all = way(order, 2);
    assertEquals(all.toSorted(), [0, 1, 2, 3]);
    seen.set(all.join(), (seen.get(all.join()) ?? 0) + 1);
  }
  assertEquals(seen.size, 6);
  for (const [all, count] of seen) assertEquals(Math.abs(count - 1000) < 150, true, `${all}: ${count}`);
  order.setShuffles(false, 2);
  assertEquals([order.shuffles, way(order, 0)], [false, [0, 1, 2, 3]]);
});

Deno.test("PlayOrder of one item has none beside it, in any order", () => {
  const order = new PlayOrder(1, () => 0.5);
  order.setShuffles(true, 0);
  assertEquals([order.beside(0, 1), order.beside(0, -1)], [undefined, undefined]);
});
