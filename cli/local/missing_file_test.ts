import { assertEquals, assertInstanceOf, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { temporaryDirectory } from "../../tests/support/temporary_directory.ts";
import { FailedError, UsageError } from "../options/errors.ts";
import { missingFile } from "./missing_file.ts";

const STREAMS: readonly [path: string, url: string][] = [
  ["127.0.0.1:1025/movie.mjpeg", "rtsp://127.0.0.1:1025/movie.mjpeg"],
  ["192.168.1.20", "rtsp://192.168.1.20"],
  ["localhost", "rtsp://localhost"],
  ["localhost:8554", "rtsp://localhost:8554"],
  ["camera.local", "rtsp://camera.local"],
  ["media.example/stream", "rtsp://media.example/stream"],
  ["user:secret@camera/stream", "rtsp://…@camera/stream"],
];

for (const [path, url] of STREAMS) {
  Deno.test(`missingFile() takes ${path} for a URL without its scheme`, async () => {
    const { message } = await missingFile(path, [path]);
    assertStringIncludes(message, `; if it is a stream, put rtsp:// in front: play ${url}`);
    assertEquals(message.includes("secret"), false);
  });
}

Deno.test("missingFile() names what is there instead", async () => {
  await using directory = await temporaryDirectory();
  for (const name of ["movie.mjpeg", "other.avi"]) await Deno.writeTextFile(join(directory.path, name), "");
  const path = join(directory.path, "movi.mjpeg");
  const error = await missingFile(path, [path]);
  assertInstanceOf(error, FailedError);
  assertMatch(
    error.message,
    /^There is no file or folder ".*movi\.mjpeg" to play; near names: movie\.mjpeg, other\.avi$/,
  );
});

Deno.test("missingFile() says how a stream is named where nothing is there instead", async () => {
  for (const path of ["/no/such/place/movie.avi", "./nowhere.d/x", "../nowhere.d/movie"]) {
    const { message } = await missingFile(path, [path]);
    assertMatch(message, /; a stream has rtsp:\/\/ or http:\/\/ in front$/);
  }
});

const FORMS: readonly (readonly string[])[] = [
  ["127.0.0.1", "1025", "movie.mjpeg"],
  ["127.0.0.1", "1025", "5008"],
  ["127.0.0.1", "1025", "5008", "movie.mjpeg", "more"],
];

for (const positionals of FORMS) {
  Deno.test(`missingFile() takes ${positionals.join(" ")} for the lab's form, mistyped`, async () => {
    const error = await missingFile("127.0.0.1", positionals);
    assertInstanceOf(error, UsageError);
    assertStringIncludes(error.message, `HOST PORT RTP_PORT FILE`);
    assertStringIncludes(error.message, `; got ${positionals.join(" ")}`);
  });
}

Deno.test("missingFile() knows what has a command of its own", async () => {
  assertStringIncludes((await missingFile("-", ["-"])).message, "mjpegrtsp serve -");
  assertStringIncludes((await missingFile("testsrc", ["testsrc"])).message, "mjpegrtsp demo");
});
