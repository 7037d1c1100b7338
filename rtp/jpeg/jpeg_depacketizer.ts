/**
 * Packets of RTP/JPEG (RFC 2435) in order to whole JPEGs, whose headers are written anew, with what ONVIF devices say in
 * header extensions. Stands between the reorder buffer and the player.
 *
 * @module
 */

import { equals } from "@std/bytes";
import { SOS } from "../../mjpeg/jpeg/markers.ts";
import {
  encodeJpegHeader,
  encodeJpegHeaderAround,
  type GivenSegments,
  joinJpeg,
  type JpegHeader,
} from "../../mjpeg/conditioning/rebuild.ts";
import { DQT } from "../../mjpeg/jpeg/segments.ts";
import type { DamageCause, Depacketizer, DepacketizerOutput } from "../depacketizer.ts";
import { FrameBuffer } from "../frame_buffer.ts";
import { decodeHeaderSegments, findJpegExtension, FIRST_PROFILE } from "./jpeg_extension.ts";
import { decodeJpegPayload, type JpegPayload, Q_DYNAMIC, RESTART_TYPES, TABLE_BYTES } from "./jpeg_payload.ts";
import { quantTablesOf } from "./jpeg_quantization.ts";
import type { OrderedPacket } from "../depacketizer.ts";

/** Options of {@linkcode JpegDepacketizer}. */
export interface JpegDepacketizerOptions {
  /** Bounds what a peer can make us hold, in bytes of entropy-coded data and header extensions. */
  readonly maxFrameBytes: number;
  /** The size from SDP, where the payload's headers say 0 and no header extension has it. */
  readonly dimensions?: Size;
}

/** A picture's size in samples. */
export interface Size {
  /** Samples a line. */
  readonly width: number;
  /** Lines. */
  readonly height: number;
}

/** Luma and chroma. */
type QuantTables = readonly [Uint8Array, Uint8Array];

/** The frame being put together; what came of it is in the buffer. */
interface Assembly {
  readonly timestamp: number;
  /** The headers of its first packet, without views of it. */
  readonly first: Omit<JpegPayload, "data" | "tables">;
  /** The tables of RFC 2435, or why there are none. */
  readonly quantTables: QuantTables | DamageCause;
  /** Whether header extensions for JPEG count: the first packet has one. */
  readonly isExtended: boolean;
  /** All that stands before the entropy-coded data; `undefined` while only header extensions have come. */
  header: Uint8Array | undefined;
  /** Bytes at the start of the buffer that the header was made from. */
  extensionBytes: number;
  /** Bytes of entropy-coded data in payloads: the offset of the next one. */
  dataBytes: number;
}

/**
 * Makes whole JPEGs of RFC 2435 packets. A frame with a hole is never shown; each damaged one is told once. Fields of
 * interlaced pictures (type-specific 1, 2 and 3) come out as pictures of their own, as high as they were sent.
 */
export class JpegDepacketizer implements Depacketizer {
  readonly #options: JpegDepacketizerOptions;
  readonly #buffer: FrameBuffer;
  /** Tables by Q: those that are computed, and those that came in band (RFC 2435, 3.1.8: 128 to 254 may be kept). */
  readonly #tablesOfQ = new Map<number, QuantTables>();
  /** The tables that came last, which most senders repeat with every frame. */
  #lastTables: { readonly data: Uint8Array; readonly precision: number; readonly split: QuantTables } | undefined;
  /** The header that was written last: most frames of a stream have the same. */
  #lastHeader: { readonly of: JpegHeader; readonly bytes: Uint8Array } | undefined;
  /** The size that a header extension told last: it holds for frames without one (ONVIF). */
  #extensionSize: Size | undefined;
  #malformedExtensions = 0;
  #assembly: Assembly | undefined;
  /** The timestamp of a frame that was given up, whose other packets are passed over. */
  #givenUp: number | undefined;

  /** At the start of a stream. */
  constructor(options: JpegDepacketizerOptions) {
    this.#options = options;
    this.#buffer = new FrameBuffer({ maxBytes: options.maxFrameBytes });
  }

  /** Frames whose header extension was malformed, so that it was passed over. */
  get malformedExtensions(): number {
    return this.#malformedExtensions;
  }

  push(packet: OrderedPacket): DepacketizerOutput[] {
    const outputs: DepacketizerOutput[] = [];
    if (packet.isAfterGap) this.#giveUp("packet-lost", outputs);
    if (this.#assembly !== undefined && packet.timestamp !== this.#assembly.timestamp) {
      this.#giveUp("truncated", outputs);
    }
    const extension = findJpegExtension(packet.extension);
    if (packet.payload.length === 0 && extension !== undefined && this.#assembly?.isExtended) {
      // A packet of nothing but the extension may lack the headers of RFC 2435.
      this.#append(packet, outputs, { data: packet.payload, extension: extension.data });
      return outputs;
    }
    const payload = decode(packet.payload);
    if (payload === undefined) {
      this.#refuse("not-a-jpeg", packet, outputs);
      return outputs;
    }
    const { offset, data } = payload;
    if (offset === 0 && (this.#assembly === undefined || this.#assembly.dataBytes > 0)) {
      this.#giveUp("truncated", outputs);
      this.#begin(payload, { packet, isExtended: extension?.profile === FIRST_PROFILE });
    } else if (this.#assembly === undefined) {
      // The rest of a frame whose beginning did not come, or was not understood.
      this.#refuse("packet-lost", packet, outputs);
      return outputs;
    } else if (offset !== this.#assembly.dataBytes) {
      this.#giveUp("packet-lost", outputs);
      return outputs;
    }
    this.#append(packet, outputs, { data, extension: extension?.data });
    return outputs;
  }

  flush(): DepacketizerOutput[] {
    const outputs: DepacketizerOutput[] = [];
    this.#giveUp("truncated", outputs);
    this.#givenUp = undefined;
    return outputs;
  }

  #begin(
    { data: _, tables, ...first }: JpegPayload,
    { packet, isExtended }: { packet: OrderedPacket; isExtended: boolean },
  ): void {
    this.#assembly = {
      timestamp: packet.timestamp,
      first,
      quantTables: this.#quantTables(first, tables),
      isExtended,
      header: undefined,
      extensionBytes: 0,
      dataBytes: 0,
    };
  }

  #append(
    packet: OrderedPacket,
    outputs: DepacketizerOutput[],
    { data, extension }: { data: Uint8Array; extension: Uint8Array | undefined },
  ): void {
    const assembly = this.#assembly!;
    const { timestamp, marker, arrivalMs } = packet;
    // An extension of nothing but padding must not come between entropy-coded data.
    const hasSegments = assembly.isExtended && extension !== undefined && extension.some((byte) => byte !== 0xff);
    if (hasSegments && !this.#buffer.append(extension)) {
      this.#giveUp("too-large", outputs);
      return;
    }
    if (assembly.header === undefined && (data.length > 0 || marker || !assembly.isExtended)) {
      const header = this.#encodeHeader(assembly);
      if (typeof header === "string") {
        this.#refuse(header, packet, outputs);
        return;
      }
      assembly.header = header;
      this.#givenUp = undefined;
    }
    assembly.dataBytes += data.length;
    if (!this.#buffer.append(data)) {
      this.#giveUp("too-large", outputs);
    } else if (marker && assembly.dataBytes === 0) {
      this.#giveUp("not-a-jpeg", outputs);
    } else if (marker) {
      const jpeg = joinJpeg(assembly.header!, this.#buffer.bytes.subarray(assembly.extensionBytes));
      outputs.push({ kind: "frame", data: jpeg, timestamp, arrivalMs });
      this.#drop();
    }
  }

  /** The JPEG's headers, now that all header extensions before its data have come, or why there are none. */
  #encodeHeader(assembly: Assembly): Uint8Array | DamageCause {
    const given = assembly.isExtended ? this.#takeSegments(assembly) : undefined;
    const { first: { type, restartInterval, ...told }, quantTables } = assembly;
    const isKnownType = type % RESTART_TYPES <= 1 && type < 2 * RESTART_TYPES;
    const size = told.width > 0 && told.height > 0 ? told : this.#extensionSize ?? this.#options.dimensions;
    if (given?.frame === undefined && (!isKnownType || size === undefined)) return "not-a-jpeg";
    const header = {
      width: size?.width ?? 0,
      height: size?.height ?? 0,
      sampling: type % RESTART_TYPES === 0 ? "4:2:2" : "4:2:0",
      restartInterval,
    } as const;
    if (typeof quantTables !== "string") {
      return given === undefined
        ? this.#headerOf({ ...header, quantTables })
        : encodeJpegHeaderAround(given, { ...header, quantTables });
    }
    return given?.markers.has(DQT) ? encodeJpegHeaderAround(given, header) : quantTables;
  }

  #headerOf(header: JpegHeader): Uint8Array {
    if (this.#lastHeader === undefined || !isSame(this.#lastHeader.of, header)) {
      this.#lastHeader = { of: header, bytes: encodeJpegHeader(header) };
    }
    return this.#lastHeader.bytes;
  }

  /** The segments of the header extensions, which stand alone in the buffer; `undefined` where they are malformed. */
  #takeSegments(assembly: Assembly): GivenSegments | undefined {
    const { bytes } = this.#buffer;
    assembly.extensionBytes = bytes.length;
    try {
      const segments = decodeHeaderSegments(bytes);
      // Behind SOS the extension goes on with entropy-coded data.
      if (segments.markers.has(SOS)) {
        assembly.extensionBytes = segments.bytes.byteOffset - bytes.byteOffset + segments.bytes.length;
      }
      if (segments.frame !== undefined) this.#extensionSize = segments.frame;
      return segments;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.#malformedExtensions++;
      return undefined;
    }
  }

  /** The tables that RFC 2435 gives a frame, or why there are none. */
  #quantTables(
    { q, precision }: Pick<JpegPayload, "q" | "precision">,
    tables: Uint8Array | undefined,
  ): QuantTables | DamageCause {
    if (q >= 1 && q <= 99) {
      const computed = this.#tablesOfQ.get(q) ?? quantTablesOf(q);
      this.#tablesOfQ.set(q, computed);
      return computed;
    }
    if (tables === undefined) return "not-a-jpeg";
    if (tables.length === 0) return this.#tablesOfQ.get(q) ?? "tables-missing";
    const split = this.#splitTables(tables, precision);
    if (split === undefined) return "not-a-jpeg";
    if (q !== Q_DYNAMIC) this.#tablesOfQ.set(q, split);
    return split;
  }

  /** {@linkcode splitTables}, the same value for the same tables as before. */
  #splitTables(data: Uint8Array, precision: number): QuantTables | undefined {
    const last = this.#lastTables;
    if (last !== undefined && last.precision === precision && equals(last.data, data)) return last.split;
    const split = splitTables(data, precision);
    if (split !== undefined) this.#lastTables = { data: data.slice(), precision, split };
    return split;
  }

  /** Passes over a packet that belongs to no frame being put together; the first one of its frame is told. */
  #refuse(cause: DamageCause, { timestamp, marker }: OrderedPacket, outputs: DepacketizerOutput[]): void {
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

/** Whether two headers are written alike; tables are compared by identity. */
function isSame(one: JpegHeader, other: JpegHeader): boolean {
  return one.width === other.width && one.height === other.height && one.sampling === other.sampling &&
    one.restartInterval === other.restartInterval && one.quantTables === other.quantTables;
}

function decode(payload: Uint8Array): JpegPayload | undefined {
  try {
    return decodeJpegPayload(payload);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Luma and chroma of the table data: one table for both, two, or three, of which the two chromas are equal; peers send 64,
 * 128 or 192 bytes. Tables of 16 bits are taken where their values have 8.
 */
function splitTables(data: Uint8Array, precision: number): QuantTables | undefined {
  const tables: Uint8Array[] = [];
  for (let at = 0; at < data.length;) {
    const isWide = (precision >> tables.length & 1) === 1;
    const end = at + (isWide ? 2 * TABLE_BYTES : TABLE_BYTES);
    if (end > data.length || tables.length === 3) return undefined;
    const table = data.slice(at, end);
    if (isWide && table.some((byte, index) => index % 2 === 0 && byte !== 0)) return undefined;
    tables.push(isWide ? table.filter((_, index) => index % 2 === 1) : table);
    at = end;
  }
  return [tables[0], tables[1] ?? tables[0]];
}
