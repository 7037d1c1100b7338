import { assertEquals } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { Capture } from "./capture.ts";

Deno.test("Capture leaves out what comes to a socket by the other family, and takes the rest", () => {
  const blocks: Uint8Array[] = [];
  const capture = new Capture({
    write: (block) => blocks.push(block),
    createBlank: () => (bytes) => bytes,
    clock: new FakeClock(),
  });
  const tap = capture.tap("::1");
  tap.received(Uint8Array.of(1), { transport: "udp", hostname: "::ffff:127.0.0.1", port: 9 }, 5000);
  assertEquals(blocks.length, 0);
  tap.received(Uint8Array.of(1), { transport: "udp", hostname: "::1", port: 9 }, 5000);
  tap.sent(Uint8Array.of(1), { transport: "udp", hostname: "::1", port: 9 }, 5000);
  assertEquals(blocks.length, 2);
});
