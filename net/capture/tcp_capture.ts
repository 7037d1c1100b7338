/**
 * One TCP connection in a capture, as segments that follow each other: a program sees the bytes of a connection, not its segments.
 *
 * @module
 */

import { encodeTcpPacket, type Endpoint, FLAG } from "./ip_packet.ts";

/** Payload of a segment on an Ethernet, in bytes. */
const SEGMENT_BYTES = 1460;
const NOTHING = new Uint8Array();

/** Constructor options of {@linkcode TcpCapture}. */
export interface TcpCaptureOptions {
  /** The end that has opened the connection. */
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Gives the bytes without credentials, as many. */
  readonly blank: (bytes: Uint8Array) => Uint8Array;
  /** Takes an IP packet. */
  readonly add: (packet: Uint8Array) => void;
}

/** An end of a connection: the one that has opened it, or the other. */
export type Side = "local" | "remote";

/** From its handshake, which the constructor writes, to its end. */
export class TcpCapture {
  readonly #options: TcpCaptureOptions;
  /** Sequence number of the next byte of each side. */
  readonly #next = { local: 0, remote: 0 };
  #isClosed = false;

  constructor(options: TcpCaptureOptions) {
    this.#options = options;
    this.#add("local", FLAG.syn);
    this.#add("remote", FLAG.syn | FLAG.ack);
    this.#add("local", FLAG.ack);
  }

  /** Bytes were sent by the end that has opened the connection. */
  sent(bytes: Uint8Array): void {
    this.#data("local", bytes);
  }

  /** Bytes have come from the other end. */
  received(bytes: Uint8Array): void {
    this.#data("remote", bytes);
  }

  /** The connection ends; `first` says who closed it. Said again, it is ignored. */
  close(first: Side): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#add(first, FLAG.fin | FLAG.ack);
    this.#add(other(first), FLAG.fin | FLAG.ack);
    this.#add(first, FLAG.ack);
  }

  #data(side: Side, bytes: Uint8Array): void {
    if (this.#isClosed) return;
    const shown = this.#options.blank(bytes);
    for (let offset = 0; offset < shown.length; offset += SEGMENT_BYTES) {
      const flags = offset + SEGMENT_BYTES < shown.length ? FLAG.ack : FLAG.ack | FLAG.psh;
      this.#add(side, flags, shown.subarray(offset, offset + SEGMENT_BYTES));
    }
    this.#add(other(side), FLAG.ack);
  }

  #add(side: Side, flags: number, payload: Uint8Array = NOTHING): void {
    const { local, remote, add } = this.#options;
    const route = side === "local" ? { from: local, to: remote } : { from: remote, to: local };
    const acknowledgment = (flags & FLAG.ack) === 0 ? 0 : this.#next[other(side)];
    add(encodeTcpPacket(route, { sequence: this.#next[side], acknowledgment, flags }, payload));
    // SYN and FIN count as a byte each (RFC 9293, 3.4).
    const counted = payload.length + ((flags & (FLAG.syn | FLAG.fin)) === 0 ? 0 : 1);
    this.#next[side] = (this.#next[side] + counted) % 2 ** 32;
  }
}

function other(side: Side): Side {
  return side === "local" ? "remote" : "local";
}
