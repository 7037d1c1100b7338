/**
 * A track's packets between the messages of the RTSP connection (RFC 2326, 10.12).
 *
 * @module
 */

import type { Pair, TransportSpec } from "../../rtsp/transport.ts";
import type { PacketPath, PacketPathEvents } from "./packet_path.ts";

/** Two channels of the RTSP connection. */
export class InterleavedPath implements PacketPath {
  readonly #events: PacketPathEvents;
  readonly #send: (channel: number, packet: Uint8Array) => void;
  #channels: Pair;

  /** Asks for `channels`, and sends by `send`. */
  constructor(
    events: PacketPathEvents,
    options: { readonly channels: Pair; readonly send: (channel: number, packet: Uint8Array) => void },
  ) {
    this.#events = events;
    this.#channels = options.channels;
    this.#send = options.send;
  }

  get offer(): TransportSpec {
    return { protocol: "tcp", isMulticast: false, interleaved: this.#channels };
  }

  configure(answer: TransportSpec | undefined): Promise<void> {
    this.#channels = answer?.interleaved ?? this.#channels;
    return Promise.resolve();
  }

  accept(): void {}

  /** Takes an interleaved packet, if it is this track's. */
  take(channel: number, data: Uint8Array): void {
    if (channel === this.#channels[0]) this.#events.onRtp(data);
    else if (channel === this.#channels[1]) this.#events.onRtcp(data);
  }

  sendRtcp(packet: Uint8Array): void {
    this.#send(this.#channels[1], packet);
  }

  close(): void {}
}
