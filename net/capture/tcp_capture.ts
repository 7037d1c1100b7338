/**
 * One TCP connection in a capture, as segments that follow each other: a program sees the bytes of a connection, not its segments.
 *
 * @module
 */

import { INTERLEAVED_MAGIC } from "../interleaved.ts";
import { encodeTcpPacket, type Endpoint, FLAG } from "./ip_packet.ts";

/** Payload of a segment on an Ethernet, in bytes. */
const SEGMENT_BYTES = 1460;
/** More channels than a session has; a control character of no text is below. */
const MAX_CHANNELS = 8;
const NOTHING = new Uint8Array();

/** Constructor options of {@linkcode TcpCapture}. */
export interface TcpCaptureOptions {
  /** The end that has opened the connection. */
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Makes what gives the bytes of one side without credentials, piece by piece, as many. */
  readonly createBlank: () => (bytes: Uint8Array) => Uint8Array;
  /** Whether interleaved packets are wanted; by default they are. Where they are not, they are left out as if they had not been sent. */
  readonly takesMedia?: () => boolean;
  /** Takes an IP packet, and whether interleaved packets are in it. */
  readonly add: (packet: Uint8Array, kind: { readonly isMedia: boolean }) => void;
}

/** An end of a connection: the one that has opened it, or the other. */
export type Side = "local" | "remote";

/** From its handshake, which the constructor writes, to its end. */
export class TcpCapture {
  readonly #options: TcpCaptureOptions;
  readonly #blank: Readonly<Record<Side, (bytes: Uint8Array) => Uint8Array>>;
  /** Sequence number of the next byte of each side. */
  readonly #next = { local: 0, remote: 0 };
  #isClosed = false;
  /** Whether packets were left out, so that what comes may begin within one. */
  #isWithin = false;
  /** Whether the segments that are being made have packets in them. */
  #isMedia = false;

  constructor(options: TcpCaptureOptions) {
    this.#options = options;
    this.#blank = { local: options.createBlank(), remote: options.createBlank() };
    this.#add("local", FLAG.syn);
    this.#add("remote", FLAG.syn | FLAG.ack);
    this.#add("local", FLAG.ack);
  }

  /** Bytes were sent by the end that has opened the connection. */
  sent(bytes: Uint8Array): void {
    if (this.#options.takesMedia?.() === false && isPacketAt(bytes, 0)) return;
    this.#data("local", bytes);
  }

  /** Bytes have come from the other end; where they are packets alone (`hasText: false`), no credentials are looked for in them. */
  received(bytes: Uint8Array, { hasText = true }: { readonly hasText?: boolean } = {}): void {
    const wanted = this.#wanted(bytes);
    if (wanted.length > 0) this.#data("remote", wanted, hasText);
  }

  /** The connection ends; `first` says who closed it. Said again, it is ignored. */
  close(first: Side): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#add(first, FLAG.fin | FLAG.ack);
    this.#add(other(first), FLAG.fin | FLAG.ack);
    this.#add(first, FLAG.ack);
  }

  /** What of bytes that have come is to be captured: where packets are not wanted, messages alone, which are few. */
  #wanted(bytes: Uint8Array): Uint8Array {
    if (this.#options.takesMedia?.() !== false) {
      const isLeftOut = this.#isWithin && !isLetter(bytes[0]) && !isPacketAt(bytes, 0);
      if (!isLeftOut) this.#isWithin = false;
      return isLeftOut ? NOTHING : bytes;
    }
    let end = isLetter(bytes[0]) ? 0 : bytes.length;
    const start = end;
    while (end < bytes.length && !isPacketAt(bytes, end)) end++;
    this.#isWithin ||= start > 0 || end < bytes.length;
    return start > 0 ? NOTHING : bytes.subarray(0, end);
  }

  #data(side: Side, bytes: Uint8Array, hasText = true): void {
    if (this.#isClosed) return;
    const shown = hasText ? this.#blank[side](bytes) : bytes;
    this.#isMedia = !isLetter(bytes[0]);
    for (let offset = 0; offset < shown.length; offset += SEGMENT_BYTES) {
      const flags = offset + SEGMENT_BYTES < shown.length ? FLAG.ack : FLAG.ack | FLAG.psh;
      this.#add(side, flags, shown.subarray(offset, offset + SEGMENT_BYTES));
    }
    this.#add(other(side), FLAG.ack);
    this.#isMedia = false;
  }

  #add(side: Side, flags: number, payload: Uint8Array = NOTHING): void {
    const { local, remote, add } = this.#options;
    const route = side === "local" ? { from: local, to: remote } : { from: remote, to: local };
    const acknowledgment = (flags & FLAG.ack) === 0 ? 0 : this.#next[other(side)];
    const segment = encodeTcpPacket(route, { sequence: this.#next[side], acknowledgment, flags }, payload);
    add(segment, { isMedia: this.#isMedia });
    // SYN and FIN count as a byte each (RFC 9293, 3.4).
    const counted = payload.length + ((flags & (FLAG.syn | FLAG.fin)) === 0 ? 0 : 1);
    this.#next[side] = (this.#next[side] + counted) % 2 ** 32;
  }
}

/** Whether a message may begin with a byte: with its method, or `RTSP`. */
function isLetter(byte: number): boolean {
  return byte >= 0x41 && byte <= 0x5a;
}

/** Whether an interleaved packet begins there, on one of the first channels; no text has such a byte behind its `$`. */
function isPacketAt(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === INTERLEAVED_MAGIC && bytes[at + 1] < MAX_CHANNELS;
}

function other(side: Side): Side {
  return side === "local" ? "remote" : "local";
}
