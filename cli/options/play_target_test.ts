import { assertEquals, assertThrows } from "@std/assert";
import { parseRtspUrl } from "../../client/rtsp/rtsp_url.ts";
import { UsageError } from "./errors.ts";
import { parseTargets, type TargetOptions, wrongForm } from "./play_target.ts";

const OPTIONS: TargetOptions = { dialect: "auto", transport: "auto", flows: undefined, "rtp-port": undefined };
const LAB = ["127.0.0.1", "1025", "5008", "movie.mjpeg"];
const URL = "rtsp://user:secret@camera:8554/stream";

Deno.test("parseTargets() reads a URL and the options that go with it", () => {
  assertEquals(parseTargets([URL], OPTIONS), [{ url: parseRtspUrl(URL), rtpPort: undefined }]);
  assertEquals(
    parseTargets([URL], { ...OPTIONS, dialect: "rtsp", transport: "multicast", "rtp-port": 5000 }),
    [{ url: parseRtspUrl(URL), rtpPort: 5000 }],
  );
});

Deno.test("parseTargets() reads the lab's four arguments and the options that go with them", () => {
  const target = { hostname: "127.0.0.1", port: 1025, rtpPort: 5008, file: "movie.mjpeg" };
  assertEquals(parseTargets(LAB, OPTIONS), [{ ...target, dialect: "auto", flowCount: undefined }]);
  assertEquals(
    parseTargets(LAB, { ...OPTIONS, dialect: "lab-b", flows: 3 }),
    [{ ...target, dialect: "lab-b", flowCount: 3 }],
  );
});

Deno.test("parseTargets() reads several URLs, four of them as well", () => {
  for (const count of [2, 3, 4, 5]) {
    const urls = Array.from({ length: count }, (_, index) => `rtsp://camera/${index}`);
    const targets = parseTargets(urls, OPTIONS);
    assertEquals(targets.map((target) => "url" in target && target.url.path), urls.map((url) => url.slice(13)));
  }
});

Deno.test("parseTargets() reads files, between URLs as well, and four of them", () => {
  assertEquals(parseTargets(["movie.avi"], OPTIONS), [{ path: "movie.avi" }]);
  assertEquals(parseTargets(["folder/", URL, "b.mp4"], OPTIONS), [
    { path: "folder/" },
    { url: parseRtspUrl(URL), rtpPort: undefined },
    { path: "b.mp4" },
  ]);
  const four = ["a.avi", "b.avi", "./folder", "2024/c.avi"];
  assertEquals<unknown>(parseTargets(four, OPTIONS), four.map((path) => ({ path })));
});

Deno.test("parseTargets() takes a number beside other arguments than the lab's for a file", () => {
  assertEquals(parseTargets(["2024"], OPTIONS), [{ path: "2024" }]);
});

const REFUSED: readonly [positionals: readonly string[], options: Partial<TargetOptions>, message: string][] = [
  [
    [],
    {},
    "play needs URLs (play rtsp://127.0.0.1:1025/movie.mjpeg), files (play movie.avi) or HOST PORT RTP_PORT FILE " +
    "(play 127.0.0.1 1025 5008 movie.mjpeg); got nothing",
  ],
  [[""], {}, "A file to play has a name, and this one is empty"],
  [["movie.avi"], { dialect: "lab" }, "--dialect lab does not go with a file: mjpegrtsp serve movie.avi"],
  [["movie.avi"], { flows: 2 }, "--flows does not go with a file"],
  [["movie.avi"], { transport: "multicast" }, "--transport multicast does not go with a file"],
  [["rtsps://camera/x"], {}, "rtsps:// is RTSP over TLS"],
  [["ftp://host/x"], {}, "rtsp://[USER:PASSWORD@]HOST[:PORT]/PATH"],
  [[URL], { dialect: "lab" }, "--dialect lab does not go with a URL"],
  [[URL], { dialect: "lab-b" }, "--dialect lab-b does not go with a URL"],
  [[URL], { flows: 2 }, "--flows does not go with a URL"],
  [LAB, { transport: "multicast" }, "--transport multicast needs a URL"],
  [LAB, { "rtp-port": 5000 }, "--rtp-port needs a URL"],
  [["h", "0", "5008", "f"], {}, 'PORT needs a whole number, 1 to 65535, got "0"'],
  [["127.0.0.1", "1O25", "50O8", "movie.mjpeg"], {}, 'PORT needs a whole number, 1 to 65535, got "1O25"'],
  [["127.0.0.1", "1025", "movie.mjpeg", "5008"], {}, 'RTP_PORT needs a whole number, 1 to 65535, got "movie.mjpeg"'],
  [["h", "1025", "65536", "f"], {}, 'RTP_PORT needs a whole number, 1 to 65535, got "65536"'],
  [["h", "1025", "5008", "a\nb"], {}, "FILE must not contain a line end"],
];

for (const [positionals, options, message] of REFUSED) {
  Deno.test(`parseTargets() refuses ${JSON.stringify([...positionals, options])}`, () => {
    assertThrows(() => parseTargets(positionals, { ...OPTIONS, ...options }), UsageError, message);
  });
}

Deno.test("parseTargets() repeats no password", () => {
  const error = assertThrows(() => parseTargets([URL, "user:secret@camera"], { ...OPTIONS, flows: 2 }), UsageError);
  assertEquals(wrongForm([URL, "1025"]).message.includes("secret"), false);
  assertEquals(error.message.includes("secret"), false, error.message);
});

Deno.test("parseTargets() takes an IPv6 address with the brackets that it has in a URL, and without", () => {
  for (const hostname of ["::1", "[::1]"]) {
    const [target] = parseTargets([hostname, "1025", "5008", "movie.mjpeg"], OPTIONS);
    assertEquals("hostname" in target && target.hostname, "::1");
  }
});
