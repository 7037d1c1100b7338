import { assertEquals, assertThrows } from "@std/assert";
import { parseRtspUrl } from "../../client/rtsp/rtsp_url.ts";
import { UsageError } from "./errors.ts";
import { parseTarget, type TargetOptions } from "./play_target.ts";

const OPTIONS: TargetOptions = { dialect: "auto", transport: "auto", flows: undefined, "rtp-port": undefined };
const LAB = ["127.0.0.1", "1025", "5008", "movie.mjpeg"];
const URL = "rtsp://user:secret@camera:8554/stream";

Deno.test("parseTarget() reads a URL and the options that go with it", () => {
  assertEquals(parseTarget([URL], OPTIONS), { url: parseRtspUrl(URL), rtpPort: undefined });
  assertEquals(
    parseTarget([URL], { ...OPTIONS, dialect: "rtsp", transport: "multicast", "rtp-port": 5000 }),
    { url: parseRtspUrl(URL), rtpPort: 5000 },
  );
});

Deno.test("parseTarget() reads the lab's four arguments and the options that go with them", () => {
  const target = { hostname: "127.0.0.1", port: 1025, rtpPort: 5008, file: "movie.mjpeg" };
  assertEquals(parseTarget(LAB, OPTIONS), { ...target, dialect: "auto", flowCount: undefined });
  assertEquals(
    parseTarget(LAB, { ...OPTIONS, dialect: "lab-b", flows: 3 }),
    { ...target, dialect: "lab-b", flowCount: 3 },
  );
});

const REFUSED: readonly [positionals: readonly string[], options: Partial<TargetOptions>, message: string][] = [
  [
    [],
    {},
    "play needs a URL (play rtsp://127.0.0.1:1025/movie.mjpeg) or HOST PORT RTP_PORT FILE " +
    "(play 127.0.0.1 1025 5008 movie.mjpeg); got nothing",
  ],
  [["movie.mjpeg"], {}, "got movie.mjpeg, which has no rtsp:// or http:// in front"],
  [["user:secret@camera:554/live"], {}, "got …@camera:554/live, which has no rtsp:// or http:// in front"],
  [["rtsps://camera/x"], {}, "rtsps:// is RTSP over TLS"],
  [[...LAB, "more"], {}, "got 127.0.0.1 1025 5008 movie.mjpeg more"],
  [["ftp://host/x"], {}, "rtsp://[USER:PASSWORD@]HOST[:PORT]/PATH"],
  [[URL], { dialect: "lab" }, "--dialect lab does not go with a URL"],
  [[URL], { dialect: "lab-b" }, "--dialect lab-b does not go with a URL"],
  [[URL], { flows: 2 }, "--flows does not go with a URL"],
  [LAB, { transport: "multicast" }, "--transport multicast needs a URL"],
  [LAB, { "rtp-port": 5000 }, "--rtp-port needs a URL"],
  [["h", "0", "5008", "f"], {}, 'PORT needs a whole number, 1 to 65535, got "0"'],
  [["h", "1025", "65536", "f"], {}, 'RTP_PORT needs a whole number, 1 to 65535, got "65536"'],
  [["h", "1025", "5008", "a\nb"], {}, "FILE must not contain a line end"],
];

for (const [positionals, options, message] of REFUSED) {
  Deno.test(`parseTarget() refuses ${JSON.stringify([...positionals, options])}`, () => {
    assertThrows(() => parseTarget(positionals, { ...OPTIONS, ...options }), UsageError, message);
  });
}

Deno.test("parseTarget() repeats no password", () => {
  const error = assertThrows(() => parseTarget([URL, "extra"], OPTIONS), UsageError);
  assertEquals(error.message.includes("secret"), false, error.message);
});

Deno.test("parseTarget() takes an IPv6 address with the brackets that it has in a URL, and without", () => {
  for (const hostname of ["::1", "[::1]"]) {
    const target = parseTarget([hostname, "1025", "5008", "movie.mjpeg"], OPTIONS);
    assertEquals("hostname" in target && target.hostname, "::1");
  }
});
