import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { CHROMA, depacketize, LUMA, packetsOf } from "../../tests/support/jpeg_packets.ts";
import { makeJpeg } from "../../tests/support/jpegs.ts";

const FILES = [await makeJpeg({ seed: 1 }), await makeJpeg({ seed: 2, grey: true })];

/** A JPEG file cut into payloads of 500 bytes, each behind `header`, which is given the offset. */
function cut(file: Uint8Array, header: (offset: number) => readonly number[]): Uint8Array[] {
  return Array.from({ length: Math.ceil(file.length / 500) }, (_, index) => {
    const offset = index * 500;
    return Uint8Array.from([...header(offset), ...file.subarray(offset, offset + 500)]);
  });
}

const main = (
  offset: number,
  type: number,
  q: number,
) => [0, offset >> 16, offset >> 8 & 255, offset & 255, type, q, 8, 6];
const TABLES = [0, 0, 0, 128, ...LUMA, ...CHROMA];

const SENDERS: readonly [title: string, header: (offset: number) => readonly number[]][] = [
  ["behind the main header", (offset) => main(offset, 0, 20)],
  ["behind a main header with a reserved Q", (offset) => main(offset, 1, 0)],
  ["behind a main header that promises tables", (offset) => main(offset, 1, 255)],
  ["behind a main header that promises restart markers", (offset) => main(offset, 65, 80)],
  ["behind tables", (offset) => [...main(offset, 1, 255), ...(offset === 0 ? TABLES : [])]],
  ["without any header", () => []],
];

for (const [title, header] of SENDERS) {
  Deno.test(`JpegDepacketizer shows JPEG files ${title}, as they are`, () => {
    const sent = packetsOf(FILES.map((file) => cut(file, header)));
    assertEquals(depacketize(sent), FILES);
    // Markers may be missing here, too.
    const unmarked = sent.map((packet) => ({ ...packet, marker: false }));
    assertEquals(depacketize(unmarked), [FILES[0], "truncated"]);
  });

  Deno.test(`JpegDepacketizer shows no JPEG file ${title} with a hole`, () => {
    const payloads = FILES.map((file) => cut(file, header));
    const sent = packetsOf([...payloads, payloads[0]]);
    for (let lost = 0; lost < payloads[0].length; lost++) {
      const shown = depacketize(sent.toSpliced(lost, 1)).filter((output) => output instanceof Uint8Array);
      assertEquals(shown, [FILES[1], FILES[0]], `packet ${lost + 1} lost`);
    }
  });
}

Deno.test("JpegDepacketizer adds the end to a JPEG file that lacks it", () => {
  const open = FILES[0].subarray(0, -2);
  assertEquals(depacketize(packetsOf([cut(open, () => [])])), [FILES[0]]);
});

Deno.test("JpegDepacketizer does not take a thumbnail for the next file", () => {
  // The second payload begins with the thumbnail in a comment of the file.
  const length = 2 + 494 + FILES[1].length;
  const comment = Uint8Array.of(0xff, 0xfe, length >> 8, length & 255);
  const file = concat([FILES[0].subarray(0, 2), comment, new Uint8Array(494), FILES[1], FILES[0].subarray(2)]);
  assertEquals(depacketize(packetsOf([cut(file, () => [])])), [file]);
});

Deno.test("JpegDepacketizer begins the next file where the one before has not ended", () => {
  const payloads = FILES.map((file) => cut(file, (offset) => main(offset, 0, 20)));
  const sent = packetsOf([[payloads[0][0], ...payloads[1]]]);
  assertEquals(depacketize(sent), ["truncated", FILES[1]]);
});

Deno.test("JpegDepacketizer reports a piece of a JPEG file with a wrong Fragment Offset as such", () => {
  const payloads = FILES.map((file) => cut(file, (offset) => main(offset, 0, 20)));
  const shifted = payloads[0].with(1, payloads[0][1].with(3, payloads[0][1][3] ^ 1));
  assertEquals(depacketize(packetsOf([shifted, payloads[1]])), ["wrong-offset", FILES[1]]);
});
