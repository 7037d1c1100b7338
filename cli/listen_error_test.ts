import { assertEquals, assertInstanceOf, assertMatch, assertStrictEquals } from "@std/assert";
import { explainListenError } from "./listen_error.ts";
import { FailedError } from "./options/errors.ts";

Deno.test("explainListenError() names the next port that is free", () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const error = explainListenError(new Deno.errors.AddrInUse("x"), { hostname: "127.0.0.1", port });
  assertInstanceOf(error, FailedError);
  const [, first, free] = /^Port (\d+) is in use by another program; the next free one is (\d+): --port \2$/
    .exec(error.message) ?? [];
  assertEquals(Number(first), port);
  Deno.listen({ hostname: "127.0.0.1", port: Number(free) }).close();
});

Deno.test("explainListenError() explains ports under 1024 and addresses of other machines", () => {
  const denied = explainListenError(new Deno.errors.PermissionDenied("x"), { hostname: "0.0.0.0", port: 554 });
  assertMatch((denied as Error).message, /^Port 554 is not allowed: ports under 1024 .*use --port 1025$/);
  const foreign = explainListenError(new Deno.errors.AddrNotAvailable("x"), { hostname: "192.0.2.1", port: 1025 });
  assertMatch((foreign as Error).message, /^This machine has no address 192\.0\.2\.1; use --host 0\.0\.0\.0/);
});

Deno.test("explainListenError() explains an unknown host", () => {
  try {
    Deno.listen({ hostname: "no-such-host.invalid", port: 0 }).close();
  } catch (error) {
    const explained = explainListenError(error, { hostname: "no-such-host.invalid", port: 1025 });
    assertInstanceOf(explained, FailedError);
    assertMatch(explained.message, /^There is no host called no-such-host\.invalid .*use --host 0\.0\.0\.0/);
    return;
  }
  throw new Error("Listened on an unknown host");
});

Deno.test("explainListenError() returns other errors as they are", () => {
  for (const error of [new Error("x"), new Deno.errors.PermissionDenied("x")]) {
    assertStrictEquals(explainListenError(error, { hostname: "0.0.0.0", port: 8554 }), error);
  }
});
