/**
 * Sends a session's datagrams, through the emulated network where there is one.
 *
 * @module
 */

import { Deque } from "@std/data-structures/deque";
import type { Clock } from "../../net/clock.ts";
import { MAX_EMULATED_PACKETS } from "../limits.ts";
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
  /** Where packets go: the address of the TCP peer, or a multicast group. */
  readonly destination: Deno.NetAddr;
  /** The impaired network of this session, if there is one. */
  readonly emulator: NetworkEmulator<OutgoingPacket> | undefined;
  /** Says when delayed packets leave. */
  readonly pacer: Pacer;
  /** The pacer's clock. */
  readonly clock: Clock;
  /** Called when a delayed packet cannot be sent. */
  readonly onError: (error: unknown) => void;
}

/** Sends to one client. */
export class DatagramSender {
  readonly #options: DatagramSenderOptions;
  /** Packets in the emulated network, in the order in which they leave it. The first one is leaving. */
  readonly #inFlight = new Deque<Delivery<OutgoingPacket>>();

  constructor(options: DatagramSenderOptions) {
    this.#options = options;
  }

  /** The impaired network, if there is one. */
  get link(): NetworkEmulator<OutgoingPacket> | undefined {
    return this.#options.emulator;
  }

  /** UDP port of the client. */
  get port(): number {
    return this.#options.destination.port;
  }

  /** Sends a packet, to the RTP port unless told otherwise; its bytes may be written over once this has resolved. */
  send(packet: Uint8Array, socket: Deno.DatagramConn, to = this.#options.destination): Promise<unknown> {
    const { emulator, clock } = this.#options;
    if (emulator === undefined || this.#inFlight.isEmpty() && emulator.isTransparent(clock.nowMs())) {
      return socket.send(packet, to);
    }
    if (this.#inFlight.length >= MAX_EMULATED_PACKETS) {
      emulator.counters.overflowed++;
      return Promise.resolve();
    }
    const outgoing = { bytes: packet.slice(), socket, to };
    this.#deliver(emulator.push(outgoing, { lengthBytes: packet.length, nowMs: clock.nowMs() }));
    return Promise.resolve();
  }

  /** Nothing follows for now: a packet that waits to be overtaken goes. */
  flush(): void {
    const { emulator, clock } = this.#options;
    if (emulator !== undefined) this.#deliver(emulator.flush(clock.nowMs()));
  }

  /** What the emulated network did, for the log. */
  summary(): LogSentence | undefined {
    const { emulator } = this.#options;
    return emulator === undefined ? undefined : {
      template: "the emulated network lost {lost}, overflowed {overflowed}, duplicated {duplicated} and reordered " +
        "{reordered} packets",
      properties: { ...emulator.counters },
    };
  }

  /** Sends what came through the emulated network, each packet at its time, in the order of the deliveries. */
  #deliver(deliveries: readonly Delivery<OutgoingPacket>[]): void {
    const isIdle = this.#inFlight.isEmpty();
    for (const delivery of deliveries) this.#inFlight.pushBack(delivery);
    if (!isIdle || deliveries.length === 0) return;
    this.#sendInFlight().catch((error) => {
      this.#inFlight.clear();
      this.#options.onError(error);
    });
  }

  async #sendInFlight(): Promise<void> {
    const { clock, pacer } = this.#options;
    for (let next = this.#inFlight.peekFront(); next !== undefined; next = this.#inFlight.peekFront()) {
      if (next.atMs > clock.nowMs()) await pacer.until(next.atMs);
      await next.packet.socket.send(next.packet.bytes, next.packet.to);
      this.#inFlight.popFront();
    }
  }
}
