import { assertEquals } from "@std/assert";
import { decodePageCommand } from "./socket/messages.ts";

Deno.test("decodePageCommand() takes networks whose values can be had, and nothing else", () => {
  const decode = (network: unknown) => decodePageCommand(JSON.stringify({ command: "emulate", network }));
  const network = { loss: 0.05, duplicate: 0, reorder: 1, delayMs: 2000, jitterMs: 20, rate: 2e6 };
  assertEquals(decode(network), { command: "emulate", network });
  assertEquals(decode({ loss: 0 }), { command: "emulate", network: { loss: 0 } });
  for (const other of [undefined, null, 5, {}, { loss: 1.1 }, { loss: "0.5" }, { other: 0 }, { rate: 1 }, []]) {
    assertEquals(decode(other), undefined);
  }
});
