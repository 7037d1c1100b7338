import { assertEquals } from "@std/assert";
import { printable } from "./printable.ts";

Deno.test("printable() escapes what a terminal obeys, and leaves what it shows", () => {
  const cases = [
    ["movie.mjpeg, 100 % of ü, 漢字 and 😀", "movie.mjpeg, 100 % of ü, 漢字 and 😀"],
    ["\x1b[2J\x07\b\x7f", "\\u001b[2J\\u0007\\u0008\\u007f"],
    // C1: the 8-bit CSI and OSC.
    ["\x9b31m\x9d0;x\x85", "\\u009b31m\\u009d0;x\\u0085"],
    ["a\r\nb\tc", "a\\r\\nb\\tc"],
    // Bidirectional controls, marks and isolates; what is not seen; separators of lines and paragraphs.
    ["\u202e\u2066\u200f\u061c", "\\u202e\\u2066\\u200f\\u061c"],
    ["\u200b\u00ad\ufeff\u2028\u2029", "\\u200b\\u00ad\\ufeff\\u2028\\u2029"],
    // Tags lie beyond the first 65536 characters.
    ["\u{e0041}", "\\udb40\\udc41"],
    ["\ud800x", "\\ud800x"],
  ];
  for (const [text, shown] of cases) assertEquals(printable(text), shown);
});

Deno.test("printable() leaves the meaning of JSON as it is", () => {
  const value = { text: '\x1b\x9b\u202e\n"\\\u{e0041}\ud800' };
  assertEquals(JSON.parse(printable(JSON.stringify(value))), value);
});
