/**
 * Packets of RTP/JPEG (RFC 2435), in order, to whole JPEGs. Stands between the reorder buffer and the player. jpeg_table_cache.ts finds
 * the quantization tables, jpeg_header_builder.ts builds the JPEG's headers, also from the header extensions of ONVIF devices;
 * jpeg_file_payload.ts knows cameras that send whole JPEG files.
 *
 * @module
 */

import type { HeaderSegments } from "../../mjpeg/conditioning/rebuild.ts";
import type { QuantTables } from "../../mjpeg/conditioning/supported_jpeg.ts";
import { EOI, SOS } from "../../mjpeg/jpeg/markers.ts";
import { endsWithEoi } from "../../mjpeg/jpeg/whole_jpeg.ts";
import type { DamageCause } from "../damage.ts";
import type { Depacketizer, DepacketizerOutput, OrderedPacket } from "../depacketizer.ts";
import { FrameBuffer } from "../frame_buffer.ts";
import { MAX_EXTENSION_BYTES } from "../limits.ts";
import { decodeHeaderSegments, findJpegExtension, FIRST_PROFILE } from "./jpeg_extension.ts";
import { decodeFilePayload, type FileHeaderBytes, findJpegFile, isJpegFileAt } from "./jpeg_file_payload.ts";
import { type HeaderSource, JpegHeaderBuilder } from "./jpeg_header_builder.ts";
import { decodeJpegPayload, findNextData, JPEG_HEADER_BYTES, type JpegPayload, type Size } from "./jpeg_payload.ts";
import { JpegTableCache } from "./jpeg_table_cache.ts";

/** Options of {@linkcode JpegDepacketizer}. */
export interface JpegDepacketizerOptions {
  /** Most bytes of entropy-coded data and header extensions that a frame may have, so a peer cannot make us hold more. */
  readonly maxFrameBytes: number;
  /** The size from SDP, for frames whose size neither their packets nor header extensions tell. */
  readonly dimensions?: Size;
}

/** The frame being put together. Its bytes are in the buffer. */
interface Assembly {
  readonly timestamp: number;
  /** How its payloads carry a JPEG file; `undefined` for RFC 2435. */
  readonly fileHeaderBytes: FileHeaderBytes | undefined;
  readonly payload: HeaderSource["payload"];
  readonly quantTables: QuantTables | DamageCause;
  /** Whether header extensions count: the first packet has one. */
  readonly isExtended: boolean;
  /** Whether the buffer begins with everything in front of the data; false while only header extensions have come. */
  hasHeader: boolean;
  /** Bytes of data in payloads so far: the offset of the next. */
  dataBytes: number;
  /** When the newest of its packets was read. */
  arrivalMs: number;
}

interface ExtensionSegments {
  readonly segments: HeaderSegments | undefined;
  readonly extensionBytes: number;
}

const NO_SEGMENTS: ExtensionSegments = { segments: undefined, extensionBytes: 0 };
const NO_OUTPUTS: readonly DepacketizerOutput[] = [];
const END = Uint8Array.of(0xff, EOI);

/** A JPEG file has all its headers, and tables of its own. */
const FILE_FIELDS = {
  payload: { type: 0, width: 0, height: 0, restartInterval: 0 },
  quantTables: "tables-missing",
} as const;

/**
 * A frame with a hole is never given out; each damaged frame is reported once. The marker ends a frame, or the next timestamp where
 * its sender sets none. Fields of interlaced frames (type-specific 1 and 2) come out as frames of their own, as high as they were sent.
 */
export class JpegDepacketizer implements Depacketizer {
  readonly #buffer: FrameBuffer;
  readonly #headers: JpegHeaderBuilder;
  readonly #tables = new JpegTableCache();
  #assembly: Assembly | undefined;
  /** Timestamp of a frame that was given up. The rest of its packets is ignored. */
  #givenUp: number | undefined;
  /** Whether the next packet is the first: a live stream may be joined in the middle of a frame, which is then not damaged. */
  #isFirst = true;

  constructor(options: JpegDepacketizerOptions) {
    this.#buffer = new FrameBuffer({ maxBytes: options.maxFrameBytes });
    this.#headers = new JpegHeaderBuilder(options);
  }

  push(packet: OrderedPacket): readonly DepacketizerOutput[] {
    return this.#takeNext(packet) ?? this.#take(packet);
  }

  #take(packet: OrderedPacket): readonly DepacketizerOutput[] {
    const outputs: DepacketizerOutput[] = [];
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    if (packet.isAfterGap) this.#giveUp("packet-lost", outputs);
    if (this.#assembly !== undefined && packet.timestamp !== this.#assembly.timestamp) this.#finish(outputs);
    if (this.#takeFile(packet, outputs)) return outputs;
    const extension = findJpegExtension(packet.extension);
    if (packet.payload.length === 0 && extension !== undefined && this.#assembly?.isExtended) {
      // A packet that has only the extension may lack the headers of RFC 2435.
      this.#append(packet, outputs, { data: packet.payload, extension: extension.data });
      return outputs;
    }
    const payload = unlessMalformed(() => decodeJpegPayload(packet.payload));
    if (payload === undefined) {
      this.#reject("short-header", packet, outputs);
      return outputs;
    }
    const { offset, data } = payload;
    if (offset === 0 && (this.#assembly === undefined || this.#assembly.dataBytes > 0)) {
      this.#giveUp("truncated", outputs);
      this.#begin(payload, { packet, isExtended: extension?.profile === FIRST_PROFILE });
    } else if (this.#assembly === undefined) {
      // The rest of a frame whose start was lost or malformed, or was sent before we came.
      if (isFirst) this.#givenUp = packet.timestamp;
      this.#reject(packet.isAfterGap ? "packet-lost" : "wrong-offset", packet, outputs);
      return outputs;
    } else if (offset !== this.#assembly.dataBytes) {
      this.#giveUp("wrong-offset", outputs);
      return outputs;
    }
    this.#append(packet, outputs, { data, extension: extension?.data });
    return outputs;
  }

  /** A duplicate lies before what has come of a frame. What lies behind it belongs to a sender that repeats its numbers. */
  pushRepeated({ timestamp, payload }: OrderedPacket): DepacketizerOutput[] | undefined {
    const open = this.#assembly;
    if (open === undefined || timestamp !== open.timestamp) return undefined;
    const offset = payload[1] << 16 | payload[2] << 8 | payload[3];
    const isDuplicate = open.fileHeaderBytes === 0
      ? this.#buffer.endsWith(payload)
      : offset === 0 || offset < open.dataBytes;
    if (isDuplicate) return undefined;
    const outputs: DepacketizerOutput[] = [];
    this.#giveUp("number-repeated", outputs);
    return outputs;
  }

  flush(): DepacketizerOutput[] {
    const outputs: DepacketizerOutput[] = [];
    this.#giveUp("truncated", outputs);
    this.#givenUp = undefined;
    this.#isFirst = true;
    return outputs;
  }

  /** Takes a packet that goes on with the frame by RFC 2435, as most do; `undefined` where it is another one. */
  #takeNext({ timestamp, payload, marker, arrivalMs, isAfterGap, extension }: OrderedPacket) {
    const open = this.#assembly;
    if (open === undefined || !open.hasHeader || open.fileHeaderBytes !== undefined) return undefined;
    if (timestamp !== open.timestamp || isAfterGap || extension !== undefined) return undefined;
    const start = findNextData(payload, open.dataBytes);
    if (start === undefined) return undefined;
    open.arrivalMs = arrivalMs;
    open.dataBytes += payload.length - start;
    const isTaken = this.#buffer.append(payload.subarray(start));
    if (isTaken && !marker) return NO_OUTPUTS;
    const outputs: DepacketizerOutput[] = [];
    if (isTaken) this.#finish(outputs);
    else this.#giveUp("too-large", outputs);
    return outputs;
  }

  /** Takes a piece of a JPEG file. Returns false where the packet carries none. */
  #takeFile(packet: OrderedPacket, outputs: DepacketizerOutput[]): boolean {
    const { payload, timestamp } = packet;
    const open = this.#assembly;
    const headerBytes = open === undefined ? findJpegFile(payload) : open.fileHeaderBytes;
    if (headerBytes === undefined) return false;
    const expected = open?.dataBytes ?? 0;
    const { offset, data } = decodeFilePayload(payload, { headerBytes, expected });
    if (open === undefined) this.#assembly = openAssembly(timestamp, { ...FILE_FIELDS, fileHeaderBytes: headerBytes });
    else if (offset !== expected) {
      this.#giveUp(offset === 0 ? "truncated" : "wrong-offset", outputs);
      if (offset === 0) this.#takeFile(packet, outputs);
      return true;
    }
    this.#append(packet, outputs, { data, extension: undefined });
    return true;
  }

  #begin(
    payload: JpegPayload,
    { packet, isExtended }: { readonly packet: OrderedPacket; readonly isExtended: boolean },
  ): void {
    const { type, width, height, restartInterval, data } = payload;
    // The file may also follow quantization tables.
    this.#assembly = openAssembly(
      packet.timestamp,
      isJpegFileAt(data, 0) ? { ...FILE_FIELDS, fileHeaderBytes: JPEG_HEADER_BYTES } : {
        payload: { type, width, height, restartInterval },
        quantTables: this.#tables.find(payload),
        isExtended,
      },
    );
  }

  #append(
    packet: OrderedPacket,
    outputs: DepacketizerOutput[],
    { data, extension }: { readonly data: Uint8Array; readonly extension: Uint8Array | undefined },
  ): void {
    const assembly = this.#assembly!;
    const { marker, arrivalMs } = packet;
    assembly.arrivalMs = arrivalMs;
    // Padding in an extension must not get into the entropy-coded data.
    const hasSegments = assembly.isExtended && extension !== undefined && extension.some((byte) => byte !== 0xff);
    const isFlood = !assembly.hasHeader &&
      this.#buffer.lengthBytes + (extension?.length ?? 0) > MAX_EXTENSION_BYTES;
    if (hasSegments && (isFlood || !this.#buffer.append(extension))) {
      this.#giveUp("too-large", outputs);
      return;
    }
    if (!assembly.hasHeader && (data.length > 0 || marker || !assembly.isExtended)) {
      const { segments, extensionBytes } = assembly.isExtended ? this.#decodeSegments() : NO_SEGMENTS;
      const { payload, quantTables } = assembly;
      const header = this.#headers.build({ payload, quantTables, segments });
      if (typeof header === "string") {
        this.#reject(header, packet, outputs);
        return;
      }
      this.#buffer.replaceStart(extensionBytes, header);
      assembly.hasHeader = true;
      this.#givenUp = undefined;
    }
    assembly.dataBytes += data.length;
    if (!this.#buffer.append(data)) this.#giveUp("too-large", outputs);
    else if (marker) this.#finish(outputs);
  }

  /** The frame has ended, and no packet of it is missing. */
  #finish(outputs: DepacketizerOutput[]): void {
    const { hasHeader, dataBytes, timestamp, arrivalMs } = this.#assembly!;
    if (!hasHeader || dataBytes === 0) return this.#giveUp("truncated", outputs);
    // Some senders leave EOI on.
    if (!endsWithEoi(this.#buffer.bytes)) this.#buffer.appendOwn(END);
    outputs.push({ kind: "frame", data: this.#buffer.take(), timestamp, arrivalMs });
    this.#drop();
  }

  /**
   * The segments in the header extensions, which are all that the buffer holds, and how many of its bytes they are; no segments
   * where they are malformed.
   */
  #decodeSegments(): ExtensionSegments {
    const { bytes } = this.#buffer;
    const segments = unlessMalformed(() => decodeHeaderSegments(bytes));
    // Entropy-coded data may follow SOS.
    const extensionBytes = segments?.markers.has(SOS)
      ? segments.bytes.byteOffset - bytes.byteOffset + segments.bytes.length
      : bytes.length;
    return { segments, extensionBytes };
  }

  /** Ignores a packet that belongs to no frame being put together. The first of its frame reports the damage. */
  #reject(cause: DamageCause, { timestamp, marker }: OrderedPacket, outputs: DepacketizerOutput[]): void {
    this.#drop();
    if (this.#givenUp !== timestamp) outputs.push({ kind: "damaged", cause });
    this.#givenUp = marker ? undefined : timestamp;
  }

  #giveUp(cause: DamageCause, outputs: DepacketizerOutput[]): void {
    if (this.#assembly === undefined) return;
    this.#givenUp = this.#assembly.timestamp;
    this.#drop();
    outputs.push({ kind: "damaged", cause });
  }

  #drop(): void {
    this.#assembly = undefined;
    this.#buffer.clear();
  }
}

function openAssembly(
  timestamp: number,
  fields: Pick<Assembly, "payload" | "quantTables"> & Partial<Pick<Assembly, "fileHeaderBytes" | "isExtended">>,
): Assembly {
  const { fileHeaderBytes, isExtended = false } = fields;
  const { payload, quantTables } = fields;
  const hasHeader = fileHeaderBytes !== undefined;
  return { payload, quantTables, timestamp, fileHeaderBytes, isExtended, hasHeader, dataBytes: 0, arrivalMs: 0 };
}

function unlessMalformed<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
