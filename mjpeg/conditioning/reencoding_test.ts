import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { concat } from "@std/bytes";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { conditionJpeg } from "./conditioning.ts";
import { reencodeJpeg } from "./reencoding.ts";
import { UnsupportedJpegError } from "./supported_jpeg.ts";

Deno.test("reencodeJpeg() makes grey and 4:4:4 JPEGs into ones that RTP/JPEG carries, of the same size", async () => {
  for (const kind of [{ grey: true }, { chromaSubsample: 1 as const }]) {
    const { width, height, sampling } = await reencodeJpeg(await makeJpeg({ ...kind, width: 40, height: 24 }), {
      maxPixels: 960,
    });
    assertEquals([width, height, sampling], [40, 24, "4:2:0"]);
  }
});

Deno.test("reencodeJpeg() takes JPEGs of maxPixels, and not of one more", async () => {
  const jpeg = await makeJpeg({ grey: true, width: 40, height: 24 });
  await reencodeJpeg(jpeg, { maxPixels: 960 });
  await assertRejects(
    () => reencodeJpeg(jpeg, { maxPixels: 959 }),
    UnsupportedJpegError,
    "it has 40x24 pixels; at most 959 are re-encoded",
  );
});

Deno.test("reencodeJpeg() says why a JPEG cannot be decoded", async () => {
  const jpeg = await makeJpeg({ grey: true });
  // SOF9 is arithmetic coding.
  jpeg[jpeg.findIndex((byte, at) => byte === 0xff && jpeg[at + 1] === 0xc0) + 1] = 0xc9;
  await assertRejects(() => reencodeJpeg(jpeg, { maxPixels: 10_000 }), UnsupportedJpegError, "arithmetic coding");
});

Deno.test("reencodeJpeg() puts two fields together, which conditionJpeg() refuses", async () => {
  const interlaced = concat([
    await makeJpeg({ width: 40, height: 24 }),
    await makeJpeg({ width: 40, height: 24, seed: 1 }),
  ]);
  const error = assertThrows(() => conditionJpeg(interlaced), UnsupportedJpegError, "two fields of 24 lines each");
  assertEquals(error.isReencodable, true);
  const { width, height } = await reencodeJpeg(interlaced, { maxPixels: 1920 });
  assertEquals([width, height], [40, 48]);
  await assertRejects(() => reencodeJpeg(interlaced, { maxPixels: 1919 }), UnsupportedJpegError, "it has 40x48 pixels");
});
