/**
 * The headers that some forks of the lab put in front of each piece of a frame. Nothing announces them: they are known by the FF D8
 * behind the first one. Stands before the lab's depacketizer, which sees pieces without them.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                  offset of the piece in bytes                 |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                   length of the frame in bytes                |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |       number of the piece     |         pieces of the frame   |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |  length of the piece in bytes | (not in every fork)
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * @module
 */

import { isSoiAt } from "../../mjpeg/jpeg/markers.ts";
import type { OrderedPacket } from "../depacketizer.ts";
import { MAX_FRAME_BYTES } from "../limits.ts";

/** Where a piece lies in its frame, in bytes or in pieces. */
interface PieceHeader {
  readonly place: number;
  readonly total: number;
}

/** One of the headers. */
interface PieceHeaderStyle {
  readonly lengthBytes: number;
  /** The header of a payload; `undefined` where it cannot be one. */
  readonly decode: (payload: Uint8Array) => PieceHeader | undefined;
  /** Where a first piece may lie: some count pieces from 1. */
  readonly maxFirstPlace: number;
  /** What a piece of so many bytes takes of the total. */
  readonly step: (pieceBytes: number) => number;
}

const STYLES: readonly PieceHeaderStyle[] = [
  {
    lengthBytes: 8,
    maxFirstPlace: 0,
    decode(payload) {
      const [place, total] = [readUint32(payload, 0), readUint32(payload, 4)];
      return total <= MAX_FRAME_BYTES && place + payload.length - 8 <= total ? { place, total } : undefined;
    },
    step: (pieceBytes) => pieceBytes,
  },
  countedPieces(6),
  countedPieces(4),
];

/** The header with the number of the piece and their count, with the length of the piece or without. */
function countedPieces(lengthBytes: 4 | 6): PieceHeaderStyle {
  return {
    lengthBytes,
    maxFirstPlace: 1,
    decode(payload) {
      const [number, count] = [payload[0] << 8 | payload[1], payload[2] << 8 | payload[3]];
      return number <= count && count > 0 ? { place: number, total: count } : undefined;
    },
    step: () => 1,
  };
}

/** A piece without its header. */
export interface StrippedPiece {
  /** Marked as behind a gap where it does not go on where the piece before has ended. */
  readonly packet: OrderedPacket;
  /** Whether its header says so alone: no packet is missing. */
  readonly isWrong: boolean;
}

/** Takes the headers off the pieces of one stream. */
export class LabPieceHeaders {
  #style: PieceHeaderStyle | undefined;
  /** Where the next piece should lie. */
  #next: PieceHeader = { place: 0, total: 0 };
  /** The place of the first piece. */
  #first = 0;

  /** Whether the pieces of the present frame have headers. */
  get isPresent(): boolean {
    return this.#style !== undefined;
  }

  /** Whether a piece with the number of the one before goes on with its frame: it is neither a first one nor one that has come. */
  goesOn(payload: Uint8Array): boolean {
    if (isSoiAt(payload, 0) || this.#findStyle(payload) !== undefined) return false;
    const header = this.#style?.decode(payload);
    return header !== undefined && (header.place >= this.#next.place || header.total !== this.#next.total);
  }

  /**
   * A packet without the header of its piece, with the marker on the last one. `isBetween` tells that it may begin a frame,
   * `mayBeMissing` that pieces may be missing although no sequence number is: all those of a frame have one.
   */
  strip(
    packet: OrderedPacket,
    { isBetween, mayBeMissing }: { readonly isBetween: boolean; readonly mayBeMissing: boolean },
  ): StrippedPiece {
    const { payload } = packet;
    if (isBetween || this.#style !== undefined) this.#recognize(payload);
    const header = this.#style?.decode(payload);
    if (this.#style === undefined || header === undefined) return { packet, isWrong: false };
    const { place, total } = header;
    const isElsewhere = place !== this.#next.place || total !== this.#next.total;
    const isAfterGap = packet.isAfterGap || isElsewhere;
    const isWrong = isElsewhere && !packet.isAfterGap && !mayBeMissing;
    const end = place + this.#style.step(payload.length - this.#style.lengthBytes);
    this.#next = { place: end, total };
    const marker = packet.marker || end - this.#first >= total;
    return { packet: { ...packet, isAfterGap, marker, payload: payload.subarray(this.#style.lengthBytes) }, isWrong };
  }

  /** Finds out at the first piece of a frame which header it has. */
  #recognize(payload: Uint8Array): void {
    const style = this.#findStyle(payload);
    if (style !== undefined) {
      this.#style = style;
      this.#next = style.decode(payload)!;
      this.#first = this.#next.place;
    } else if (isSoiAt(payload, 0)) this.#style = undefined;
  }

  /** The header in front of the FF D8 of a first piece. The second one of a frame may begin with FF D8, too. */
  #findStyle(payload: Uint8Array): PieceHeaderStyle | undefined {
    return STYLES.find((style) => {
      if (payload.length < style.lengthBytes || !isSoiAt(payload, style.lengthBytes)) return false;
      const header = style.decode(payload);
      if (header === undefined || header.place > style.maxFirstPlace) return false;
      const isNext = style === this.#style && header.place === this.#next.place && header.total === this.#next.total;
      return header.place === 0 || !isNext;
    });
  }
}

function readUint32(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3]) >>> 0;
}
