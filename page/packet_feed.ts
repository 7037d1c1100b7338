/**
 * Tells a page which packets come when, while it draws them.
 *
 * @module
 */

import { MAX_TOLD_PACKETS, PACKETS_INTERVAL_MS } from "./limits.ts";
import type { Playback } from "./playback.ts";

/** Packets that have come, to a page. */
export interface PacketsMessage {
  readonly type: "packets";
  /** When the first of them came: milliseconds since the Unix epoch. */
  readonly startMs: number;
  /** Sequence number, milliseconds since `startMs`, bytes, and whether its marker is set. */
  readonly packets: readonly (readonly [sequenceNumber: number, atMs: number, lengthBytes: number, marker: 0 | 1])[];
  /** Packets before them that are left out, since the page would not keep up. */
  readonly omitted: number;
  /** Whether they can be had as a file: see {@linkcode Playback.recentCapture}. */
  readonly isCaptured: boolean;
}

/** Constructor options of {@linkcode PacketFeed}. */
export interface PacketFeedOptions {
  readonly playback: Playback;
  /** Tells the page; returns whether there was room for it. */
  readonly tell: (message: PacketsMessage) => boolean;
}

/** Asks the player for packets only while the page wants them. */
export class PacketFeed {
  readonly #options: PacketFeedOptions;
  #timer: ReturnType<typeof setInterval> | undefined;
  #next = 0;

  constructor(options: PacketFeedOptions) {
    this.#options = options;
  }

  /** The page wants to hear of packets from now on, or no more. */
  want(isWanted: boolean): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (!isWanted || this.#options.playback.packetTrace === undefined) return;
    // What came before is not drawn.
    this.#next = this.#options.playback.packetTrace(0)?.next ?? 0;
    this.#timer = setInterval(() => this.#tell(), PACKETS_INTERVAL_MS);
  }

  /** The page is gone. */
  close(): void {
    clearInterval(this.#timer);
  }

  #tell(): void {
    const { playback, tell } = this.#options;
    const trace = playback.packetTrace?.(this.#next);
    if (trace === undefined) return;
    const packets = trace.packets.slice(-MAX_TOLD_PACKETS);
    if (packets.length === 0) {
      this.#next = trace.next;
      return;
    }
    const startMs = packets[0].arrivalMs;
    const isTold = tell({
      type: "packets",
      startMs,
      packets: packets.map(({ sequenceNumber, arrivalMs, lengthBytes, marker }) =>
        [sequenceNumber, Math.round((arrivalMs - startMs) * 100) / 100, lengthBytes, marker ? 1 : 0] as const
      ),
      omitted: trace.packets.length - packets.length,
      isCaptured: playback.isCaptured === true,
    });
    if (isTold) this.#next = trace.next;
  }
}
