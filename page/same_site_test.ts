import { assertEquals } from "@std/assert";
import { judgeRequest, type SitePolicy } from "./same_site.ts";

const POLICY: SitePolicy = {
  port: 8025,
  allowedOrigins: ["http://localhost:3000"],
  sharedPaths: ["/stream.mjpeg"],
};

const OWN = "127.0.0.1:8025";
const CROSS = { host: OWN, "sec-fetch-site": "cross-site" };
/** What Chromium sends of an `<img>` on a page of another origin. */
const IMAGE = { ...CROSS, "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" };
/** What Chromium sends when a link on another site is followed. */
const LINK = { ...CROSS, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };

const PASSING: readonly Record<string, string>[] = [
  { host: OWN },
  { host: "localhost:8025" },
  { host: "LOCALHOST:8025" },
  { host: "[::1]:8025" },
  { host: OWN, origin: "http://127.0.0.1:8025", "sec-fetch-site": "same-origin" },
  { host: OWN, "sec-fetch-site": "none" },
  LINK,
  { ...LINK, "sec-fetch-site": "same-site", referer: "http://evil.example/" },
];

const REFUSED: readonly [headers: Record<string, string>, refusal: string][] = [
  [{}, "Host is missing, not 127.0.0.1:8025"],
  [{ host: "evil.example:8025" }, "Host is evil.example:8025, not 127.0.0.1:8025"],
  [{ host: "127.0.0.1:8026" }, "Host is 127.0.0.1:8026, not 127.0.0.1:8025"],
  [{ host: "127.0.0.1" }, "Host is 127.0.0.1, not 127.0.0.1:8025"],
  [{ ...LINK, host: "evil.example:8025" }, "Host is evil.example:8025, not 127.0.0.1:8025"],
  [{ host: OWN, origin: "http://evil.example" }, "Origin is http://evil.example, another site"],
  [{ host: OWN, origin: "https://127.0.0.1:8025" }, "Origin is https://127.0.0.1:8025, another site"],
  [{ host: OWN, origin: "http://localhost:8025" }, "Origin is http://localhost:8025, another site"],
  [{ host: OWN, origin: "null" }, "Origin is null, another site"],
  [{ ...LINK, origin: "http://evil.example" }, "Origin is http://evil.example, another site"],
  [CROSS, "the request comes from another site (cross-site)"],
  [{ host: OWN, "sec-fetch-site": "same-site" }, "the request comes from another site (same-site)"],
  [IMAGE, "the request comes from another site (cross-site)"],
  [{ ...LINK, "sec-fetch-dest": "iframe" }, "the request comes from another site (cross-site)"],
  // Only the video is shared: not the page, and not its buttons.
  [{ ...IMAGE, referer: "http://localhost:3000/" }, "the request comes from another site (cross-site)"],
  [{ host: OWN, origin: "http://localhost:3000" }, "Origin is http://localhost:3000, another site"],
];

for (const headers of PASSING) {
  Deno.test(`judgeRequest() lets ${JSON.stringify(headers)} pass`, () => {
    assertEquals(judgeRequest({ path: "/", headers: new Headers(headers) }, POLICY), { headers: {} });
  });
}

for (const [headers, refusal] of REFUSED) {
  Deno.test(`judgeRequest() refuses ${JSON.stringify(headers)}`, () => {
    assertEquals(judgeRequest({ path: "/", headers: new Headers(headers) }, POLICY), { refusal });
  });
}

for (
  const headers of [
    { ...IMAGE, referer: "http://localhost:3000/a/page?q" },
    { ...CROSS, origin: "http://localhost:3000" },
    { host: OWN, referer: "http://localhost:3000/" },
  ] as Record<string, string>[]
) {
  Deno.test(`judgeRequest() lets a page of an allowed origin show the video: ${JSON.stringify(headers)}`, () => {
    assertEquals(judgeRequest({ path: "/stream.mjpeg", headers: new Headers(headers) }, POLICY), {
      headers: {
        "access-control-allow-origin": "http://localhost:3000",
        "cross-origin-resource-policy": "cross-origin",
      },
    });
  });
}

Deno.test("judgeRequest() says how to allow an origin that may not show the video", () => {
  const judge = (headers: Record<string, string>) =>
    judgeRequest({ path: "/stream.mjpeg", headers: new Headers({ ...IMAGE, ...headers }) }, POLICY);
  assertEquals(judge({ referer: "http://localhost:4000/page" }), {
    refusal: "the request comes from another site (cross-site); " +
      "play --allow-origin http://localhost:4000 lets pages of that origin show the video",
  });
  for (const headers of [{}, { referer: "no address" }] as Record<string, string>[]) {
    assertEquals(judge(headers), {
      refusal: "the request comes from another site (cross-site); " +
        "play --allow-origin ORIGIN lets pages of that origin show the video",
    });
  }
  assertEquals(judge({ origin: "null" }), {
    refusal:
      "Origin is null, another site; a page that is a file has no origin that could be allowed: serve it over HTTP",
  });
  // The page says where it is by Origin, whatever Referer says.
  const { refusal } = judge({ origin: "http://evil.example", referer: "http://localhost:3000/" }) as {
    refusal: string;
  };
  assertEquals(refusal.startsWith("Origin is http://evil.example, another site; "), true);
});

Deno.test("judgeRequest() lets requests without a port pass where the page has port 80", () => {
  const judge = (headers: Record<string, string>) =>
    judgeRequest({ path: "/", headers: new Headers(headers) }, { ...POLICY, port: 80 });
  const passing: Record<string, string>[] = [{ host: "127.0.0.1" }, { host: "localhost", origin: "http://localhost" }];
  for (const headers of passing) assertEquals("headers" in judge(headers), true);
  assertEquals(judge({ host: "evil.example" }), { refusal: "Host is evil.example, not 127.0.0.1:80" });
});
