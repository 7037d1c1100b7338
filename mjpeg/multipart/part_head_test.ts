import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { MAX_PART_HEADER_BYTES } from "../limits.ts";
import { beginsMultipart, PartHead } from "./part_head.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** Reads lines. Returns the fields, and the offset behind the head where it ends. */
function read(text: string) {
  const head = new PartHead();
  const at = encode(text).findIndex((byte) => head.push(byte));
  return { fields: Object.fromEntries(head.fields), end: at < 0 ? undefined : at + 1 };
}

const JPEG_FIELD = { "content-type": "image/jpeg" };

const HEADS: readonly [title: string, text: string, fields: Record<string, string>][] = [
  ["a delimiter and a field", "--frame\r\nContent-Type: image/jpeg\r\n\r\n", JPEG_FIELD],
  ["lines that end with LF alone", "--frame\nContent-Type: image/jpeg\n\n", JPEG_FIELD],
  ["no delimiter", "Content-Type: image/jpeg\r\n\r\n", JPEG_FIELD],
  [
    "empty lines in front, and behind the delimiter",
    "\r\n\r\n--frame\r\n\r\nContent-Type: image/jpeg\r\n\r\n",
    JPEG_FIELD,
  ],
  ["fields of a part without a body", "X-Old: 1\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\n", JPEG_FIELD],
  ["the length of a chunk", "\r\n6b5\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\n", JPEG_FIELD],
  ["a field that comes twice", "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", { "content-length": "2" }],
];

for (const [title, text, fields] of HEADS) {
  Deno.test(`PartHead reads ${title}`, () => assertEquals(read(text), { fields, end: text.length }));
}

Deno.test(`PartHead reads ${MAX_PART_HEADER_BYTES} bytes of fields, and passes over what is behind them`, () => {
  const field = "X-Last: 1\r\n";
  const delimiter = "--frame\r\n";
  for (const [excess, fields] of [[0, { "x-last": "1" }], [1, {}]] as const) {
    const filler = "x".repeat(MAX_PART_HEADER_BYTES - field.length - 2 + excess) + "\r\n";
    const text = `${delimiter}${filler}${field}`;
    assertEquals(read(text).fields, fields);
    const next = `${text}more: 1\r\n--frame\r\nContent-Length: 5\r\n\r\n`;
    assertEquals(read(next), { fields: { "content-length": "5" }, end: next.length });
  }
});

const STARTS: readonly [title: string, text: string, isMultipart: boolean][] = [
  ["ffmpeg's", "--ffmpeg\r\nContent-type: image/jpeg\r\nContent-length: 6163\r\n\r\n", true],
  [
    "one behind the head of a response",
    "HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=b\r\n\r\n--b\r\nContent-Length: 4\r\n\r\n",
    true,
  ],
  [
    "one that begins with text",
    "--b\r\nContent-Type: text/plain\r\n\r\na=5\r\n--b\r\nContent-Type: image/jpeg\r\n\r\n",
    true,
  ],
  ["one that knows nothing of its parts", "--b\r\nX-Posi-Zoom: 0\r\n\r\n", false],
  ["a lab movie", "00004", false],
  ["a text about it", "Content-Type: image/jpeg\r\n\r\nis what cameras write\r\n", false],
];

for (const [title, text, expected] of STARTS) {
  Deno.test(`beginsMultipart() tells ${title}`, () => {
    assertEquals(beginsMultipart(concat([encode(text), Uint8Array.of(0xff, 0xd8, 0xff)])), expected);
  });
}
