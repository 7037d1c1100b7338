import { assertEquals, assertThrows } from "@std/assert";
import { MAX_DECODED_FRAME_BYTES, MAX_LIST_LINE_CHARS } from "./limits.ts";
import { TimedJpegs } from "./timed_jpegs.ts";

/** As FFmpeg 5.1 writes it. */
const LIST = `#software: Lavf59.27.100
#tb 0: 1/1000000
#media_type 0: video
#codec_id 0: mjpeg
#dimensions 0: 640x360
#sar 0: 1/1
0,          0,          0,    33367,        3, 0xf8945c95, S=1,        8
0,      33367,      33367,        0,        2, 0x383a35c2, S=1,        8
`;

Deno.test("TimedJpegs gives each frame its bytes and its time, however both are split", () => {
  for (let split = 0; split <= LIST.length; split++) {
    const jpegs = new TimedJpegs();
    jpegs.pushBytes(new Uint8Array([1, 2]));
    jpegs.pushBytes(new Uint8Array([3, 4, 5]));
    assertEquals([...jpegs.pushList(LIST.slice(0, split)), ...jpegs.pushList(LIST.slice(split))], [
      { data: new Uint8Array([1, 2, 3]), timestampUs: 0, durationUs: 33_367 },
      { data: new Uint8Array([4, 5]), timestampUs: 33_367, durationUs: 1 },
    ]);
  }
});

Deno.test("TimedJpegs refuses a list that it cannot read, or whose bytes are not there", () => {
  const line = LIST.split("\n")[6];
  for (const [bytes, list] of [[2, line], [3, "nonsense"], [3, line.slice(0, 40)]] as const) {
    const jpegs = new TimedJpegs();
    jpegs.pushBytes(new Uint8Array(bytes));
    assertThrows(() => jpegs.pushList(`${list}\n`), SyntaxError, "Cannot read the list of frames");
  }
});

Deno.test(`TimedJpegs takes frames of ${MAX_DECODED_FRAME_BYTES} bytes, and not of one more`, () => {
  const jpegs = new TimedJpegs();
  jpegs.pushBytes(new Uint8Array(MAX_DECODED_FRAME_BYTES));
  assertThrows(() => jpegs.pushBytes(new Uint8Array(1)), RangeError, `more than ${MAX_DECODED_FRAME_BYTES}`);
  assertEquals(jpegs.pushList(`0, 0, 0, 1, ${MAX_DECODED_FRAME_BYTES}, 0x0\n`)[0].data.length, MAX_DECODED_FRAME_BYTES);
});

Deno.test(`TimedJpegs takes ${MAX_LIST_LINE_CHARS} characters of a line, and not one more`, () => {
  const jpegs = new TimedJpegs();
  assertEquals(jpegs.pushList("#".repeat(MAX_LIST_LINE_CHARS)), []);
  assertThrows(() => jpegs.pushList("#"), SyntaxError, `more than ${MAX_LIST_LINE_CHARS} characters`);
});
