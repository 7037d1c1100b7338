import { assertEquals } from "@std/assert";
import { contentLengthOf, decodeField, timestampUsOf } from "./part_fields.ts";

const LINES: readonly [line: string, field: readonly [string, string] | undefined][] = [
  ["Content-Length: 31614", ["content-length", "31614"]],
  ["CONTENT-TYPE:image/jpeg", ["content-type", "image/jpeg"]],
  ["Content-length :  5 \t", ["content-length", "5"]],
  ["X-Empty:", ["x-empty", ""]],
  ["HTTP/1.0 200 OK", undefined],
  ["6b5", undefined],
  [": value", undefined],
];

for (const [line, field] of LINES) {
  Deno.test(`decodeField() decodes ${JSON.stringify(line)}`, () => assertEquals(decodeField(line), field));
}

const LENGTHS: readonly [value: string, length: number | undefined][] = [
  ["0", 0],
  ["999999999999", 999_999_999_999],
  ["9999999999999", undefined],
  ["-5", undefined],
  ["5 bytes", undefined],
  ["0x10", undefined],
];

for (const [value, length] of LENGTHS) {
  Deno.test(`contentLengthOf() takes ${JSON.stringify(value)} for ${length}`, () => {
    assertEquals(contentLengthOf(new Map([["content-length", value]])), length);
  });
}

const TIMES: readonly [value: string, timeUs: number | undefined][] = [
  ["1700000000.123", 1_700_000_000_123_000],
  ["1795772623.900000", 1_795_772_623_900_000],
  ["12.000034", 12_000_034],
  ["1700000000.123456789", 1_700_000_000_123_457],
  ["1700000000", 1_700_000_000_000_000],
  ["1700000000123", 1_700_000_000_123_000],
  ["1700000000123456", 1_700_000_000_123_456],
  ["1700000000123456768", 1_700_000_000_123_457],
  ["0.000000", 0],
  ["2026-01-01T00:00:00Z", undefined],
  ["-1.5", undefined],
  ["", undefined],
];

for (const [value, timeUs] of TIMES) {
  Deno.test(`timestampUsOf() takes ${JSON.stringify(value)} for ${timeUs} us`, () => {
    assertEquals(timestampUsOf(new Map([["x-timestamp", value]])), timeUs);
  });
}
