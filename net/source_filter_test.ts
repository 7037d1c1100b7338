import { assertEquals } from "@std/assert";
import { FakeClock } from "../tests/support/fake_clock.ts";
import { SOURCE_SILENCE_MS } from "./limits.ts";
import { SourceFilter, type SourceFilterOptions } from "./source_filter.ts";

const SERVER = "192.0.2.1";

function open(options: Partial<SourceFilterOptions> = {}) {
  const clock = new FakeClock();
  const filter = new SourceFilter({ addresses: [SERVER], clock, ...options });
  return { clock, accepts: (port: number, hostname = SERVER) => filter.accepts({ hostname, port }) };
}

Deno.test("SourceFilter accepts the ports that the server has named, at its addresses", () => {
  const { accepts } = open({ ports: [6000, 6001], addresses: [SERVER, "::1"] });
  assertEquals([accepts(5999), accepts(6000), accepts(6001), accepts(6002)], [false, true, true, false]);
  assertEquals([accepts(6000, "::1"), accepts(6000, "192.0.2.2")], [true, false]);
  assertEquals(accepts(6000, `::ffff:${SERVER}`), true);
  // Whoever comes after the server does not pass for it.
  assertEquals([accepts(6000, "192.0.2.2"), accepts(5999, `::ffff:${SERVER}`)], [false, false]);
});

for (const ports of [undefined, [0, 0]]) {
  Deno.test(`SourceFilter accepts the first port that sends where the server names ${ports ?? "none"}`, () => {
    const { accepts } = open({ ports });
    assertEquals([accepts(7, "192.0.2.2"), accepts(6000), accepts(6001), accepts(6000)], [false, true, false, true]);
  });
}

Deno.test("SourceFilter accepts the ports that join in time", () => {
  const { accepts, clock } = open({ joinMs: 500 });
  assertEquals([accepts(1), accepts(2)], [true, true]);
  clock.advance(499);
  assertEquals([accepts(3), accepts(1)], [true, true]);
  clock.advance(1);
  assertEquals([4, 1, 2, 3].map((port) => accepts(port)), [false, true, true, true]);
});

Deno.test(`SourceFilter accepts another port once the first one was silent for ${SOURCE_SILENCE_MS} ms`, () => {
  const { accepts, clock } = open();
  accepts(1);
  clock.advance(SOURCE_SILENCE_MS - 1);
  assertEquals(accepts(2), false);
  clock.advance(1);
  assertEquals([accepts(2), accepts(1), accepts(2)], [true, false, true]);
});
