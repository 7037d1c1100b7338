import { assertEquals, assertRejects } from "@std/assert";
import { until } from "./until.ts";

Deno.test("until() waits for its condition, step by step", async () => {
  let count = 0;
  // deno-lint-ignore require-await
  await until(() => count === 3, { step: async () => count++ });
  assertEquals(count, 3);
});

Deno.test("until() gives up, and says on what", async () => {
  await assertRejects(() => until(() => 1 + 1 === 3, { timeoutMs: 5 }), Error, "1 + 1 === 3");
});

Deno.test("until() gives up on a look that never ends", async () => {
  await assertRejects(() => until(() => new Promise(() => {}), { timeoutMs: 5 }), Error, "Not so after 5 ms");
});
