import { assertEquals, assertRejects } from "@std/assert";
import { distant, offer } from "./rpc.ts";

Deno.test("an error keeps its class, its message and the system's code on its way to another thread", async () => {
  const { port1, port2 } = new MessageChannel();
  const errors = [
    Object.assign(new Error("too many"), { code: "EMFILE" }),
    new Deno.errors.NotFound("not there"),
    new SyntaxError("no JPEG"),
    new RangeError("too large"),
  ];
  offer({
    fail: (index: number): void => {
      throw errors[index];
    },
    add: (one: number, two: number) => one + two,
  }, port1);
  const other = distant<{ fail(index: number): void; add(one: number, two: number): number }>(port2);
  for (const [index, { message }] of errors.entries()) {
    const Class = errors[index].constructor as new () => Error;
    const error = await assertRejects(() => other.fail(index), Class, message);
    assertEquals("code" in error ? error.code : undefined, index === 0 ? "EMFILE" : undefined);
  }
  assertEquals(await other.add(1, 2), 3);
  await assertRejects(() => other.fail(99), Error, "undefined");
  port1.close();
  port2.close();
});
