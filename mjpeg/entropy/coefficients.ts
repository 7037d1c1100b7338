/**
 * Decodes a JPEG to its quantized DCT coefficients, sequential or progressive. From them any JPEG can be transcoded losslessly, also
 * a damaged one.
 *
 * @module
 */

import { malformed } from "../jpeg/segments.ts";
import { decodeScan } from "./scan_decoder.ts";
import { readScans, type Scan, type ScanComponent } from "./scans.ts";

/** The blocks of one component, line by line. */
export interface ComponentCoefficients {
  /** Horizontal sampling factor. */
  readonly h: number;
  /** Vertical sampling factor. */
  readonly v: number;
  /** Blocks a line, with those that fill up the last MCU. */
  readonly blocksPerLine: number;
  /** Lines of blocks, with those that fill up the last MCUs. */
  readonly blockLines: number;
  /** 64 coefficients a block, in zig-zag order. */
  readonly values: Int16Array;
  /** 64 values in zig-zag order. */
  readonly quantTable: Uint8Array | Uint16Array;
}

/** A JPEG decoded to its coefficients, before dequantization. */
export interface CoefficientImage {
  /** Samples a line. */
  readonly width: number;
  /** Lines. */
  readonly height: number;
  /** In the order of the frame header. */
  readonly components: readonly ComponentCoefficients[];
  /** Why some coefficients may be missing, which are 0 then; `undefined` for a whole JPEG. */
  readonly damage: string | undefined;
}

/**
 * Decodes sequential and progressive Huffman-coded JPEGs of 8 bits. Missing Huffman tables are the standard ones, as in frames
 * of AVI files. What is damaged from its first scan on is decoded as far as it goes. Throws a `SyntaxError` for a JPEG that is
 * malformed before, and a `RangeError` for one that exceeds the limits.
 */
export function decodeCoefficients(jpeg: Uint8Array): CoefficientImage {
  const values = new Map<ScanComponent, Int16Array>();
  let last: Scan | undefined;
  let damage: string | undefined;
  try {
    for (const scan of readScans(jpeg)) {
      if (last === undefined) {
        for (const component of scan.components) {
          values.set(component, new Int16Array(component.blocksPerLine * component.blockLines * 64));
        }
      }
      last = scan;
      const problem = decodeScan(scan, values);
      damage ??= problem;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError) || last === undefined) throw error;
    damage = error.message;
  }
  if (last === undefined) throw malformed("it has no frame header or no scan");
  const { width, height } = last;
  return { width, height, components: Array.from(values, ([component, own]) => finish(component, own)), damage };
}

function finish(component: ScanComponent, values: Int16Array): ComponentCoefficients {
  const { h, v, blocksPerLine, blockLines, quantTable, quantNumber } = component;
  if (quantTable === undefined) throw malformed(`quantization table ${quantNumber} or a scan is missing`);
  return { h, v, blocksPerLine, blockLines, values, quantTable };
}
