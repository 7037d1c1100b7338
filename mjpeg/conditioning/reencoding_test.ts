import { assertEquals, assertRejects } from "@std/assert";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { UncarriableJpegError } from "./conditioning.ts";
import { reencodeJpeg } from "./reencoding.ts";

Deno.test("reencodeJpeg() makes what RTP/JPEG carries of grey and of 4:4:4, in the same size", async () => {
  for (const kind of [{ grey: true }, { chromaSubsample: 1 as const }]) {
    const { width, height, sampling } = await reencodeJpeg(await makeJpeg({ ...kind, width: 40, height: 24 }), {
      maxPixels: 960,
    });
    assertEquals([width, height, sampling], [40, 24, "4:2:0"]);
  }
});

Deno.test("reencodeJpeg() takes pictures of maxPixels, and of not one more", async () => {
  const jpeg = await makeJpeg({ grey: true, width: 40, height: 24 });
  await reencodeJpeg(jpeg, { maxPixels: 960 });
  await assertRejects(
    () => reencodeJpeg(jpeg, { maxPixels: 959 }),
    UncarriableJpegError,
    "it has 40x24 pixels; at most 959 are encoded anew",
  );
});

Deno.test("reencodeJpeg() says why a picture cannot be decoded", async () => {
  const jpeg = await makeJpeg({ grey: true });
  // SOF9 is arithmetic coding.
  jpeg[jpeg.findIndex((byte, at) => byte === 0xff && jpeg[at + 1] === 0xc0) + 1] = 0xc9;
  await assertRejects(() => reencodeJpeg(jpeg, { maxPixels: 10_000 }), UncarriableJpegError, "arithmetic coding");
});
