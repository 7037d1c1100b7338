import { assertEquals, assertThrows } from "@std/assert";
import { redirectedUrl } from "./redirect.ts";
import { parseRtspUrl } from "./rtsp_url.ts";

const TYPED = "rtsp://user:pass@camera:8554/live/one?x=1";

/** What a Location leads to, from `TYPED` or from a URL that it led to before. */
const LOCATIONS: readonly [location: string, href: string, credentials: string, from?: string][] = [
  ["rtsp://camera:8554/two", "rtsp://camera:8554/two", "user:pass"],
  ["RTSP://CAMERA:8554/two", "rtsp://CAMERA:8554/two", "user:pass"],
  ["  rtsp://camera:8554/two  ", "rtsp://camera:8554/two", "user:pass"],
  ["/two", "rtsp://camera:8554/two", "user:pass"],
  ["two", "rtsp://camera:8554/live/two", "user:pass"],
  ["?x=2", "rtsp://camera:8554/live/one?x=2", "user:pass"],
  ["//camera:8554/two", "rtsp://camera:8554/two", "user:pass"],
  ["rtsp://other:8554/two", "rtsp://other:8554/two", "none"],
  ["rtsp://camera/two", "rtsp://camera/two", "none"],
  ["//other/two", "rtsp://other/two", "none"],
  ["rtsp://her:own@other/two", "rtsp://other/two", "her:own"],
  ["/three", "rtsp://other:554/three", "none", "rtsp://other/two"],
  ["rtsp://camera:8554/back", "rtsp://camera:8554/back", "user:pass", "rtsp://other/two"],
  ["/six", "rtsp://[::1]:554/six", "none", "rtsp://[::1]/five"],
  ["../seven", "rtsp://camera:8554/seven", "user:pass"],
  ["", "rtsp://camera:8554/live/one?x=1", "user:pass"],
  ["my two", "rtsp://camera:8554/live/my%20two", "user:pass"],
  ["rtsp://her:o#n@other/two", "rtsp://other/two", "her:o#n"],
];

for (const [location, href, credentials, from = TYPED] of LOCATIONS) {
  Deno.test(`redirectedUrl() goes from ${from} to ${JSON.stringify(location)}`, () => {
    const url = redirectedUrl(location, { from: parseRtspUrl(from), typed: parseRtspUrl(TYPED) });
    assertEquals(url.href, href);
    assertEquals(url.user === undefined ? "none" : `${url.user}:${url.password}`, credentials);
  });
}

Deno.test("redirectedUrl() says what cannot be followed, without its password", () => {
  const origin = { from: parseRtspUrl(TYPED), typed: parseRtspUrl(TYPED) };
  for (
    const [location, shown] of [
      ["rtsps://camera/x", "rtsps://camera/x"],
      ["http://her:own@camera/x", "http://…@camera/x"],
      ["rtsp://camera:0/x", "rtsp://camera:0/x"],
      ["rtsp://", "rtsp://"],
    ]
  ) {
    assertThrows(
      () => redirectedUrl(location, origin),
      Error,
      `The server redirects us to "${shown}", which is not of the form`,
    );
  }
});
