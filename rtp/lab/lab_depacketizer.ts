/**
 * Payloads of the networking lab's RTP packets to whole JPEGs. Whether frames come whole or in fragments is found out from the JPEG
 * itself, since lab servers set the marker in different ways. Forks that number frames instead of packets, and those with a header in
 * front of each fragment, are found out, too. Stands between the reorder buffer and the player.
 *
 * @module
 */

import { hasWholeScan } from "../../mjpeg/entropy/whole_scan.ts";
import { JpegScanner } from "../../mjpeg/jpeg/jpeg_scanner.ts";
import { isSoiAt } from "../../mjpeg/jpeg/markers.ts";
import { isWholeJpeg, withEoi } from "../../mjpeg/jpeg/whole_jpeg.ts";
import type { DamageCause } from "../damage.ts";
import type { Depacketizer, DepacketizerOutput, OrderedPacket } from "../depacketizer.ts";
import { FrameBuffer } from "../frame_buffer.ts";
import { MAX_FRAME_BYTES } from "../limits.ts";
import { LabPieceHeaders, type StrippedPiece } from "./lab_piece_header.ts";

/** What a frame takes from its last packet. */
type PacketEnd = Pick<OrderedPacket, "timestamp" | "arrivalMs" | "marker">;

/**
 * Reports a frame that has a hole, is truncated or is not a JPEG as damaged, once. A frame that its packet or the marker ends without
 * EOI is whole where it has all entropy-coded data; it gets one.
 */
export class LabDepacketizer implements Depacketizer {
  /** What has arrived of the current frame. */
  readonly #buffer: FrameBuffer;
  readonly #headers = new LabPieceHeaders();
  /** Whether the sender gives all pieces of a frame one number. */
  #numbersFrames = false;
  /** The same, where the pieces have headers. */
  #numbersPieces = false;
  /** Finds the end of the current frame; `undefined` between frames. */
  #scanner: JpegScanner | undefined;
  /** The only packet of the current frame so far; `undefined` once it has several. */
  #onlyPacket: PacketEnd | undefined;
  /** What a packet between frames belongs to, unless it begins a frame: the end of a complete frame, or one that was given up. */
  #rest: "unknown" | "complete" | "given-up" = "unknown";

  /** Larger frames than `maxFrameBytes` are given up, so a peer cannot make us hold more. */
  constructor(options: { readonly maxFrameBytes?: number } = {}) {
    this.#buffer = new FrameBuffer({ maxBytes: options.maxFrameBytes ?? MAX_FRAME_BYTES });
  }

  push(packet: OrderedPacket): DepacketizerOutput[] {
    // Where frames are numbered, another number is another frame.
    if (this.#numbersFrames && this.#rest === "complete") this.#rest = "unknown";
    const mayBeMissing = this.#numbersPieces;
    return this.#take(this.#headers.strip(packet, { isBetween: this.#scanner === undefined, mayBeMissing }));
  }

  /** Forks that number frames send several packets with one number: the first one begins a frame, the others go on with it. */
  pushRepeated(packet: OrderedPacket): DepacketizerOutput[] | undefined {
    const { payload } = packet;
    if (this.#headers.isPresent) {
      if (!this.#headers.goesOn(payload)) return undefined;
      this.#numbersPieces = true;
      return this.#take(this.#headers.strip(packet, { isBetween: false, mayBeMissing: true }));
    }
    if (this.#scanner === undefined || this.#beginsFrame(payload)) return undefined;
    // One that differs is no duplicate. After it, pieces may be the same: those of a blank picture are.
    this.#numbersFrames ||= !this.#buffer.endsWith(payload);
    return this.#numbersFrames ? this.#take({ packet, isWrong: false }) : undefined;
  }

  #take({ packet, isWrong }: StrippedPiece): DepacketizerOutput[] {
    const outputs: DepacketizerOutput[] = [];
    const gap = isWrong ? "wrong-piece" : "packet-lost";
    if (packet.isAfterGap) {
      this.#giveUp(gap, outputs);
      if (this.#rest === "complete") this.#rest = "unknown";
    }
    // Some forks send an empty payload at the end of the file.
    if (packet.payload.length === 0 && !packet.marker) return outputs;
    if (this.#beginsFrame(packet.payload)) {
      if (!this.#endOnlyPacket(outputs)) this.#giveUp("truncated", outputs);
      this.#begin(packet, outputs);
      return outputs;
    }
    this.#onlyPacket = undefined;
    if (this.#scanner !== undefined) this.#append(this.#scanner, packet, outputs);
    else {
      if (this.#rest === "unknown") {
        outputs.push({ kind: "damaged", cause: packet.isAfterGap ? gap : "not-a-jpeg" });
      }
      this.#rest = packet.marker ? "unknown" : "given-up";
    }
    return outputs;
  }

  flush(): DepacketizerOutput[] {
    const outputs: DepacketizerOutput[] = [];
    if (!this.#endOnlyPacket(outputs)) this.#giveUp("truncated", outputs);
    this.#rest = "unknown";
    return outputs;
  }

  /** A JPEG at the start of a packet may also be the thumbnail in a segment of the current frame, which is cut there. */
  #beginsFrame(payload: Uint8Array): boolean {
    return isSoiAt(payload, 0) && (this.#scanner?.place !== "segment" || isWholeJpeg(payload));
  }

  /** Ends a frame without EOI whose only packet has its scan. Returns false where there is none. */
  #endOnlyPacket(outputs: DepacketizerOutput[]): boolean {
    if (this.#onlyPacket === undefined || this.#scanner?.place !== "entropy") return false;
    if (!hasWholeScan(this.#buffer.bytes)) return false;
    this.#finishBuffered(this.#onlyPacket, outputs);
    return true;
  }

  #begin(packet: OrderedPacket, outputs: DepacketizerOutput[]): void {
    const { timestamp, arrivalMs, marker } = packet;
    this.#scanner = new JpegScanner();
    this.#onlyPacket = { timestamp, arrivalMs, marker };
    this.#append(this.#scanner, packet, outputs);
  }

  #append(scanner: JpegScanner, packet: OrderedPacket, outputs: DepacketizerOutput[]): void {
    const { payload, timestamp, arrivalMs } = packet;
    const found = scanner.push(payload);
    const isCut = found.some(({ kind, offset }) => kind === "malformed" && offset === 0);
    if (isCut && this.#buffer.lengthBytes > 0 && isSoiAt(payload, 0)) {
      // The frame ended in its header with the packet before.
      this.#giveUp("truncated", outputs);
      return this.#begin(packet, outputs);
    }
    const isComplete = found.some(({ kind, offset }) => kind === "image" && offset === 0);
    if (isComplete && this.#buffer.lengthBytes === 0) {
      this.#finish({ kind: "frame", data: payload.slice(), timestamp, arrivalMs }, packet, outputs);
    } else if (!this.#buffer.append(payload)) {
      this.#giveUp("too-large", outputs);
    } else if (isComplete || packet.marker && scanner.place === "entropy" && hasWholeScan(this.#buffer.bytes)) {
      this.#finishBuffered(packet, outputs);
    } else if (packet.marker) {
      this.#giveUp("truncated", outputs);
      this.#rest = "unknown";
    }
  }

  #finishBuffered(packet: PacketEnd, outputs: DepacketizerOutput[]): void {
    const { timestamp, arrivalMs } = packet;
    const data = withEoi(this.#buffer.take());
    this.#finish({ kind: "frame", data, timestamp, arrivalMs }, packet, outputs);
  }

  #finish(frame: DepacketizerOutput, { marker }: PacketEnd, outputs: DepacketizerOutput[]): void {
    outputs.push(frame);
    this.#drop();
    this.#rest = marker ? "unknown" : "complete";
  }

  #giveUp(cause: DamageCause, outputs: DepacketizerOutput[]): void {
    if (this.#scanner === undefined) return;
    this.#drop();
    this.#rest = "given-up";
    outputs.push({ kind: "damaged", cause });
  }

  #drop(): void {
    this.#scanner = undefined;
    this.#onlyPacket = undefined;
    this.#buffer.clear();
  }
}
