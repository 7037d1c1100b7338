import { assertEquals } from "@std/assert";
import { refusalReason } from "./same_site.ts";

const ALLOWED: readonly Record<string, string>[] = [
  { host: "127.0.0.1:8025" },
  { host: "localhost:8025" },
  { host: "LOCALHOST:8025" },
  { host: "[::1]:8025" },
  { host: "127.0.0.1:8025", origin: "http://127.0.0.1:8025", "sec-fetch-site": "same-origin" },
  { host: "127.0.0.1:8025", "sec-fetch-site": "none" },
];

const REFUSED: readonly [headers: Record<string, string>, reason: string][] = [
  [{}, "Host is missing, not 127.0.0.1:8025"],
  [{ host: "evil.example:8025" }, "Host is evil.example:8025, not 127.0.0.1:8025"],
  [{ host: "127.0.0.1:8026" }, "Host is 127.0.0.1:8026, not 127.0.0.1:8025"],
  [{ host: "127.0.0.1" }, "Host is 127.0.0.1, not 127.0.0.1:8025"],
  [{ host: "127.0.0.1:8025", origin: "http://evil.example" }, "Origin is http://evil.example, another site"],
  [{ host: "127.0.0.1:8025", origin: "https://127.0.0.1:8025" }, "Origin is https://127.0.0.1:8025, another site"],
  [{ host: "127.0.0.1:8025", origin: "http://localhost:8025" }, "Origin is http://localhost:8025, another site"],
  [{ host: "127.0.0.1:8025", origin: "null" }, "Origin is null, another site"],
  [{ host: "127.0.0.1:8025", "sec-fetch-site": "cross-site" }, "the request comes from another site (cross-site)"],
  [{ host: "127.0.0.1:8025", "sec-fetch-site": "same-site" }, "the request comes from another site (same-site)"],
];

for (const headers of ALLOWED) {
  Deno.test(`refusalReason() lets ${JSON.stringify(headers)} pass`, () => {
    assertEquals(refusalReason(new Headers(headers), 8025), undefined);
  });
}

for (const [headers, reason] of REFUSED) {
  Deno.test(`refusalReason() refuses ${JSON.stringify(headers)}`, () => {
    assertEquals(refusalReason(new Headers(headers), 8025), reason);
  });
}

Deno.test("refusalReason() lets requests without a port pass where the page has port 80", () => {
  const passing: Record<string, string>[] = [{ host: "127.0.0.1" }, { host: "localhost", origin: "http://localhost" }];
  for (const headers of passing) assertEquals(refusalReason(new Headers(headers), 80), undefined);
  assertEquals(refusalReason(new Headers({ host: "evil.example" }), 80), "Host is evil.example, not 127.0.0.1:80");
});
