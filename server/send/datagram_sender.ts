/**
 * The way of a session's packets over UDP, through the emulated network where there is one.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import type { LogSentence } from "./frame_sender.ts";
import type { Delivery, NetworkEmulator } from "../emulation/network_emulator.ts";
import type { Pacer } from "./pacer.ts";

/** A packet on its way: bytes of its own, the socket that it leaves from, and the port that it goes to. */
export interface OutgoingPacket {
  /** A whole packet of RTP or RTCP. */
  readonly bytes: Uint8Array;
  /** One of the session's sockets. */
  readonly socket: Deno.DatagramConn;
  /** The client's port for what it is. */
  readonly to: Deno.NetAddr;
}

/** Constructor options of {@linkcode DatagramSender}. */
export interface DatagramSenderOptions {
  /** Where packets go; always the address of the TCP peer, unless it is that of a group. */
  readonly destination: Deno.NetAddr;
  /** The impaired network of this session, if there is one. */
  readonly emulator: NetworkEmulator<OutgoingPacket> | undefined;
  /** Lets delayed packets out. */
  readonly pacer: Pacer;
  /** The pacer's clock. */
  readonly clock: Clock;
  /** Called when a delayed packet cannot be sent. */
  readonly onError: (error: unknown) => void;
}

/** One session's way to its client. */
export class DatagramSender {
  readonly #options: DatagramSenderOptions;
  /** Packets in the emulated network, in the order in which they leave it; the first is leaving right now. */
  readonly #onTheWay: Delivery<OutgoingPacket>[] = [];

  /** With nothing on the way. */
  constructor(options: DatagramSenderOptions) {
    this.#options = options;
  }

  /** UDP port of the client. */
  get port(): number {
    return this.#options.destination.port;
  }

  /** Sends a packet, to the RTP port unless told otherwise; its bytes may be written over once this has resolved. */
  send(packet: Uint8Array, socket: Deno.DatagramConn, to = this.#options.destination): Promise<unknown> {
    const { emulator, clock } = this.#options;
    if (emulator === undefined) return socket.send(packet, to);
    const outgoing = { bytes: packet.slice(), socket, to };
    this.#deliver(emulator.push(outgoing, { lengthBytes: packet.length, nowMs: clock.nowMs() }));
    return Promise.resolve();
  }

  /** Nothing follows for now: what waits to be overtaken goes. */
  flush(): void {
    const { emulator, clock } = this.#options;
    if (emulator !== undefined) this.#deliver(emulator.flush(clock.nowMs()));
  }

  /** What the emulated network did, for the log. */
  summary(): LogSentence | undefined {
    const { emulator } = this.#options;
    return emulator === undefined ? undefined : {
      template: "the emulated network lost {lost}, overflowed {overflowed}, doubled {duplicated} and reordered " +
        "{reordered} packets",
      properties: { ...emulator.counters },
    };
  }

  /** Lets out what came through the emulated network, each packet at its time, in the order of the deliveries. */
  #deliver(deliveries: readonly Delivery<OutgoingPacket>[]): void {
    const isIdle = this.#onTheWay.length === 0;
    this.#onTheWay.push(...deliveries);
    if (!isIdle || deliveries.length === 0) return;
    this.#letOut().catch((error) => {
      this.#onTheWay.length = 0;
      this.#options.onError(error);
    });
  }

  async #letOut(): Promise<void> {
    const { clock, pacer } = this.#options;
    for (let next = this.#onTheWay[0]; next !== undefined; next = this.#onTheWay[0]) {
      if (next.atMs > clock.nowMs()) await pacer.until(next.atMs);
      await next.packet.socket.send(next.packet.bytes, next.packet.to);
      this.#onTheWay.shift();
    }
  }
}
