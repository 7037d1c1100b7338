import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { makeJpeg } from "../../../tests/support/jpegs.ts";
import { memoryFile } from "../../../tests/support/memory_file.ts";
import { indexFile } from "../index_file.ts";

const JPEGS = await Promise.all([0, 1, 2, 3].map((seed) => makeJpeg({ seed, width: 48 + 16 * seed })));

const encode = (text: string) => new TextEncoder().encode(text);

/** A part with its delimiter; `lines` are its fields. */
function part(jpeg: Uint8Array, ...lines: readonly string[]): Uint8Array {
  return concat([encode(["--frame", "Content-Type: image/jpeg", ...lines, "", ""].join("\r\n")), jpeg, encode("\r\n")]);
}

const length = (jpeg: Uint8Array, excess = 0) => `Content-Length: ${jpeg.length + excess}`;

/** What is found in a file. */
async function index(bytes: Uint8Array) {
  const { count, locate, format, problem, times } = await indexFile(memoryFile(bytes));
  const all = Array.from({ length: count }, (_, at) => at);
  return {
    format,
    problem,
    frames: all.map((at): Uint8Array => bytes.slice(locate(at).offset, locate(at).offset + locate(at).lengthBytes)),
    times: times && [...all.map((at) => times.timesUs.at(at)), times.durationUs],
  };
}

const FOUND = { format: "multipart", problem: undefined, frames: JPEGS, times: undefined };

Deno.test("MULTIPART finds frames by Content-Length, and by their markers where there is none", async () => {
  assertEquals(await index(concat(JPEGS.map((jpeg) => part(jpeg, length(jpeg))))), FOUND);
  assertEquals(await index(concat(JPEGS.map((jpeg) => part(jpeg)))), FOUND);
});

Deno.test("MULTIPART takes the times of the parts, and the mean interval for the last frame", async () => {
  const times = ["1700000000.5", "1700000000.6", "1700000000.61", "1700000000.8"];
  const file = concat(JPEGS.map((jpeg, at) => part(jpeg, `X-Timestamp: ${times[at]}`, length(jpeg))));
  assertEquals(await index(file), { ...FOUND, times: [0, 100_000, 110_000, 300_000, 400_000] });
});

Deno.test("MULTIPART has no times where the first part has none", async () => {
  const file = concat(JPEGS.map((jpeg, at) => part(jpeg, length(jpeg), ...(at > 0 ? [`X-Timestamp: ${at}`] : []))));
  assertEquals(await index(file), FOUND);
});

Deno.test("MULTIPART reads no more of large frames than their ends", async () => {
  const comment = concat([Uint8Array.of(0xff, 0xfe, 0xff, 0xff), new Uint8Array(65_533)]);
  const large = concat([JPEGS[0].subarray(0, 2), ...Array(16).fill(comment), JPEGS[0].subarray(2)]);
  const bytes = concat(Array(8).fill(part(large, length(large))));
  const file = memoryFile(bytes);
  let readBytes = 0;
  const { count } = await indexFile({
    lengthBytes: file.lengthBytes,
    read(offset, lengthBytes) {
      readBytes += lengthBytes;
      return file.read(offset, lengthBytes);
    },
  });
  assertEquals([count, readBytes < bytes.length / 4], [8, true]);
});

Deno.test("MULTIPART finds frames by their markers from a wrong Content-Length on, and says so", async () => {
  for (const excess of [-9, 9, 1200, 1e9]) {
    const file = concat([
      part(JPEGS[0], length(JPEGS[0])),
      ...JPEGS.slice(1).map((jpeg) => part(jpeg, length(jpeg, excess))),
    ]);
    const found = await index(file);
    const offset = file.length - JPEGS.slice(2).reduce((sum, jpeg) =>
      sum + part(jpeg, length(jpeg, excess)).length, 0) -
      JPEGS[1].length - 2;
    // The end of the file is where the last one ends: that may be the truth of a file that was cut.
    const problem = excess > 1e6
      ? undefined
      : `Content-Length is wrong for frame 2 at byte ${offset}; from there on, frames are found by their markers`;
    assertEquals(found, { ...FOUND, problem });
  }
});

Deno.test("MULTIPART drops a last frame that is cut, and takes one that lacks only its EOI", async () => {
  for (const fields of [[length(JPEGS[1])], []]) {
    const whole = concat([part(JPEGS[0], length(JPEGS[0])), part(JPEGS[1], ...fields)]);
    const offset = whole.length - JPEGS[1].length - 2;
    const cut = await index(whole.subarray(0, -200));
    const problem = `Frame 2 at byte ${offset} is dropped: it is truncated by the end of the file`;
    assertEquals(cut, { ...FOUND, problem, frames: [JPEGS[0]] });
    const open = await index(whole.subarray(0, -4));
    assertEquals(open, { ...FOUND, frames: [JPEGS[0], JPEGS[1].subarray(0, -2)] });
  }
});
