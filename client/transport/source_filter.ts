/**
 * Which datagrams are the server's: by the address, and by the port that it named in SETUP (RFC 2326, 12.39), or else by the port that
 * the first one came from. What anybody else sends must not get into the picture.
 *
 * @module
 */

import { plainAddress } from "../../net/addresses.ts";
import type { Clock } from "../../net/clock.ts";
import { SOURCE_SILENCE_MS } from "../limits.ts";

/** Where the server's datagrams come from. */
export interface SourceFilterOptions {
  /** IP addresses. */
  readonly addresses: readonly string[];
  /** Ports that the server named; where there are none, those that are the first to send count. */
  readonly ports?: readonly number[];
  /** How long after the first datagram other ports may join where the server named none, in milliseconds; default 0. */
  readonly joinMs?: number;
  /** Times silence: a server that starts again may send from another port. */
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

  constructor({ addresses, ports = [], joinMs = 0, clock }: SourceFilterOptions) {
    this.#addresses = new Set(addresses.map(plainAddress));
    this.#ports = ports.filter((port) => port > 0);
    this.#joinMs = joinMs;
    this.#clock = clock;
  }

  /** Whether a datagram from there is the server's. */
  accepts({ hostname, port }: { readonly hostname: string; readonly port: number }): boolean {
    const sender = this.#senders.get(hostname) ?? this.#find(hostname);
    if (sender === undefined) return false;
    if (this.#ports.length > 0) return this.#ports.includes(port);
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
