/**
 * The assignment's emulator of network impairments: a link that loses, doubles, delays and reorders packets, and that
 * has a rate. Stands between the RTP header and the socket; deterministic for a seed. Takes packets and gives the times
 * of their delivery; sends nothing itself.
 *
 * @module
 */

/** What the emulated network does to packets. */
export interface Impairments {
  /** Share of packets lost, 0 to 1. */
  readonly loss: number;
  /** Share of packets delivered twice, 0 to 1. */
  readonly duplicate: number;
  /** Share of packets that the next packet overtakes, 0 to 1. */
  readonly reorder: number;
  /** Delay of every packet in milliseconds. */
  readonly delayMs: number;
  /** The delay varies evenly by up to this much more or less, in milliseconds; packets stay in order. */
  readonly jitterMs: number;
  /** Rate of the link in bits a second; `undefined` for a link without limit. */
  readonly rate: number | undefined;
}

/** A link that does nothing to packets. */
export const NO_IMPAIRMENTS: Impairments = {
  loss: 0,
  duplicate: 0,
  reorder: 0,
  delayMs: 0,
  jitterMs: 0,
  rate: undefined,
};

/** What the emulator did so far, in packets. */
export interface EmulatorCounters {
  /** Dropped by `loss`. */
  lost: number;
  /** Dropped because the link of `rate` was too far behind. */
  overflowed: number;
  /** Delivered twice. */
  duplicated: number;
  /** Overtaken by the packet behind them. */
  reordered: number;
}

/** A packet and the time at which it is to leave. */
export interface Delivery<T> {
  /** The packet that was pushed. */
  readonly packet: T;
  /** In milliseconds of the caller's clock; never before the packet came in. */
  readonly atMs: number;
}

/** Constructor options of {@linkcode NetworkEmulator}. */
export interface NetworkEmulatorOptions {
  /** Gives numbers from 0 up to, not including, 1. */
  readonly random: () => number;
  /** Longest time a packet may wait for the link, in milliseconds. */
  readonly maxQueueMs: number;
}

/** One direction of one session's link. */
export class NetworkEmulator<T> {
  /** What was done so far. */
  readonly counters: EmulatorCounters = { lost: 0, overflowed: 0, duplicated: 0, reordered: 0 };
  #impairments!: Impairments;
  #isPerfect!: boolean;
  readonly #random: () => number;
  readonly #maxQueueMs: number;
  #linkFreeMs = 0;
  #lastDeliveryMs = 0;
  /** The packet that the next one overtakes. */
  #held: T | undefined;

  /** A link with nothing on it. */
  constructor(impairments: Impairments, options: NetworkEmulatorOptions) {
    this.impairments = impairments;
    this.#random = options.random;
    this.#maxQueueMs = options.maxQueueMs;
  }

  /** What is done to packets from the next one on. */
  get impairments(): Impairments {
    return this.#impairments;
  }

  set impairments(impairments: Impairments) {
    this.#impairments = impairments;
    const { loss, duplicate, reorder, delayMs, jitterMs, rate } = impairments;
    this.#isPerfect = rate === undefined && [loss, duplicate, reorder, delayMs, jitterMs].every((value) => value === 0);
  }

  /** Whether a packet that is pushed at `nowMs` comes out alone and at once, so that it need not be pushed. */
  isTransparent(nowMs: number): boolean {
    return this.#isPerfect && this.#held === undefined && this.#lastDeliveryMs <= nowMs;
  }

  /** Takes a packet of `lengthBytes` at `nowMs`; returns what is to be delivered, in order of delivery. */
  push(packet: T, { lengthBytes, nowMs }: { lengthBytes: number; nowMs: number }): Delivery<T>[] {
    const { loss, duplicate, reorder, delayMs, jitterMs, rate } = this.#impairments;
    // Every packet draws the same numbers, so that one option does not shift the pattern of another.
    const isLost = this.#random() < loss;
    const isDuplicated = this.#random() < duplicate;
    const isReordered = this.#random() < reorder;
    const jitter = (this.#random() * 2 - 1) * jitterMs;
    if (isLost) {
      this.counters.lost++;
      return [];
    }
    let leavesMs = nowMs;
    if (rate !== undefined) {
      const startMs = Math.max(nowMs, this.#linkFreeMs);
      if (startMs - nowMs > this.#maxQueueMs) {
        this.counters.overflowed++;
        return [];
      }
      leavesMs = this.#linkFreeMs = startMs + lengthBytes * 8000 / rate;
    }
    const atMs = Math.max(this.#lastDeliveryMs, leavesMs + Math.max(0, delayMs + jitter));
    this.#lastDeliveryMs = atMs;
    if (isReordered && this.#held === undefined) {
      this.counters.reordered++;
      this.#held = packet;
      return [];
    }
    const deliveries: Delivery<T>[] = [{ packet, atMs }];
    if (isDuplicated) {
      this.counters.duplicated++;
      deliveries.push({ packet, atMs });
    }
    return [...deliveries, ...this.flush(atMs)];
  }

  /** Delivers the packet that waits to be overtaken, when nothing follows it. */
  flush(atMs: number): Delivery<T>[] {
    if (this.#held === undefined) return [];
    const packet = this.#held;
    this.#held = undefined;
    return [{ packet, atMs: Math.max(atMs, this.#lastDeliveryMs) }];
  }
}
