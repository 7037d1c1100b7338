/**
 * Which datagrams are the sender's: by the address, and by the port that it named in SETUP (RFC 2326, 12.39), or else by the port that
 * the first one came from. What anybody else sends must not get into the picture.
 *
 * @module
 */

import { plainAddress } from "./addresses.ts";
import type { Clock } from "./clock.ts";
import { SOURCE_SILENCE_MS } from "./limits.ts";

/** Where the sender's datagrams come from. */
export interface SourceFilterOptions {
  /** IP addresses. */
  readonly addresses: readonly string[];
  /** Ports that the sender named; where there are none, those that are the first to send count. */
  readonly ports?: readonly number[];
  /** How long after the first datagram other ports may join where the sender named none, in milliseconds; default 0. */
  readonly joinMs?: number;
  /** Times silence: a sender that starts again may send from another port. */
  readonly clock: Clock;
}

/** The ports of an address that have sent. */
interface Sender {
  readonly ports: Set<number>;
  /** When the first datagram came, and the last one. */
  firstMs: number;
  lastMs: number;
}

/** Decides datagram by datagram. */
export class SourceFilter {
  readonly #addresses: ReadonlySet<string>;
  readonly #ports: readonly number[];
  readonly #joinMs: number;
  readonly #clock: Clock;
  readonly #senders = new Map<string, Sender>();
  /** Where the last datagram came from, if the sender had named that port: most come from there. */
  #named = { hostname: "", port: 0 };

  constructor({ addresses, ports = [], joinMs = 0, clock }: SourceFilterOptions) {
    this.#addresses = new Set(addresses.map(plainAddress));
    this.#ports = ports.filter((port) => port > 0);
    this.#joinMs = joinMs;
    this.#clock = clock;
  }

  /** Whether a datagram from there is the sender's. */
  accepts(address: { readonly hostname: string; readonly port: number }): boolean {
    // Each address that Deno 2.9.6 gives has a hidden class of its own. An inline cache would be missed for each packet.
    const hostname: string = Reflect.get(address, "hostname");
    const port: number = Reflect.get(address, "port");
    if (port === this.#named.port && hostname === this.#named.hostname) return true;
    const sender = this.#senders.get(hostname) ?? this.#find(hostname);
    if (sender === undefined) return false;
    if (this.#ports.length > 0) {
      if (!this.#ports.includes(port)) return false;
      this.#named = { hostname, port };
      return true;
    }
    const nowMs = this.#clock.nowMs();
    if (!sender.ports.has(port)) {
      if (sender.ports.size > 0 && nowMs - sender.lastMs >= SOURCE_SILENCE_MS) sender.ports.clear();
      if (sender.ports.size === 0) sender.firstMs = nowMs;
      else if (nowMs - sender.firstMs >= this.#joinMs) return false;
      sender.ports.add(port);
    }
    sender.lastMs = nowMs;
    return true;
  }

  /** What is known of an address, as the socket gives it; `undefined` for a stranger's. */
  #find(hostname: string): Sender | undefined {
    if (!this.#addresses.has(plainAddress(hostname))) return undefined;
    const sender: Sender = { ports: new Set(), firstMs: 0, lastMs: 0 };
    this.#senders.set(hostname, sender);
    return sender;
  }
}
