import { assertEquals } from "@std/assert";
import { judgeRequest } from "../../page/same_site.ts";
import { isLoopback, policyOf } from "./access.ts";

/** Whether a request may pass, at a server of these options. */
function passes(
  headers: Record<string, string>,
  { hostname = "127.0.0.1", allowedOrigins = [] as readonly string[], path = "/" } = {},
): boolean {
  const policy = policyOf({ hostname, port: 8080, allowedOrigins });
  return !("refusal" in judgeRequest({ path, headers: new Headers(headers) }, policy));
}

Deno.test("policyOf() lets this machine's names pass, and others only where HTTP is answered to others", () => {
  for (const hostname of ["127.0.0.1", "0.0.0.0", "::", "192.168.1.5"]) {
    assertEquals(passes({ host: "localhost:8080" }, { hostname }), true, hostname);
    assertEquals(passes({ host: "evil.example:8080" }, { hostname }), false, hostname);
  }
  for (const host of ["192.168.1.5:8080", "[fe80::1]:8080"]) {
    assertEquals(passes({ host }), false, host);
    assertEquals(passes({ host }, { hostname: "0.0.0.0" }), true, host);
  }
  assertEquals(passes({ host: "192.168.1.5:8081" }, { hostname: "0.0.0.0" }), false);
  assertEquals(passes({ host: "nas.local:8080" }, { hostname: "nas.local" }), true);
});

Deno.test("policyOf() takes the host of an allowed origin for a name of this server, also behind a proxy", () => {
  const allowedOrigins = ["http://nas.local:8080", "https://cams.example"];
  const own = { "sec-fetch-site": "same-origin" };
  assertEquals(passes({ host: "nas.local:8080", origin: "http://nas.local:8080", ...own }, { allowedOrigins }), true);
  assertEquals(passes({ host: "cams.example", origin: "https://cams.example", ...own }, { allowedOrigins }), true);
  assertEquals(passes({ host: "cams.example", origin: "https://evil.example" }, { allowedOrigins }), false);
  assertEquals(passes({ host: "evil.example" }, { allowedOrigins }), false);
});

Deno.test("policyOf() lets pages of an allowed origin show streams, and nothing else", () => {
  const headers = { host: "127.0.0.1:8080", origin: "http://home.example", "sec-fetch-site": "cross-site" };
  const allowedOrigins = ["http://home.example"];
  for (const path of ["/testsrc/stream.mjpeg", "/a/b.avi/snapshot.jpg", "/testsrc/stats.json", "/x/thumbnail.jpg"]) {
    assertEquals(passes(headers, { allowedOrigins, path }), true, path);
    assertEquals(passes(headers, { path }), false, path);
  }
  for (
    const path of ["/", "/testsrc/", "/testsrc/ws", "/api/streams", "/api/sessions", "/api/sessions/1", "/metrics"]
  ) {
    assertEquals(passes(headers, { allowedOrigins, path }), false, path);
  }
});

Deno.test("isLoopback() knows the addresses of this machine to itself", () => {
  for (const hostname of ["127.0.0.1", "127.8.9.1", "::1", "localhost", "::ffff:127.0.0.1"]) {
    assertEquals(isLoopback(hostname), true, hostname);
  }
  for (const hostname of ["0.0.0.0", "::", "192.168.1.5", "127.evil.example", "localhost.example"]) {
    assertEquals(isLoopback(hostname), false, hostname);
  }
});
