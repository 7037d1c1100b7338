import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "./errors.ts";
import { multicastGroupOf } from "./multicast_options.ts";

Deno.test("multicastGroupOf() reads a group and its port", () => {
  assertEquals(multicastGroupOf({ multicast: undefined, ttl: 1 }), undefined);
  for (const [hostname, port] of [["224.0.0.0", 2], ["239.1.2.3", 5004], ["239.255.255.255", 65_534]] as const) {
    assertEquals(multicastGroupOf({ multicast: `${hostname}:${port}`, ttl: 0 }), { hostname, port, ttl: 0 });
  }
});

const REFUSED = [
  ...["239.1.2.3", "239.1.2.3:", "239.1.2.3:5005", "239.1.2.3:0", "239.1.2.3:65536", "239.1.2.3:5004 "],
  ...["223.255.255.255:5004", "240.0.0.0:5004", "239.1.2.256:5004", "239.1.2:5004", "[ff02::1]:5004", "host:5004"],
];

for (const multicast of REFUSED) {
  Deno.test(`multicastGroupOf() refuses ${multicast}`, () => {
    assertThrows(
      () => multicastGroupOf({ multicast, ttl: 1 }),
      UsageError,
      `--multicast needs an IPv4 group and an even port, such as 239.1.2.3:5004, got "${multicast}"`,
    );
  });
}
