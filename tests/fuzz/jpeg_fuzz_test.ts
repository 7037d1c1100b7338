/**
 * Any bytes taken for a JPEG: only the named errors are thrown, time and memory are bounded, and conditioning changes no pixel.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { concat, equals } from "@std/bytes";
import fc from "fast-check";
import { type ComponentCoefficients, decodeCoefficients } from "../../mjpeg/entropy/coefficients.ts";
import { type ConditionedJpeg, conditionJpeg } from "../../mjpeg/conditioning/conditioning.ts";
import { rebuildJpeg } from "../../mjpeg/conditioning/rebuild.ts";
import { UnsupportedJpegError } from "../../mjpeg/conditioning/supported_jpeg.ts";
import { encodeScan } from "../../mjpeg/entropy/scan_encoder.ts";
import { JpegScanner } from "../../mjpeg/jpeg/jpeg_scanner.ts";
import { SOI } from "../../mjpeg/jpeg/markers.ts";
import { readJpegHeader } from "../../mjpeg/jpeg/jpeg_header.ts";
import { readHeaderSegments } from "../../mjpeg/jpeg/segments.ts";
import { isWholeJpeg } from "../../mjpeg/jpeg/whole_jpeg.ts";
import { makeJpeg } from "../support/jpegs.ts";
import { coefficientImage } from "./coefficient_images.ts";
import { fuzz, mayThrow, mutated } from "./fuzz.ts";

const JPEGS = await Promise.all([
  makeJpeg(),
  makeJpeg({ optimized: true }),
  makeJpeg({ progressive: true }),
  makeJpeg({ progressive: true, quality: 100, width: 17, height: 9 }),
  makeJpeg({ optimized: true, chromaSubsample: 1, width: 8, height: 8 }),
  makeJpeg({ grey: true, progressive: true }),
]);

const jpeg = fc.constantFrom(...JPEGS);
const damaged = fc.oneof(
  { weight: 8, arbitrary: mutated(jpeg) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
  { weight: 1, arbitrary: fc.tuple(jpeg, fc.uint8Array({ maxLength: 300 })).map(([one, junk]) => concat([one, junk])) },
  {
    weight: 2,
    arbitrary: fc.tuple(mutated(jpeg), jpeg, fc.nat(2000)).map(([one, other, at]) =>
      concat([one.subarray(0, at), other.subarray(at)])
    ),
  },
);

fuzz("readHeaderSegments() and decodeCoefficients() throw nothing but SyntaxError and RangeError", damaged, (bytes) => {
  mayThrow([SyntaxError], () => Array.from(readHeaderSegments(bytes)));
  const image = mayThrow([SyntaxError, RangeError], () => decodeCoefficients(bytes));
  for (const { values, blocksPerLine, blockLines, quantTable } of image?.components ?? []) {
    assertEquals([values.length, quantTable.length], [blocksPerLine * blockLines * 64, 64]);
  }
}, { runs: 500 });

fuzz("conditionJpeg() gives a JPEG that needs no transcoding, or says why it cannot", damaged, (bytes) => {
  const once = mayThrow([SyntaxError, RangeError, UnsupportedJpegError], () => conditionJpeg(bytes));
  if (once === undefined) return;
  const rebuilt = rebuildJpeg(once);
  assertEquals(conditionJpeg(rebuilt), { ...once, isTranscoded: false });
  // Damage may bring an SOI into the tables, where none is otherwise.
  const hasSoi = once.quantTables.some((table) => table.some((value, at) => value === 0xff && table[at + 1] === SOI));
  assert(hasSoi || isWholeJpeg(rebuilt));
}, { runs: 500 });

fuzz("conditionJpeg() changes no coefficient of what decodes", damaged, (bytes) => {
  const before = mayThrow([SyntaxError, RangeError], () => decodeCoefficients(bytes));
  const conditioned = mayThrow([SyntaxError, RangeError, UnsupportedJpegError], () => conditionJpeg(bytes));
  if (before === undefined || conditioned === undefined) return;
  // A scan that is not transcoded is not decoded either: it may be damaged.
  if (conditioned.isTranscoded) {
    // Damage may leave values that baseline JPEG has no codes for: the nearest that it has stand for them.
    if (before.damage !== undefined) { for (const { values } of before.components) limit(values, 1023); }
    assertSameBlocks(decodeCoefficients(rebuildJpeg(conditioned)).components, before.components);
  }
}, { runs: 500 });

function limit(values: Int16Array, max: number): void {
  values.forEach((value, index) => values[index] = Math.max(-max, Math.min(max, value)));
}

/** Asserts that the blocks that both have are the same; those that fill up the last MCUs may differ. */
function assertSameBlocks(actual: readonly ComponentCoefficients[], expected: readonly ComponentCoefficients[]): void {
  actual.forEach((component, index) => {
    const other = expected[index];
    assertEquals([...component.quantTable], [...other.quantTable]);
    const lines = Math.min(component.blockLines, other.blockLines);
    const across = Math.min(component.blocksPerLine, other.blocksPerLine);
    for (let line = 0; line < lines; line++) {
      const row = ({ values, blocksPerLine }: ComponentCoefficients) =>
        values.subarray(line * blocksPerLine * 64, (line * blocksPerLine + across) * 64);
      assertEquals(row(component), row(other));
    }
  });
}

fuzz("any coefficients of 8-bit baseline come back from encodeScan()", coefficientImage, (image) => {
  const conditioned: ConditionedJpeg = {
    width: image.width,
    height: image.height,
    sampling: image.lumaLines === 1 ? "4:2:2" : "4:2:0",
    quantTables: [image.components[0].quantTable as Uint8Array, image.components[1].quantTable as Uint8Array],
    restartInterval: 0,
    scan: encodeScan(image),
    isTranscoded: true,
  };
  assertEquals(decodeCoefficients(rebuildJpeg(conditioned)).components, [...image.components]);
  assertEquals(conditionJpeg(rebuildJpeg(conditioned)), { ...conditioned, isTranscoded: false });
});

const tooLarge = fc.tuple(
  fc.nat(63),
  fc.oneof(fc.integer({ min: 1024, max: 32_767 }), fc.integer({ min: -32_768, max: -1025 })),
);

fuzz("encodeScan() refuses every value that 8-bit baseline cannot hold", tooLarge, ([place, value]) => {
  const component = (blocks: number): ComponentCoefficients => ({
    h: blocks,
    v: 1,
    blocksPerLine: blocks,
    blockLines: 1,
    values: new Int16Array(blocks * 64),
    quantTable: new Uint8Array(64),
  });
  const components = [component(2), component(1), component(1)] as const;
  // DC values are coded as differences: 2047 still has a code.
  components[0].values[place] = value;
  const encode = () => encodeScan({ components, lumaLines: 1, mcusPerLine: 1, mcuLines: 1 });
  if (place === 0 && Math.abs(value) < 2048) encode();
  else assertThrows(encode, RangeError, `coefficient of ${value}`);
});

fuzz(
  "JpegScanner finds the same images however the bytes are cut",
  fc.tuple(fc.array(damaged, { minLength: 1, maxLength: 3 }), fc.array(fc.nat(5000), { maxLength: 6 })),
  ([parts, cuts]) => {
    const bytes = concat(parts);
    const whole = new JpegScanner().push(bytes);
    const scanner = new JpegScanner();
    const places = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
    const found = places.flatMap((end, index) =>
      scanner.push(bytes.subarray(index === 0 ? 0 : places[index - 1], end))
    );
    assertEquals(found, whole);
    let last = 0;
    for (const output of found) {
      assert(output.offset >= last);
      last = output.offset + (output.kind === "image" ? output.lengthBytes : 0);
      assert(last <= bytes.length);
    }
  },
);

fuzz(
  "a cut or damaged JPEG costs no other",
  fc.tuple(jpeg, jpeg, fc.nat(5000), fc.constantFrom("cut", "zeros", "marker"), jpeg),
  ([first, other, place, damage, last]) => {
    const at = 2 + place % (other.length - 4);
    const bad = damage === "cut" ? other.subarray(0, at) : other.slice();
    if (damage === "zeros") bad.fill(0, at, at + 40);
    const { scanStart } = readJpegHeader(other);
    if (damage === "marker") bad.set([0xff, 0x3c, 0xf0, 0xf0], Math.min(Math.max(scanStart, at), other.length - 6));
    const bytes = concat([first, bad, last]);
    const scanner = new JpegScanner();
    const found = [...scanner.push(bytes), ...scanner.finish().outputs].flatMap((one) =>
      one.kind === "image" ? [bytes.subarray(one.offset, one.offset + one.lengthBytes)] : []
    );
    assert(equals(found[0], first), "the JPEG before it");
    // A frame that is cut in its first segments may leave them in front of the next.
    const [actual, expected] = [found.at(-1)!, last].map((one) => decodeCoefficients(one).components);
    assert(actual.every(({ values }, index) => equalValues(values, expected[index].values)), "the JPEG behind it");
  },
  { runs: 500 },
);

function equalValues(left: Int16Array, right: Int16Array): boolean {
  return left.length === right.length && left.every((value, index) => value === right[index]);
}
