import { assert, assertEquals } from "@std/assert";
import { setImmediate } from "node:timers";
import { READS_PER_TURN } from "../limits.ts";
import { ReadTurns } from "./read_turns.ts";
import { until } from "../../tests/support/until.ts";

Deno.test(`ReadTurns lets ${READS_PER_TURN} go on in a turn of the event loop, in their order, and the others later`, async () => {
  const turns = new ReadTurns();
  const counts: number[] = [];
  const order: number[] = [];
  let count = 0;
  const countTurns = () => {
    counts.push(count);
    if (order.length < 3 * READS_PER_TURN) setImmediate(countTurns);
  };
  for (let index = 0; index < 3 * READS_PER_TURN; index++) {
    turns.next().then(() => {
      order.push(index);
      count++;
    });
  }
  setImmediate(countTurns);
  await until(() => order.length === 3 * READS_PER_TURN);
  assertEquals(order, Array.from({ length: order.length }, (_, index) => index));
  counts.slice(1).forEach((now, index) => assert(now - counts[index] <= READS_PER_TURN, counts.join(" ")));
});

Deno.test("ReadTurns lets who waits again go on behind those who wait already", async () => {
  const turns = new ReadTurns();
  const order: string[] = [];
  const read = async (name: string, times: number) => {
    for (let count = 0; count < times; count++) {
      await turns.next();
      order.push(name);
    }
  };
  await Promise.all([read("greedy", 3), ...Array.from({ length: READS_PER_TURN }, () => read("other", 1))]);
  assertEquals(order, ["greedy", ...Array(READS_PER_TURN).fill("other"), "greedy", "greedy"]);
});
