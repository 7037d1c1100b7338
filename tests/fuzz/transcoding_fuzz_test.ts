/**
 * Transcoding symbol by symbol, of any image in any Huffman tables, whole or damaged: it does what decoding and encoding the
 * coefficients does, or leaves it to that.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { conditionJpeg } from "../../mjpeg/conditioning/conditioning.ts";
import { rebuildJpeg } from "../../mjpeg/conditioning/rebuild.ts";
import { decodeCoefficients } from "../../mjpeg/entropy/coefficients.ts";
import { encodeScan } from "../../mjpeg/entropy/scan_encoder.ts";
import { transcodeSymbols } from "../../mjpeg/entropy/scan_transcoder.ts";
import {
  type HuffmanTable,
  STANDARD_CHROMA_AC,
  STANDARD_CHROMA_DC,
  STANDARD_LUMA_AC,
  STANDARD_LUMA_DC,
} from "../../mjpeg/jpeg/huffman_tables.ts";
import { encodeHuffmanJpeg } from "../support/huffman_jpegs.ts";
import { makeJpeg, withRestartMarkers } from "../support/jpegs.ts";
import { coefficientImage } from "./coefficient_images.ts";
import { fuzz, mutated } from "./fuzz.ts";

/** Tables with the lengths of the given ones: any symbol may have any code. */
function shuffled(...tables: readonly HuffmanTable[]): fc.Arbitrary<HuffmanTable> {
  return fc.constantFrom(...tables).chain(({ counts, symbols }) =>
    fc.shuffledSubarray([...symbols], { minLength: symbols.length })
      .map((order) => ({ counts, symbols: Uint8Array.from(order) }))
  );
}

const dcTable = shuffled(STANDARD_LUMA_DC, STANDARD_CHROMA_DC);
const acTable = shuffled(STANDARD_LUMA_AC, STANDARD_CHROMA_AC);
const image = fc.record({
  image: coefficientImage,
  dc: fc.tuple(dcTable, dcTable),
  ac: fc.tuple(acTable, acTable),
  restartInterval: fc.nat(5),
});

fuzz("any image in any tables, with or without restart markers, is transcoded symbol by symbol", image, (one) => {
  const jpeg = encodeHuffmanJpeg({ ...one.image, ...one });
  assertEquals(decodeCoefficients(jpeg).components, [...one.image.components], "the test's own encoder");
  const { width, height } = one.image;
  const scan = encodeScan(one.image);
  const quantTables = one.image.components.map(({ quantTable }) => quantTable);
  assertEquals(transcodeSymbols(jpeg), { width, height, quantTables, scan });
  const conditioned = conditionJpeg(jpeg, { withoutRestartMarkers: true });
  assertEquals([conditioned.scan, conditioned.restartInterval], [scan, 0]);
});

const jpegs = await Promise.all([{}, { width: 61, height: 43 }, { quality: 100 }].flatMap((kind) => [
  makeJpeg({ ...kind, optimized: true }),
  makeJpeg(kind),
  makeJpeg(kind).then(withRestartMarkers),
]));
const damaged = mutated(fc.oneof(
  fc.constantFrom(...jpegs),
  image.map((one) => encodeHuffmanJpeg({ ...one.image, ...one })),
));

fuzz("what is transcoded symbol by symbol has no damage, and the same coefficients", damaged, (bytes) => {
  const transcoded = transcodeSymbols(bytes);
  if (transcoded === undefined) return;
  const { width, height, components, damage } = decodeCoefficients(bytes);
  assertEquals(damage, undefined);
  const { quantTables, scan } = transcoded;
  assertEquals([transcoded.width, transcoded.height], [width, height]);
  assertEquals(quantTables, components.map(({ quantTable }) => quantTable));
  const [luma, blue, red] = components;
  // RTP/JPEG carries no other sampling.
  if (luma.h !== 2 || luma.v > 2) return;
  const lumaLines = luma.v as 1 | 2;
  const layout = { lumaLines, mcusPerLine: Math.ceil(width / 16), mcuLines: Math.ceil(height / (8 * lumaLines)) };
  const sampling = lumaLines === 1 ? "4:2:2" as const : "4:2:0" as const;
  const [lumaTable, chromaTable] = [new Uint8Array(64), new Uint8Array(64)];
  const rebuilt = (of: Uint8Array) =>
    rebuildJpeg({ width, height, sampling, quantTables: [lumaTable, chromaTable], restartInterval: 0, scan: of });
  const expected = encodeScan({ components: [luma, blue, red], ...layout });
  const [actual, reference] = [scan, expected].map((of) => decodeCoefficients(rebuilt(of)));
  assertEquals(actual, reference);
  assert(actual.components.every(({ values }, index) => equal(values, components[index].values)));
}, { runs: 500 });

function equal(left: Int16Array, right: Int16Array): boolean {
  return left.length === right.length && left.every((value, index) => value === right[index]);
}
