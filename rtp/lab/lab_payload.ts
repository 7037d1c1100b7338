/**
 * The payload of the networking lab's RTP packets: a whole JPEG in one packet with the marker clear, or, in the
 * fragmented fork and for frames too large for a datagram, the JPEG cut into pieces with the marker on the last.
 * (The standards' payload, RFC 2435, is another thing.)
 *
 * @module
 */

import { JpegScanner, SOI } from "../../mjpeg/jpeg/markers.ts";
import type { DamageCause, Depacketizer, DepacketizerOutput } from "../depacketizer.ts";
import { FrameBuffer } from "../frame_buffer.ts";
import { MAX_FRAME_BYTES } from "../limits.ts";
import type { OrderedPacket } from "../depacketizer.ts";

/** Largest payload of a UDP datagram over IPv4 (65507 bytes) less the RTP header. */
export const LAB_PAYLOAD_MAX_BYTES = 65_507 - 12;
/** What the lab's plain clients read of a datagram (`recvfrom(20480)`) less the RTP header. */
export const LAB_CLIENT_PAYLOAD_BYTES = 20_480 - 12;
/** Bytes of a piece in the fragmented fork. */
export const LAB_FRAGMENT_BYTES = 1408;
/** Smallest piece: the first one is known by the FF D8 that it begins with. */
export const LAB_FRAGMENT_MIN_BYTES = 2;

/** One packet's worth of a frame. */
export interface LabFragment {
  /** A view of the frame's bytes. */
  readonly payload: Uint8Array;
  /** True on the last piece of a frame that was cut; false on a frame that goes whole. */
  readonly marker: boolean;
}

/** Options of {@linkcode packetizeLabFrame}. */
export interface LabPacketizeOptions {
  /** Cut frames into pieces of this many bytes; without it only a frame that no datagram can hold is cut. */
  readonly fragmentBytes?: number;
}

/** Cuts a JPEG into the payloads of its packets, as views of it. */
export function packetizeLabFrame(jpeg: Uint8Array, options: LabPacketizeOptions = {}): LabFragment[] {
  if (options.fragmentBytes === undefined && jpeg.length <= LAB_PAYLOAD_MAX_BYTES) {
    return [{ payload: jpeg, marker: false }];
  }
  const step = options.fragmentBytes ?? LAB_FRAGMENT_BYTES;
  if (!Number.isInteger(step) || step < LAB_FRAGMENT_MIN_BYTES || step > LAB_PAYLOAD_MAX_BYTES) {
    throw new RangeError(
      `Cannot cut frames into pieces of ${step} bytes: ${LAB_FRAGMENT_MIN_BYTES} to ${LAB_PAYLOAD_MAX_BYTES} are possible`,
    );
  }
  const fragments: LabFragment[] = [];
  for (let start = 0; start < jpeg.length; start += step) {
    const end = Math.min(start + step, jpeg.length);
    fragments.push({ payload: jpeg.subarray(start, end), marker: end === jpeg.length });
  }
  return fragments;
}

/**
 * Makes frames of packets that come in order, finding out by itself which of the two forms they have. A frame with a
 * hole, one that does not end in EOI, and what is no JPEG at all comes out as damaged, once a frame.
 */
export class LabDepacketizer implements Depacketizer {
  /** What has come of the frame being put together. */
  readonly #buffer: FrameBuffer;
  /** Looks for its end; `undefined` between frames. */
  #scanner: JpegScanner | undefined;
  /** What packets that begin no frame belong to: nothing known, the tail of a complete frame, a frame given up. */
  #stray: "unknown" | "tail" | "given-up" = "unknown";

  /** `maxFrameBytes` bounds what a peer can make us hold. */
  constructor(options: { readonly maxFrameBytes?: number } = {}) {
    this.#buffer = new FrameBuffer({ maxBytes: options.maxFrameBytes ?? MAX_FRAME_BYTES });
  }

  push(packet: OrderedPacket): DepacketizerOutput[] {
    const outputs: DepacketizerOutput[] = [];
    if (packet.isAfterGap) {
      this.#giveUp("packet-lost", outputs);
      if (this.#stray === "tail") this.#stray = "unknown";
    }
    // Some forks send an empty payload at the end of the file.
    if (packet.payload.length === 0 && !packet.marker) return outputs;
    if (startsJpeg(packet.payload) && this.#scanner?.place !== "segment") {
      this.#giveUp("truncated", outputs);
      this.#scanner = new JpegScanner();
    }
    if (this.#scanner !== undefined) this.#append(this.#scanner, packet, outputs);
    else {
      if (this.#stray === "unknown") {
        outputs.push({ kind: "damaged", cause: packet.isAfterGap ? "packet-lost" : "not-a-jpeg" });
      }
      this.#stray = packet.marker ? "unknown" : "given-up";
    }
    return outputs;
  }

  flush(): DepacketizerOutput[] {
    const outputs: DepacketizerOutput[] = [];
    this.#giveUp("truncated", outputs);
    this.#stray = "unknown";
    return outputs;
  }

  #append(scanner: JpegScanner, packet: OrderedPacket, outputs: DepacketizerOutput[]): void {
    const { payload, timestamp, arrivalMs } = packet;
    const isComplete = scanner.push(payload).some((image) => image.offset === 0);
    if (isComplete && this.#buffer.lengthBytes === 0) {
      this.#finish({ kind: "frame", data: payload.slice(), timestamp, arrivalMs }, packet, outputs);
    } else if (!this.#buffer.append(payload)) {
      this.#giveUp("too-large", outputs);
    } else if (isComplete) {
      this.#finish({ kind: "frame", data: this.#buffer.bytes.slice(), timestamp, arrivalMs }, packet, outputs);
    } else if (packet.marker) {
      this.#giveUp("truncated", outputs);
      this.#stray = "unknown";
    }
  }

  #finish(frame: DepacketizerOutput, { marker }: OrderedPacket, outputs: DepacketizerOutput[]): void {
    outputs.push(frame);
    this.#drop();
    this.#stray = marker ? "unknown" : "tail";
  }

  #giveUp(cause: DamageCause, outputs: DepacketizerOutput[]): void {
    if (this.#scanner === undefined) return;
    this.#drop();
    this.#stray = "given-up";
    outputs.push({ kind: "damaged", cause });
  }

  #drop(): void {
    this.#scanner = undefined;
    this.#buffer.clear();
  }
}

function startsJpeg(payload: Uint8Array): boolean {
  return payload.length >= 2 && payload[0] === 0xff && payload[1] === SOI;
}
