import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { concat } from "@std/bytes";
import { extensionData, splitJpeg } from "../../tests/support/jpeg_segments.ts";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { decodeCoefficients } from "./coefficients.ts";
import { MAX_BLOCKS, MAX_BLOCKS_PER_BYTE, MAX_SCANS } from "../limits.ts";

const HUFFMAN = 0xc4;

/** A grey JPEG of this size, of `lengthBytes`: each block's DC and AC are one code of one bit each. */
function flatJpeg(blocksAcross: number, blocksDown: number, lengthBytes: number): Uint8Array {
  const [width, height] = [8 * blocksAcross, 8 * blocksDown];
  const header = [
    ...[0xff, 0xd8, 0xff, 0xdb, 0, 67, 0, ...Array(64).fill(1)],
    ...[0xff, 0xc0, 0, 11, 8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0],
    ...[0xff, HUFFMAN, 0, 20, 0x00, 1, ...Array(15).fill(0), 0],
    ...[0xff, HUFFMAN, 0, 20, 0x10, 1, ...Array(15).fill(0), 0],
    ...[0xff, 0xda, 0, 8, 1, 1, 0x00, 0, 63, 0],
  ];
  const jpeg = new Uint8Array(lengthBytes);
  jpeg.set(header);
  jpeg.set([0xff, 0xd9], lengthBytes - 2);
  return jpeg;
}

Deno.test(`decodeCoefficients() decodes ${MAX_BLOCKS} blocks, and not one more`, () => {
  const bytes = MAX_BLOCKS / 4 + 1000;
  assertEquals(decodeCoefficients(flatJpeg(1500, 1000, bytes)).components[0].values.length, MAX_BLOCKS * 64);
  const message = `${MAX_BLOCKS + 1} blocks, at most ${MAX_BLOCKS} are decoded`;
  assertThrows(() => decodeCoefficients(flatJpeg(557, 2693, bytes)), RangeError, message);
});

Deno.test(`decodeCoefficients() accepts ${MAX_BLOCKS_PER_BYTE} blocks a byte, and not one more`, () => {
  const bytes = 1000;
  assertMatch(decodeCoefficients(flatJpeg(80, 100, bytes)).damage ?? "", /its entropy-coded data is truncated/);
  assertThrows(
    () => decodeCoefficients(flatJpeg(89, 90, bytes)),
    SyntaxError,
    `${bytes} bytes cannot hold the 8010 blocks of 712x720`,
  );
});

Deno.test("decodeCoefficients() takes no memory for 65528x65528 pixels without data", () => {
  assertThrows(() => decodeCoefficients(flatJpeg(8191, 8191, 1000)), RangeError, "Cannot decode 65528x65528");
});

Deno.test(`decodeCoefficients() decodes ${MAX_SCANS} scans, and not one more`, async () => {
  const jpeg = await makeJpeg({ grey: true, optimized: true });
  const { scan } = splitJpeg(jpeg);
  const again = concat([extensionData(jpeg, [0xda]).subarray(-10), scan]);
  const scans = (count: number) =>
    concat([jpeg.subarray(0, -2), ...Array(count - 1).fill(again), Uint8Array.of(0xff, 0xd9)]);
  assertEquals(decodeCoefficients(scans(MAX_SCANS)), decodeCoefficients(jpeg));
  assertThrows(() => decodeCoefficients(scans(MAX_SCANS + 1)), RangeError, `more than ${MAX_SCANS} scans`);
});
