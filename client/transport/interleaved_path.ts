/**
 * A track over the RTSP connection itself: one channel for RTP, one for RTCP (RFC 2326, 10.12).
 *
 * @module
 */

import type { Pair, TransportSpec } from "../../rtsp/fields/transport.ts";
import type { PacketPath, PacketPathEvents } from "./packet_path.ts";

/** How an {@linkcode InterleavedPath} uses the connection. */
export interface InterleavedPathOptions {
  /** The channels to ask for. */
  readonly channels: Pair;
  /** Sends a packet on a channel. */
  readonly send: (channel: number, packet: Uint8Array) => void;
}

/** Two channels, those that the server chose. */
export class InterleavedPath implements PacketPath {
  readonly #events: Pick<PacketPathEvents, "onRtp" | "onRtcp">;
  readonly #send: InterleavedPathOptions["send"];
  #channels: Pair;

  constructor(events: Pick<PacketPathEvents, "onRtp" | "onRtcp">, { channels, send }: InterleavedPathOptions) {
    this.#events = events;
    this.#channels = channels;
    this.#send = send;
  }

  get offer(): TransportSpec {
    return { protocol: "tcp", isMulticast: false, interleaved: this.#channels };
  }

  configure(answer: TransportSpec | undefined): Promise<void> {
    this.#channels = answer?.interleaved ?? this.#channels;
    return Promise.resolve();
  }

  accept(): void {}

  hasChannel(channel: number): boolean {
    return this.#channels.includes(channel);
  }

  takeInterleaved(channel: number, packet: Uint8Array): void {
    if (channel === this.#channels[0]) this.#events.onRtp(packet);
    else if (channel === this.#channels[1]) this.#events.onRtcp(packet);
  }

  sendRtcp(packet: Uint8Array): void {
    this.#send(this.#channels[1], packet);
  }

  close(): void {}
}
