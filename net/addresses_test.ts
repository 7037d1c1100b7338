import { assertEquals } from "@std/assert";
import { hostAndPort, ownerOf, plainAddress } from "./addresses.ts";

Deno.test("plainAddress() takes IPv4 out of IPv6, and leaves other addresses", () => {
  assertEquals(
    ["::ffff:127.0.0.1", "::FFFF:10.0.0.1", "127.0.0.1", "::1", "::ffff:1", "fe80::1%eth0"].map(plainAddress),
    ["127.0.0.1", "10.0.0.1", "127.0.0.1", "::1", "::ffff:1", "fe80::1%eth0"],
  );
});

Deno.test("hostAndPort() puts IPv6 into brackets", () => {
  assertEquals(hostAndPort({ hostname: "::1", port: 554 }), "[::1]:554");
  assertEquals(hostAndPort({ hostname: "::ffff:127.0.0.1", port: 554 }), "127.0.0.1:554");
  assertEquals(hostAndPort({ hostname: "camera.local", port: 8554 }), "camera.local:8554");
});

Deno.test("ownerOf() is an IPv4 address, and the network of an IPv6 one", () => {
  const addresses = [
    "10.0.0.1",
    "::ffff:10.0.0.1",
    "2001:db8::1",
    "2001:db8:0:0:ffff::",
    "2001:0DB8:0:1::",
    "fe80::1%eth0",
  ];
  assertEquals(addresses.map(ownerOf), [
    ...["10.0.0.1", "10.0.0.1", "2001:db8:0:0", "2001:db8:0:0", "2001:db8:0:1", "fe80:0:0:0"],
  ]);
  assertEquals(["::1", "::", "1:2:3:4:5:6:7:8"].map(ownerOf), ["0:0:0:0", "0:0:0:0", "1:2:3:4"]);
});
