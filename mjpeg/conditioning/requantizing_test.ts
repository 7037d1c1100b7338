import { assert, assertEquals, assertThrows } from "@std/assert";
import { type JpegKind, makeJpeg, withRestartMarkers } from "../../tests/support/jpegs.ts";
import { decodeCoefficients } from "../entropy/coefficients.ts";
import { rebuildJpeg } from "./rebuild.ts";
import { COARSENESS, coarserTable, COARSEST_LEVEL, requantizeJpeg } from "./requantizing.ts";
import { UnsupportedJpegError } from "./supported_jpeg.ts";

const LEVELS = Array.from({ length: COARSEST_LEVEL }, (_, index) => index + 1);

const KINDS: readonly { readonly title: string; readonly kind: JpegKind }[] = [
  { title: "baseline", kind: { width: 160, height: 96 } },
  { title: "optimized", kind: { width: 160, height: 96, optimized: true } },
  { title: "progressive, of an odd size", kind: { width: 153, height: 91, progressive: true } },
  { title: "of the best quality", kind: { width: 160, height: 96, quality: 100 } },
  { title: "of a low quality", kind: { width: 160, height: 96, quality: 40 } },
];

for (const { title, kind } of KINDS) {
  Deno.test(`requantizeJpeg() rounds the coefficients of a JPEG to the steps of coarser tables: ${title}`, async () => {
    const jpeg = await makeJpeg(kind);
    const before = decodeCoefficients(jpeg);
    let lastBytes = Infinity;
    for (const level of LEVELS) {
      const conditioned = requantizeJpeg(jpeg, level);
      const after = decodeCoefficients(rebuildJpeg(conditioned));
      assertEquals([after.width, after.height, after.damage], [before.width, before.height, undefined]);
      for (const [index, component] of after.components.entries()) {
        const { values, quantTable } = before.components[index];
        assertEquals(component.quantTable, coarserTable(Uint8Array.from(quantTable), COARSENESS[level]));
        assertEquals(component.values.length, values.length);
        let worst = 0;
        for (let at = 0; at < values.length; at++) {
          const error = Math.abs(
            component.values[at] * component.quantTable[at & 63] - values[at] * quantTable[at & 63],
          );
          worst = Math.max(worst, error / component.quantTable[at & 63]);
        }
        assert(worst <= 0.51, `level ${level}: off by ${worst} steps`);
      }
      assert(conditioned.scan.length < lastBytes, `level ${level}: ${conditioned.scan.length} bytes`);
      lastBytes = conditioned.scan.length;
    }
  });
}

Deno.test("requantizeJpeg() leaves restart markers out", async () => {
  const jpeg = await makeJpeg({ width: 64, height: 64 });
  assertEquals(requantizeJpeg(withRestartMarkers(jpeg), 1), requantizeJpeg(jpeg, 1));
});

Deno.test("requantizeJpeg() takes a JPEG that is cut as far as it goes", async () => {
  const jpeg = await makeJpeg({ width: 160, height: 96 });
  const after = decodeCoefficients(rebuildJpeg(requantizeJpeg(jpeg.subarray(0, jpeg.length >> 1), 2)));
  const whole = decodeCoefficients(rebuildJpeg(requantizeJpeg(jpeg, 2)));
  assertEquals(after.damage, undefined);
  assertEquals(after.components[0].values.subarray(0, 640), whole.components[0].values.subarray(0, 640));
});

Deno.test("requantizeJpeg() refuses what RTP/JPEG has no place for, and levels that there are not", async () => {
  const grey = await makeJpeg({ grey: true });
  assertThrows(() => requantizeJpeg(grey, 1), UnsupportedJpegError, "grey");
  const jpeg = await makeJpeg();
  for (const level of [-1, 0, 0.5, COARSEST_LEVEL + 1]) assertThrows(() => requantizeJpeg(jpeg, level), RangeError);
  assertThrows(() => requantizeJpeg(new Uint8Array(10), 1), SyntaxError);
});

Deno.test("coarserTable() ends at 255, the largest value of 8 bits", () => {
  assertEquals([...coarserTable(Uint8Array.of(1, 16, 127, 128, 255), 2)], [2, 32, 254, 255, 255]);
});
