/**
 * Entropy decoding: a JPEG's quantized DCT coefficients, sequential or progressive (ITU-T T.81, F.2 and G.2). What comes
 * out can be coded anew with other tables without any loss.
 *
 * @module
 */

import {
  createDecoder,
  type HuffmanDecoder,
  LOOKUP_BITS,
  STANDARD_CHROMA_AC,
  STANDARD_CHROMA_DC,
  STANDARD_LUMA_AC,
  STANDARD_LUMA_DC,
} from "./huffman_tables.ts";
import { MAX_BLOCKS, MAX_BLOCKS_PER_BYTE, MAX_SCANS } from "./limits.ts";
import { RST0, RST7, SOI, SOS } from "./markers.ts";
import {
  decodeFrameHeader,
  decodeHuffmanTables,
  decodeQuantTables,
  decodeRestartInterval,
  decodeScanHeader,
  DHT,
  DQT,
  DRI,
  findScanEnd,
  type FrameHeader,
  isFrameHeader,
  malformed,
  readSegment,
  type ScanHeader,
  SOF2,
} from "./segments.ts";

/** One component's blocks, line after line. */
export interface ComponentCoefficients {
  /** Horizontal sampling factor. */
  readonly h: number;
  /** Vertical sampling factor. */
  readonly v: number;
  /** Blocks a line, filled up to whole MCUs. */
  readonly blocksPerLine: number;
  /** Lines of blocks, filled up to whole MCUs. */
  readonly blockLines: number;
  /** 64 values a block, in zig-zag order. */
  readonly values: Int16Array;
  /** 64 values in zig-zag order. */
  readonly quantTable: Uint8Array | Uint16Array;
}

/** A JPEG's picture before quantization is undone. */
export interface CoefficientImage {
  /** Samples a line. */
  readonly width: number;
  /** Lines. */
  readonly height: number;
  /** In the order of the frame header. */
  readonly components: readonly ComponentCoefficients[];
}

/** Tables and intervals, as the segments between scans change them. */
interface Tables {
  readonly dc: (HuffmanDecoder | undefined)[];
  readonly ac: (HuffmanDecoder | undefined)[];
  readonly quant: (Uint8Array | Uint16Array | undefined)[];
  restartInterval: number;
}

/** A component while it is being decoded. */
interface Component extends Omit<ComponentCoefficients, "quantTable"> {
  readonly id: number;
  readonly quantNumber: number;
  quantTable: Uint8Array | Uint16Array | undefined;
  /** Blocks a line and lines that the picture covers: the extent of a scan of this component alone. */
  readonly ownBlocksPerLine: number;
  readonly ownBlockLines: number;
  /** The last DC value. */
  prediction: number;
}

/**
 * Decodes sequential and progressive Huffman-coded JPEGs of 8 bits. Tables that are missing are the standard ones, as in
 * the frames of AVI files. Throws a `SyntaxError` for what is malformed or broken off, and a `RangeError` for what exceeds
 * the limits.
 */
export function decodeCoefficients(jpeg: Uint8Array): CoefficientImage {
  if (jpeg[0] !== 0xff || jpeg[1] !== SOI) throw malformed("it does not start with FF D8");
  const tables: Tables = {
    dc: [STANDARD_LUMA_DC, STANDARD_CHROMA_DC].map(createDecoder),
    ac: [STANDARD_LUMA_AC, STANDARD_CHROMA_AC].map(createDecoder),
    quant: [],
    restartInterval: 0,
  };
  let frame: FrameHeader | undefined;
  let components: Component[] = [];
  let scans = 0;
  for (let segment = readSegment(jpeg, 2); segment !== undefined;) {
    let next = segment.end;
    if (segment.marker === DQT) {
      for (const { number, values } of decodeQuantTables(segment)) tables.quant[number] = values;
    } else if (segment.marker === DHT) {
      for (const { tableClass, number, table } of decodeHuffmanTables(segment)) {
        (tableClass === 0 ? tables.dc : tables.ac)[number] = createDecoder(table);
      }
    } else if (segment.marker === DRI) {
      tables.restartInterval = decodeRestartInterval(segment);
    } else if (segment.marker === SOS) {
      if (frame === undefined) throw malformed("a scan before the frame header");
      if (++scans > MAX_SCANS) throw new RangeError(`Cannot decode more than ${MAX_SCANS} scans of a JPEG`);
      const end = findScanEnd(jpeg, segment.end);
      const scan = decodeScanHeader(segment);
      new ScanDecoder(jpeg.subarray(segment.end, end), tables).decode(scan, { frame, components });
      next = end;
      if (next >= jpeg.length) break;
    } else if (isFrameHeader(segment.marker)) {
      if (frame !== undefined) throw malformed("a second frame header");
      frame = decodeFrameHeader(segment);
      components = createComponents(frame, jpeg.length);
    }
    segment = readSegment(jpeg, next);
  }
  if (frame === undefined || scans === 0) throw malformed("it has no picture");
  return {
    width: frame.width,
    height: frame.height,
    components: components.map(({ h, v, blocksPerLine, blockLines, values, quantTable, quantNumber }) => {
      if (quantTable === undefined) throw malformed(`quantization table ${quantNumber} or a scan is missing`);
      return { h, v, blocksPerLine, blockLines, values, quantTable };
    }),
  };
}

function createComponents({ width, height, components }: FrameHeader, jpegBytes: number): Component[] {
  const maxH = Math.max(...components.map(({ h }) => h));
  const maxV = Math.max(...components.map(({ v }) => v));
  const mcusPerLine = Math.ceil(width / (8 * maxH));
  const mcuLines = Math.ceil(height / (8 * maxV));
  const blocks = components.reduce((sum, { h, v }) => sum + mcusPerLine * h * mcuLines * v, 0);
  if (blocks > MAX_BLOCKS) {
    throw new RangeError(`Cannot decode ${width}x${height}: ${blocks} blocks, at most ${MAX_BLOCKS} are decoded`);
  }
  if (blocks > jpegBytes * MAX_BLOCKS_PER_BYTE) {
    throw malformed(`${jpegBytes} bytes cannot hold the ${blocks} blocks of ${width}x${height}`);
  }
  return components.map(({ id, h, v, quantTable }) => {
    const [blocksPerLine, blockLines] = [mcusPerLine * h, mcuLines * v];
    return {
      id,
      h,
      v,
      blocksPerLine,
      blockLines,
      values: new Int16Array(blocksPerLine * blockLines * 64),
      quantNumber: quantTable,
      quantTable: undefined,
      ownBlocksPerLine: Math.ceil(Math.ceil(width * h / maxH) / 8),
      ownBlockLines: Math.ceil(Math.ceil(height * v / maxV) / 8),
      prediction: 0,
    };
  });
}

/** A component's part in one scan. */
interface ScanComponent {
  readonly component: Component;
  readonly dc: HuffmanDecoder | undefined;
  readonly ac: HuffmanDecoder | undefined;
}

/** Decodes the entropy-coded data of one scan into the components' blocks. */
class ScanDecoder {
  readonly #data: Uint8Array;
  readonly #tables: Tables;
  #at = 0;
  #bits = 0;
  #bitCount = 0;
  /** Blocks for which the end-of-band run of a progressive scan still holds. */
  #endOfBandRun = 0;
  /** Bytes read behind the end. */
  #pastEnd = 0;

  constructor(data: Uint8Array, tables: Tables) {
    this.#data = data;
    this.#tables = tables;
  }

  decode(scan: ScanHeader, { frame, components }: { frame: FrameHeader; components: readonly Component[] }): void {
    const parts = scan.components.map(({ id, dcTable, acTable }): ScanComponent => {
      const component = components.find((candidate) => candidate.id === id);
      if (component === undefined) throw malformed(`a scan of component ${id}, which the frame header does not have`);
      component.quantTable ??= this.#tables.quant[component.quantNumber];
      return { component, dc: this.#tables.dc[dcTable], ac: this.#tables.ac[acTable] };
    });
    const decodeBlock = this.#blockDecoder(scan, frame.marker === SOF2);
    const isAlone = parts.length === 1;
    const { component: first } = parts[0];
    const mcusPerLine = isAlone ? first.ownBlocksPerLine : first.blocksPerLine / first.h;
    const mcuLines = isAlone ? first.ownBlockLines : first.blockLines / first.v;
    const { restartInterval } = this.#tables;
    this.#restart(parts);
    for (let mcu = 0; mcu < mcusPerLine * mcuLines; mcu++) {
      if (restartInterval > 0 && mcu > 0 && mcu % restartInterval === 0) {
        this.#skipRestartMarker();
        this.#restart(parts);
      }
      const [column, line] = [mcu % mcusPerLine, Math.floor(mcu / mcusPerLine)];
      if (isAlone) {
        decodeBlock(parts[0], (line * first.blocksPerLine + column) * 64);
        continue;
      }
      for (const part of parts) {
        const { h, v, blocksPerLine } = part.component;
        for (let y = 0; y < v; y++) {
          for (let x = 0; x < h; x++) {
            decodeBlock(part, ((line * v + y) * blocksPerLine + column * h + x) * 64);
          }
        }
      }
    }
  }

  #blockDecoder(scan: ScanHeader, isProgressive: boolean): (part: ScanComponent, block: number) => void {
    if (!isProgressive) return (part, block) => this.#decodeSequential(part, block);
    const { spectralStart, spectralEnd, approximationHigh, approximationLow } = scan;
    if (spectralStart > spectralEnd || approximationLow > 13) throw malformed("a progressive scan out of range");
    const band = { start: spectralStart, end: spectralEnd, low: approximationLow };
    if (spectralStart === 0) {
      return approximationHigh === 0
        ? (part, block) => this.#decodeDcFirst(part, block, band.low)
        : (part, block) => this.#refineDc(part, block, band.low);
    }
    return approximationHigh === 0
      ? (part, block) => this.#decodeAcFirst(part, block, band)
      : (part, block) => this.#refineAc(part, block, band);
  }

  #restart(parts: readonly ScanComponent[]): void {
    for (const { component } of parts) component.prediction = 0;
    this.#endOfBandRun = 0;
    this.#bitCount = this.#bits = 0;
  }

  #decodeSequential({ component, dc, ac }: ScanComponent, block: number): void {
    const { values } = component;
    const size = this.#symbol(dc);
    component.prediction += this.#signed(size);
    values[block] = component.prediction;
    for (let k = 1; k < 64; k++) {
      const symbol = this.#symbol(ac);
      const [run, bits] = [symbol >> 4, symbol & 15];
      if (bits === 0) {
        if (run < 15) return;
        k += 15;
        continue;
      }
      k += run;
      if (k > 63) throw malformed("a run beyond the end of a block");
      values[block + k] = this.#signed(bits);
    }
  }

  #decodeDcFirst({ component, dc }: ScanComponent, block: number, low: number): void {
    component.prediction += this.#signed(this.#symbol(dc));
    component.values[block] = component.prediction << low;
  }

  #refineDc({ component }: ScanComponent, block: number, low: number): void {
    if (this.#unsigned(1) === 1) component.values[block] |= 1 << low;
  }

  #decodeAcFirst(
    { component, ac }: ScanComponent,
    block: number,
    { start, end, low }: { start: number; end: number; low: number },
  ): void {
    if (this.#endOfBandRun > 0) {
      this.#endOfBandRun--;
      return;
    }
    for (let k = start; k <= end; k++) {
      const symbol = this.#symbol(ac);
      const [run, bits] = [symbol >> 4, symbol & 15];
      if (bits === 0) {
        if (run < 15) {
          this.#endOfBandRun = (1 << run) - 1 + this.#unsigned(run);
          return;
        }
        k += 15;
        continue;
      }
      k += run;
      if (k > end) throw malformed("a run beyond the end of a band");
      component.values[block + k] = this.#signed(bits) * (1 << low);
    }
  }

  /** T.81, G.1.2.3: correction bits for what is known already, and new values of one bit between them. */
  #refineAc(
    { component: { values }, ac }: ScanComponent,
    block: number,
    { start, end, low }: { start: number; end: number; low: number },
  ): void {
    const bit = 1 << low;
    let k = start;
    if (this.#endOfBandRun === 0) {
      for (; k <= end; k++) {
        const symbol = this.#symbol(ac);
        let run = symbol >> 4;
        let value = 0;
        if ((symbol & 15) !== 0) {
          value = this.#unsigned(1) === 1 ? bit : -bit;
        } else if (run < 15) {
          this.#endOfBandRun = (1 << run) + this.#unsigned(run);
          break;
        }
        for (; k <= end; k++) {
          if (values[block + k] !== 0) this.#correct(values, block + k, bit);
          else if (run-- === 0) break;
        }
        if (value !== 0) {
          if (k > end) throw malformed("a run beyond the end of a band");
          values[block + k] = value;
        }
      }
    }
    if (this.#endOfBandRun > 0) {
      for (; k <= end; k++) if (values[block + k] !== 0) this.#correct(values, block + k, bit);
      this.#endOfBandRun--;
    }
  }

  #correct(values: Int16Array, at: number, bit: number): void {
    if (this.#unsigned(1) === 1 && (values[at] & bit) === 0) values[at] += values[at] > 0 ? bit : -bit;
  }

  /** Has at least 16 bits ready, zeros behind the end of the data. */
  #fill(): void {
    while (this.#bitCount <= 16) {
      let byte = 0;
      if (this.#at < this.#data.length) {
        byte = this.#data[this.#at];
        if (byte !== 0xff) this.#at++;
        else if (this.#data[this.#at + 1] === 0) this.#at += 2;
        // A marker: the bits end here until the restart is reached.
        else byte = this.#past();
      } else {
        byte = this.#past();
      }
      this.#bits = (this.#bits << 8 | byte) & 0xffffff;
      this.#bitCount += 8;
    }
  }

  /** A zero byte for the few bits that a decoder looks ahead; too many of them are a picture that breaks off. */
  #past(): number {
    if (++this.#pastEnd > 4) throw malformed("its entropy-coded data breaks off");
    return 0;
  }

  #symbol(table: HuffmanDecoder | undefined): number {
    if (table === undefined) throw malformed("a scan without its Huffman table");
    this.#fill();
    const found = table.lookup[this.#bits >> (this.#bitCount - LOOKUP_BITS) & ((1 << LOOKUP_BITS) - 1)];
    if (found !== 0) {
      this.#bitCount -= found >> 8;
      return found & 0xff;
    }
    for (let length = LOOKUP_BITS + 1; length <= 16; length++) {
      const code = this.#bits >> (this.#bitCount - length) & ((1 << length) - 1);
      if (code <= table.maxCode[length]) {
        this.#bitCount -= length;
        return table.symbols[code + table.offset[length]];
      }
    }
    throw malformed("a code that its Huffman table does not have");
  }

  #unsigned(bits: number): number {
    if (bits === 0) return 0;
    this.#fill();
    this.#bitCount -= bits;
    return this.#bits >> this.#bitCount & ((1 << bits) - 1);
  }

  /** EXTEND of T.81, F.2.2.1. */
  #signed(bits: number): number {
    if (bits > 15) throw malformed(`a value of ${bits} bits`);
    const value = this.#unsigned(bits);
    return bits > 0 && value < 1 << (bits - 1) ? value - (1 << bits) + 1 : value;
  }

  #skipRestartMarker(): void {
    const data = this.#data;
    // Bits that were looked at ahead may lie behind nothing but the marker itself.
    let at = this.#at;
    while (at < data.length && data[at] !== 0xff) at++;
    while (data[at] === 0xff) at++;
    if (!(data[at] >= RST0 && data[at] <= RST7)) throw malformed("a restart marker is missing");
    this.#at = at + 1;
    this.#pastEnd = 0;
  }
}
