import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseRtspUrl, withoutSecrets } from "./rtsp_url.ts";

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
  ["rtsp://cam/v#frame", "rtsp://cam/v", ["cam", 554, "/v"]],
];

for (const [text, href, [hostname, port, path, user, password]] of URLS) {
  Deno.test(`parseRtspUrl() takes ${text} apart`, () => {
    assertEquals(parseRtspUrl(text), { href, hostname, port, path, user, password });
  });
}

for (const text of ["", "http://cam/", "rtsp:/cam", "rtsp://", "rtsp://cam:0/", "rtsp://cam:70000/", "rtsp://a b/"]) {
  Deno.test(`parseRtspUrl() rejects ${JSON.stringify(text)}`, () => {
    assertThrows(() => parseRtspUrl(text), SyntaxError, "rtsp://[USER:PASSWORD@]HOST[:PORT]/PATH");
  });
}

Deno.test("parseRtspUrl() repeats no password in its error", () => {
  const { message } = assertThrows(() => parseRtspUrl("rtsp://user:secret@:99999/"), SyntaxError);
  assert(!message.includes("secret"));
});

Deno.test("withoutSecrets() takes user names and passwords out, wherever they stand in URLs", () => {
  const cases = [
    ["rtsp://admin:secret@camera/stream", "rtsp://…@camera/stream"],
    ["rtsp://camera/?user=admin&password=secret&channel=1", "rtsp://camera/?user=…&password=…&channel=1"],
    ["rtsp://camera/a?channel=1&PWD=secret RTSP/1.0\r\nCSeq: 1", "rtsp://camera/a?channel=1&PWD=… RTSP/1.0\r\nCSeq: 1"],
    [
      "rtsp://camera/user=admin_password=se_cret_channel=1_stream=0.sdp",
      "rtsp://camera/user=…_password=…_channel=1_stream=0.sdp",
    ],
    ["rtsp://camera/11?u=admin&p=secret", "rtsp://camera/11?u=…&p=…"],
    ["got admin:secret@camera/stream extra", "got …@camera/stream extra"],
    ["rtsp://camera/stream?fps=25", "rtsp://camera/stream?fps=25"],
  ];
  for (const [text, shown] of cases) assertEquals(withoutSecrets(text), shown);
});
