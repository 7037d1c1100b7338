import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { type JpegPart, MultipartSplitter } from "./multipart_splitter.ts";

const JPEGS = await Promise.all([0, 1, 2, 3].map((seed) => makeJpeg({ seed, width: 48 + 16 * seed })));
const PIECES = [1, 2, 3, 7, 100, 4096, 1_000_000];

const encode = (text: string) => new TextEncoder().encode(text);

/** A part with its delimiter; `lines` are its fields. */
function part(jpeg: Uint8Array, lines: readonly string[], lineEnd = "\r\n"): Uint8Array {
  return concat([encode(["--frame", ...lines, "", ""].join(lineEnd)), jpeg, encode(lineEnd)]);
}

/** What comes of a stream in pieces of so many bytes. */
function split(bytes: Uint8Array, pieceBytes: number, maxBytes = 100_000) {
  const splitter = new MultipartSplitter({ maxBytes });
  const parts: JpegPart[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) parts.push(...splitter.push(bytes.slice(at, at + pieceBytes)));
  return { parts, jpegs: parts.map(({ data }) => data), dropped: splitter.dropped };
}

const withLength = (jpeg: Uint8Array) => part(jpeg, ["Content-Type: image/jpeg", `Content-Length: ${jpeg.length}`]);
const withoutLength = (jpeg: Uint8Array) => part(jpeg, ["Content-Type: image/jpeg"]);
const RESPONSE =
  "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\nContent-Type: multipart/x-mixed-replace;boundary=x\r\n\r\n";
const TEXT = "--frame\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\na: \xff\xd8\xff\r\n";

const STREAMS: readonly [title: string, stream: Uint8Array][] = [
  ["parts with Content-Length", concat(JPEGS.map(withLength))],
  ["parts without", concat(JPEGS.map(withoutLength))],
  ["parts with and without", concat(JPEGS.map((jpeg, at) => at % 2 === 0 ? withLength(jpeg) : withoutLength(jpeg)))],
  ["the head of a response in front", concat([encode(RESPONSE), ...JPEGS.map(withLength)])],
  ["no first delimiter", concat(JPEGS.map(withLength)).subarray("--frame\r\n".length)],
  ["lines that end with LF", concat(JPEGS.map((jpeg) => part(jpeg, [`Content-Length: ${jpeg.length}`], "\n")))],
  [
    "text between the parts",
    concat(JPEGS.flatMap((jpeg) => [Uint8Array.from(TEXT, (c) => c.charCodeAt(0)), withLength(jpeg)])),
  ],
  ["a Content-Length of 0", concat(JPEGS.map((jpeg) => part(jpeg, ["Content-Length: 0"])))],
  ["a Content-Length above the limit", concat(JPEGS.map((jpeg) => part(jpeg, ["Content-Length: 100001"])))],
  [
    "a Content-Length that is too short",
    concat([withLength(JPEGS[0]), ...JPEGS.slice(1).map((jpeg) => part(jpeg, [`Content-Length: ${jpeg.length - 9}`]))]),
  ],
  [
    "a Content-Length that is too long",
    concat(JPEGS.map((jpeg) => part(jpeg, [`Content-Length: ${jpeg.length + 9}`]))),
  ],
  [
    "a Content-Length of more than the next part",
    concat([part(JPEGS[0], ["Content-Length: 2100"]), ...JPEGS.slice(1).map(withLength)]),
  ],
  [
    "a Content-Length that leads to no JPEG",
    concat(JPEGS.map((jpeg) => part(concat([encode("\r\n"), jpeg]), [`Content-Length: ${jpeg.length}`]))),
  ],
  ["nothing but JPEGs", concat(JPEGS)],
  ["junk between JPEGs", concat(JPEGS.flatMap((jpeg) => [Uint8Array.of(0, 0xff, 7, 0xff, 0xd8), jpeg]))],
  ["lengths of five digits", concat(JPEGS.flatMap((jpeg) => [encode(String(jpeg.length).padStart(5, "0")), jpeg]))],
];

for (const [title, stream] of STREAMS) {
  Deno.test(`MultipartSplitter finds the JPEGs of a stream with ${title}, however it is cut`, () => {
    for (const pieceBytes of PIECES) {
      const { jpegs, dropped } = split(stream, pieceBytes);
      assertEquals({ jpegs, dropped }, { jpegs: JPEGS, dropped: 0 }, `pieces of ${pieceBytes}`);
    }
  });
}

Deno.test("MultipartSplitter gives each JPEG its fields", () => {
  const lines = (jpeg: Uint8Array, at: number) => [`X-Timestamp: ${at}.5`, `Content-Length: ${jpeg.length}`];
  for (const skipped of [0, 1]) {
    const stream = concat(JPEGS.map((jpeg, at) => part(jpeg, lines(jpeg, at).slice(0, 2 - skipped))));
    for (const pieceBytes of PIECES) {
      const times = split(stream, pieceBytes).parts.map(({ fields }) => fields.get("x-timestamp"));
      assertEquals(times, ["0.5", "1.5", "2.5", "3.5"]);
    }
  }
});

Deno.test("MultipartSplitter gives a JPEG with its last byte, before anything follows", () => {
  for (const make of [withLength, withoutLength]) {
    const splitter = new MultipartSplitter({ maxBytes: 100_000 });
    for (const jpeg of JPEGS) {
      const stream = make(jpeg);
      assertEquals(splitter.push(stream.subarray(0, -3)), []);
      assertEquals(splitter.push(stream.subarray(-3, -2)).map(({ data }) => data), [jpeg]);
      assertEquals(splitter.push(stream.subarray(-2)), []);
    }
  }
});

Deno.test("MultipartSplitter honours Content-Length: a JPEG may contain anything", () => {
  const comment = concat([encode("\r\n--frame\r\nContent-Length: 5\r\n\r\n"), JPEGS[1], Uint8Array.of(0xff, 0xd9)]);
  const head = Uint8Array.of(0xff, 0xfe, comment.length + 2 >> 8, comment.length + 2 & 0xff);
  const nested = concat([JPEGS[0].subarray(0, 2), head, comment, JPEGS[0].subarray(2)]);
  const padded = concat([JPEGS[2], new Uint8Array(50)]);
  for (const pieceBytes of PIECES) {
    const { jpegs } = split(concat([nested, padded, JPEGS[3]].map(withLength)), pieceBytes);
    assertEquals(jpegs, [nested, padded, JPEGS[3]]);
  }
});

Deno.test("MultipartSplitter mends a JPEG of a true Content-Length that has no EOI", () => {
  const open = JPEGS[0].subarray(0, -2);
  for (const pieceBytes of PIECES) {
    assertEquals(split(concat([open, JPEGS[1]].map(withLength)), pieceBytes).jpegs, [JPEGS[0], JPEGS[1]]);
  }
});

Deno.test("MultipartSplitter drops a JPEG that is too large, or without an end, and finds the next", () => {
  const maxBytes = JPEGS[1].length;
  const large = concat([JPEGS[2].subarray(0, 600), new Uint8Array(3 * maxBytes), Uint8Array.of(0xff, 0xd9)]);
  for (const make of [withLength, withoutLength, (jpeg: Uint8Array) => jpeg]) {
    for (const pieceBytes of [10, 333, 1_000_000]) {
      const { jpegs, dropped } = split(concat([JPEGS[0], large, JPEGS[1], JPEGS[0]].map(make)), pieceBytes, maxBytes);
      assertEquals(jpegs, [JPEGS[0], JPEGS[1], JPEGS[0]]);
      assertEquals(dropped >= 1, true);
    }
  }
});

Deno.test("MultipartSplitter takes a JPEG of maxBytes, and none of one more", () => {
  for (const make of [withLength, withoutLength]) {
    const stream = concat([JPEGS[1], JPEGS[0]].map(make));
    for (const pieceBytes of [1, 100, 1_000_000]) {
      assertEquals(split(stream, pieceBytes, JPEGS[1].length).jpegs, [JPEGS[1], JPEGS[0]]);
      assertEquals(split(stream, pieceBytes, JPEGS[1].length - 1).jpegs, [JPEGS[0]]);
    }
  }
});
