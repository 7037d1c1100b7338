import { assertEquals } from "@std/assert";
import { Player } from "../../client/player.ts";
import { urlOf } from "../../client/session/target.ts";
import { systemClock } from "../../net/system_clock.ts";
import type { HttpRequest } from "../../page/http/request_reader.ts";
import { NO_COUNTS } from "../../server/observation/overview.ts";
import { WebSite } from "./web_site.ts";

/** A site of a server that has one session, number 7, and what was ended there. */
function createSite(hostname = "127.0.0.1") {
  const ended: number[] = [];
  const site = new WebSite({
    access: { hostname, port: 8080, allowedOrigins: ["http://home.example"] },
    version: "1.2.3",
    overview: {
      listStreams: () => Promise.resolve([{ name: "a b.avi", isLive: false }]),
      describeStream: () => Promise.reject(new Error("Nobody asks for it")),
      listSessions: () => Promise.resolve([]),
      counts: () => Promise.resolve(NO_COUNTS),
      endSession(number) {
        ended.push(number);
        return Promise.resolve(number === 7);
      },
    },
    rtspServer: () => "127.0.0.1:1025",
    createPlayer: (file) =>
      new Player({
        target: { url: urlOf({ hostname: "127.0.0.1", port: 1, file, rtpPort: 0, dialect: "auto" }) },
        clock: systemClock,
      }),
    clock: systemClock,
  });
  /** The status of the answer to a request from that address. */
  const ask = async (method: string, path: string, fields: Record<string, string> = {}, from = "127.0.0.1") => {
    const headers = new Headers({ host: "127.0.0.1:8080", ...fields });
    const request: HttpRequest = { method, path, headers, isPersistent: true };
    const answer = await site.answer(request, from);
    return "accept" in answer ? 101 : answer.status;
  };
  return { ask, ended, site };
}

Deno.test("WebSite ends sessions for programs and for its own page, and for nobody else's", async () => {
  const { ask, ended } = createSite();
  const path = "/api/sessions/7";
  const own = { origin: "http://127.0.0.1:8080", "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors" };
  assertEquals(await ask("DELETE", path), 200);
  assertEquals(await ask("DELETE", path, own), 200);
  assertEquals(ended, [7, 7]);
  const foreign: Record<string, string>[] = [
    { origin: "http://evil.example" },
    { origin: "http://home.example" },
    { origin: "null" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "none" },
    { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" },
    { host: "evil.example:8080" },
  ];
  for (const fields of foreign) assertEquals(await ask("DELETE", path, fields), 403, JSON.stringify(fields));
  assertEquals(ended.length, 2);
  assertEquals(await ask("DELETE", "/api/sessions/8"), 404);
  for (const number of ["", "x", "7x", "-7", "7/7", "1".repeat(16)]) {
    assertEquals(await ask("DELETE", `/api/sessions/${number}`), 404, number);
  }
  for (const method of ["GET", "POST", "OPTIONS"]) assertEquals(await ask(method, path), method === "GET" ? 404 : 405);
  for (const elsewhere of ["/", "/api/streams", "/api/sessions", "/a%20b.avi/"]) {
    assertEquals(await ask("DELETE", elsewhere), 405, elsewhere);
  }
  assertEquals(ended, [7, 7, 8]);
});

Deno.test("WebSite tells who watches, and ends sessions, for this machine only", async () => {
  const { ask, ended } = createSite("0.0.0.0");
  for (const path of ["/api/sessions", "/api/sessions/7"]) {
    const method = path.endsWith("7") ? "DELETE" : "GET";
    assertEquals(await ask(method, path, {}, "192.168.1.7"), 403);
    for (const from of ["127.0.0.1", "::1", "::ffff:127.0.0.1"]) {
      assertEquals(await ask(method, path, {}, from), 200, from);
    }
  }
  // Whoever comes through a proxy of this machine comes from anywhere.
  const proxied: Record<string, string>[] = [
    { "x-forwarded-for": "203.0.113.7" },
    { forwarded: "for=203.0.113.7" },
    { via: "1.1 proxy" },
    { host: "192.168.1.5:8080" },
  ];
  for (const fields of proxied) {
    assertEquals(await ask("GET", "/api/sessions", fields), 403);
    assertEquals(await ask("DELETE", "/api/sessions/7", fields), 403);
  }
  assertEquals(await ask("GET", "/api/sessions", { host: "localhost:8080" }), 200);
  assertEquals(await ask("GET", "/api/sessions", { host: "[::1]:8080" }), 200);
  assertEquals(ended.length, 3);
  assertEquals(await ask("GET", "/metrics", {}, "192.168.1.7"), 200);
});

Deno.test("WebSite leads to the page of a stream, which ends with a slash, and never to another server", async () => {
  const { site, ask } = createSite();
  const headers = new Headers({ host: "127.0.0.1:8080" });
  const answer = await site.answer({ method: "GET", path: "/a%20b.avi", headers, isPersistent: true }, "127.0.0.1");
  assertEquals("accept" in answer ? {} : [answer.status, answer.headers.location], [307, "./a%20b.avi/"]);
  assertEquals(await ask("GET", "/a%20b.avi/"), 200);
  for (const path of ["//evil.example", "/nothing", "/assets/none.js"]) assertEquals(await ask("GET", path), 404, path);
});
