/**
 * Packets of RTP/JPEG (RFC 2435), in order, to whole JPEGs. Stands between the reorder buffer and the player. jpeg_table_cache.ts finds
 * the quantization tables, jpeg_header_builder.ts builds the JPEG's headers, also from the header extensions of ONVIF devices.
 *
 * @module
 */

import { type HeaderSegments, joinJpeg } from "../../mjpeg/conditioning/rebuild.ts";
import type { QuantTables } from "../../mjpeg/conditioning/supported_jpeg.ts";
import { SOS } from "../../mjpeg/jpeg/markers.ts";
import type { DamageCause, Depacketizer, DepacketizerOutput, OrderedPacket } from "../depacketizer.ts";
import { FrameBuffer } from "../frame_buffer.ts";
import { decodeHeaderSegments, findJpegExtension, FIRST_PROFILE } from "./jpeg_extension.ts";
import { type HeaderSource, JpegHeaderBuilder, type Size } from "./jpeg_header_builder.ts";
import { decodeJpegPayload, type JpegPayload } from "./jpeg_payload.ts";
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
  readonly payload: HeaderSource["payload"];
  readonly quantTables: QuantTables | DamageCause;
  /** Whether header extensions count: the first packet has one. */
  readonly isExtended: boolean;
  /** Everything in front of the entropy-coded data; `undefined` while only header extensions have come. */
  header: Uint8Array | undefined;
  /** Bytes at the start of the buffer that are header segments, not entropy-coded data. */
  extensionBytes: number;
  /** Bytes of entropy-coded data in payloads so far: the offset of the next. */
  dataBytes: number;
}

/**
 * A frame with a hole is never given out; each damaged frame is reported once. Fields of interlaced frames (type-specific 1 and 2)
 * come out as frames of their own, as high as they were sent.
 */
export class JpegDepacketizer implements Depacketizer {
  readonly #buffer: FrameBuffer;
  readonly #headers: JpegHeaderBuilder;
  readonly #tables = new JpegTableCache();
  #assembly: Assembly | undefined;
  /** Timestamp of a frame that was given up. The rest of its packets is ignored. */
  #givenUp: number | undefined;

  constructor(options: JpegDepacketizerOptions) {
    this.#buffer = new FrameBuffer({ maxBytes: options.maxFrameBytes });
    this.#headers = new JpegHeaderBuilder(options);
  }

  push(packet: OrderedPacket): DepacketizerOutput[] {
    const outputs: DepacketizerOutput[] = [];
    if (packet.isAfterGap) this.#giveUp("packet-lost", outputs);
    if (this.#assembly !== undefined && packet.timestamp !== this.#assembly.timestamp) {
      this.#giveUp("truncated", outputs);
    }
    const extension = findJpegExtension(packet.extension);
    if (packet.payload.length === 0 && extension !== undefined && this.#assembly?.isExtended) {
      // A packet that has only the extension may lack the headers of RFC 2435.
      this.#append(packet, outputs, { data: packet.payload, extension: extension.data });
      return outputs;
    }
    const payload = unlessMalformed(() => decodeJpegPayload(packet.payload));
    if (payload === undefined) {
      this.#reject("not-a-jpeg", packet, outputs);
      return outputs;
    }
    const { offset, data } = payload;
    if (offset === 0 && (this.#assembly === undefined || this.#assembly.dataBytes > 0)) {
      this.#giveUp("truncated", outputs);
      this.#begin(payload, { packet, isExtended: extension?.profile === FIRST_PROFILE });
    } else if (this.#assembly === undefined) {
      // The rest of a frame whose start was lost or malformed.
      this.#reject("packet-lost", packet, outputs);
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
    payload: JpegPayload,
    { packet, isExtended }: { readonly packet: OrderedPacket; readonly isExtended: boolean },
  ): void {
    const { type, width, height, restartInterval } = payload;
    this.#assembly = {
      timestamp: packet.timestamp,
      payload: { type, width, height, restartInterval },
      quantTables: this.#tables.find(payload),
      isExtended,
      header: undefined,
      extensionBytes: 0,
      dataBytes: 0,
    };
  }

  #append(
    packet: OrderedPacket,
    outputs: DepacketizerOutput[],
    { data, extension }: { readonly data: Uint8Array; readonly extension: Uint8Array | undefined },
  ): void {
    const assembly = this.#assembly!;
    const { timestamp, marker, arrivalMs } = packet;
    // Padding in an extension must not get into the entropy-coded data.
    const hasSegments = assembly.isExtended && extension !== undefined && extension.some((byte) => byte !== 0xff);
    if (hasSegments && !this.#buffer.append(extension)) {
      this.#giveUp("too-large", outputs);
      return;
    }
    if (assembly.header === undefined && (data.length > 0 || marker || !assembly.isExtended)) {
      const segments = assembly.isExtended ? this.#takeSegments(assembly) : undefined;
      const header = this.#headers.build({ ...assembly, segments });
      if (typeof header === "string") {
        this.#reject(header, packet, outputs);
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

  /** The segments in the header extensions, which are all that the buffer holds; `undefined` where they are malformed. */
  #takeSegments(assembly: Assembly): HeaderSegments | undefined {
    const { bytes } = this.#buffer;
    assembly.extensionBytes = bytes.length;
    const segments = unlessMalformed(() => decodeHeaderSegments(bytes));
    // Entropy-coded data may follow SOS.
    if (segments?.markers.has(SOS)) {
      assembly.extensionBytes = segments.bytes.byteOffset - bytes.byteOffset + segments.bytes.length;
    }
    return segments;
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

function unlessMalformed<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
