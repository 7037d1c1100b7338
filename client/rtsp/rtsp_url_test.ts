import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseRtspUrl } from "./rtsp_url.ts";

const URLS: readonly [text: string, href: string, rest: [string, number, string, string?, string?]][] = [
  ["rtsp://10.0.0.9/video", "rtsp://10.0.0.9/video", ["10.0.0.9", 554, "/video"]],
  ["rtsp://cam:8554/a/b?x=1&y=2", "rtsp://cam:8554/a/b?x=1&y=2", ["cam", 8554, "/a/b?x=1&y=2"]],
  ["RTSP://cam", "rtsp://cam/", ["cam", 554, "/"]],
  ["rtsp://cam?x=1", "rtsp://cam?x=1", ["cam", 554, "?x=1"]],
  ["rtsp://u:p@cam/v", "rtsp://cam/v", ["cam", 554, "/v", "u", "p"]],
  ["rtsp://u:p%40%3A%2F@cam/v", "rtsp://cam/v", ["cam", 554, "/v", "u", "p@:/"]],
  ["rtsp://u:a:b@cam/v", "rtsp://cam/v", ["cam", 554, "/v", "u", "a:b"]],
  ["rtsp://u:100%@cam/v", "rtsp://cam/v", ["cam", 554, "/v", "u", "100%"]],
  ["rtsp://u@cam/v", "rtsp://cam/v", ["cam", 554, "/v", "u", undefined]],
  ["rtsp://[::1]:8554/v", "rtsp://[::1]:8554/v", ["::1", 8554, "/v"]],
  // As people type them.
  ["rtsp://cam/my movie.mjpeg", "rtsp://cam/my%20movie.mjpeg", ["cam", 554, "/my%20movie.mjpeg"]],
  ["rtsp://cam/100%.mjpeg?q=50%", "rtsp://cam/100%25.mjpeg?q=50%25", ["cam", 554, "/100%25.mjpeg?q=50%25"]],
  ["rtsp://cam/tür/%C3%BC", "rtsp://cam/t%C3%BCr/%C3%BC", ["cam", 554, "/t%C3%BCr/%C3%BC"]],
  ["rtsp://cam/a\r\nX: y", "rtsp://cam/a%0D%0AX:%20y", ["cam", 554, "/a%0D%0AX:%20y"]],
  ["rtsp://kamera-tür.local/v", "rtsp://xn--kamera-tr-x9a.local/v", ["xn--kamera-tr-x9a.local", 554, "/v"]],
  ["rtsp://cam:/v", "rtsp://cam/v", ["cam", 554, "/v"]],
  // RFC 6874, and without its %25. The zone stays here.
  ["rtsp://[fe80::1%25eth0]:8554/v", "rtsp://[fe80::1]:8554/v", ["fe80::1%eth0", 8554, "/v"]],
  ["rtsp://[fe80::1%eth0]/v", "rtsp://[fe80::1]/v", ["fe80::1%eth0", 554, "/v"]],
  // Signs in a password that end the authority.
  ["rtsp://u:p##x@cam/v", "rtsp://cam/v", ["cam", 554, "/v", "u", "p##x"]],
  ["rtsp://u:12#3@cam:9/v", "rtsp://cam:9/v", ["cam", 9, "/v", "u", "12#3"]],
  ["rtsp://u:a/b@cam/v", "rtsp://cam/v", ["cam", 554, "/v", "u", "a/b"]],
  ["rtsp://u:a?b@cam:9/v", "rtsp://cam:9/v", ["cam", 9, "/v", "u", "a?b"]],
  ["rtsp://u:a/b@c@cam/v@2", "rtsp://cam/v@2", ["cam", 554, "/v@2", "u", "a/b@c"]],
  ["rtsp://u:p@x@[::1]:9/v", "rtsp://[::1]:9/v", ["::1", 9, "/v", "u", "p@x"]],
  ["rtsp://u:50%%21@cam/v", "rtsp://cam/v", ["cam", 554, "/v", "u", "50%!"]],
  ["rtsp://cam/v@2", "rtsp://cam/v@2", ["cam", 554, "/v@2"]],
  ["rtsp://cam:9/v?u=a@b", "rtsp://cam:9/v?u=a@b", ["cam", 9, "/v?u=a@b"]],
];

for (const [text, href, [hostname, port, path, user, password]] of URLS) {
  Deno.test(`parseRtspUrl() takes ${text} apart`, () => {
    assertEquals(parseRtspUrl(text), { href, hostname, port, path, user, password });
  });
}

const WRONG: readonly [text: string, message: string][] = [
  ["", "it begins with no rtsp://"],
  ["rtsp:/cam", "it begins with no rtsp://"],
  ["cam/stream", "it begins with no rtsp://"],
  ["http://cam/", "it begins with http://"],
  ["RTSPS://cam:322/x", "rtsps:// is RTSP over TLS, which is not spoken here: write rtsp://"],
  ["rtsp://", "it has no host"],
  ["rtsp:///x", "it has no host"],
  ["rtsp://cam:0/", "its port is not one of 1 to 65535"],
  ["rtsp://cam:70000/", "its port is not one of 1 to 65535"],
  ["rtsp://a b/", "write @ as %40, : as %3A, / as %2F, ? as %3F and # as %23"],
  ["rtsp://user:secret/x", "write @ as %40"],
  ["rtsp://fe80::1/x", "an IPv6 address stands in brackets, as in rtsp://[::1]:8554/PATH"],
  ["rtsp://::1:8554/x", "an IPv6 address stands in brackets"],
];

for (const [text, message] of WRONG) {
  Deno.test(`parseRtspUrl() says what is wrong with ${JSON.stringify(text)}`, () => {
    assertThrows(() => parseRtspUrl(text), SyntaxError, message);
  });
}

Deno.test("parseRtspUrl() keeps what follows a # apart", () => {
  const { href, path, fragment } = parseRtspUrl("rtsp://cam/v?x=1#2?3");
  assertEquals([href, path, fragment], ["rtsp://cam/v?x=1", "/v?x=1", "2?3"]);
});

Deno.test("parseRtspUrl() repeats no password in its error", () => {
  for (
    const text of ["rtsp://user:secret@:99999/", "rtsp://user:secret/x", "rtsp://user:secret@cam:0/", "user:secret@cam"]
  ) {
    const { message } = assertThrows(() => parseRtspUrl(text), SyntaxError);
    assert(!message.includes("secret"), message);
  }
});
