import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "./errors.ts";
import { checkPullNames, pulls } from "./pull_option.ts";

const { parse } = pulls("NAME=URL", "Relay");

Deno.test("--pull takes a name and a URL, which may have = itself", () => {
  const [{ name, target }] = parse("yard/cam-1.left=rtsp://u:p@h:8554/live?a=b&c=d");
  assertEquals(name, "yard/cam-1.left");
  assertEquals("url" in target && target.url.href, "rtsp://h:8554/live?a=b&c=d");
  assertEquals("url" in target && target.url.password, "p");
});

const WRONG: readonly [given: string, message: string][] = [
  ["rtsp://u:secret@h/live", 'needs NAME=URL, such as cam=rtsp://USER:PASSWORD@HOST/PATH, got "rtsp://…@h/live"'],
  ["=rtsp://h/live", 'needs a name of letters, digits, dots, dashes and slashes in front of =, got ""'],
  ["a b=rtsp://h/live", 'needs a name of letters, digits, dots, dashes and slashes in front of =, got "a b"'],
  ["../up=rtsp://h/live", 'needs a name of letters, digits, dots, dashes and slashes in front of =, got "../up"'],
  ["TestSrc=rtsp://h/live", "cannot give the name TestSrc: it is taken"],
  ["stdin=rtsp://h/live", "cannot give the name stdin: it is taken"],
  ["cam=rtsps://h/live", "cannot take cam: rtsps:// is RTSP over TLS, which is not spoken here"],
];

for (const [given, message] of WRONG) {
  Deno.test(`--pull refuses ${given}`, () => {
    assertThrows(() => parse(given), UsageError, message);
  });
}

Deno.test("--pull refuses to give two streams one name", () => {
  const both = [...parse("cam=rtsp://h/1"), ...parse("CAM=rtsp://h/2")];
  assertThrows(() => checkPullNames(both), UsageError, "--pull gives the name cam to two streams");
});
