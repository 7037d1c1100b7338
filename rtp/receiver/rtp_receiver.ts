/**
 * Datagrams to frames: decodes, counts, puts in order and puts together. The stage between the socket and the player;
 * one for each SETUP. No socket, clock or timer of its own.
 *
 * @module
 */

import type { Depacketizer, DepacketizerOutput } from "../depacketizer.ts";
import { decodeRtpPacket, PAYLOAD_TYPE_JPEG, type RtpPacket } from "../packet.ts";
import { ReceptionStatistics } from "./reception_statistics.ts";
import type { OrderedPacket } from "../depacketizer.ts";
import { ReorderBuffer } from "./reorder_buffer.ts";
import { type ClockReport, wallClockMs } from "../wall_clock.ts";
import {
  FIRST_SEQUENCE_NUMBER_MAX,
  REORDER_MAX_BYTES,
  REORDER_MAX_JUMP,
  REORDER_MAX_PACKETS,
  REORDER_WAIT_MS,
} from "../limits.ts";

/** A whole JPEG and the arrival of its last packet. */
export interface AssembledFrame {
  /** The whole JPEG. */
  readonly data: Uint8Array;
  /** In milliseconds of the caller's clock. */
  readonly arrivalMs: number;
  /** The RTP timestamp of its packets. */
  readonly timestamp: number;
  /** When the sender took the frame by its own clock: milliseconds since the Unix epoch; `undefined` before it told. */
  readonly senderTimeMs: number | undefined;
}

/** What a sender report says of the clock of a source. */
export interface SenderClock extends ClockReport {
  /** The source. */
  readonly ssrc: number;
}

/** Constructor options of {@linkcode RtpReceiver}. */
export interface RtpReceiverOptions {
  /** Makes frames of packets. */
  readonly depacketizer: Depacketizer;
  /** Payload type of the packets that count; default 26. */
  readonly payloadType?: number;
  /** RTP timestamp ticks a second; `undefined` for the lab's whole seconds. */
  readonly clockRate?: number;
}

/** Counts what came and makes frames of it. */
export class RtpReceiver {
  readonly #reorder = new ReorderBuffer({
    maxWaitMs: REORDER_WAIT_MS,
    maxPackets: REORDER_MAX_PACKETS,
    maxBytes: REORDER_MAX_BYTES,
    maxJump: REORDER_MAX_JUMP,
  });
  readonly #depacketizer: Depacketizer;
  readonly #payloadType: number;
  /** RTP timestamp ticks a second; `undefined` for the lab's whole seconds. */
  readonly clockRate: number | undefined;
  readonly #damageCauses: Record<string, number> = {};
  #statistics: ReceptionStatistics | undefined;
  #frames = 0;
  #damagedFrames = 0;
  #malformedPackets = 0;
  #otherPayloadType: number | undefined;
  #ssrc: number | undefined;
  #senderReport: SenderClock | undefined;

  /** Has received nothing yet. */
  constructor(options: RtpReceiverOptions) {
    this.#depacketizer = options.depacketizer;
    this.#payloadType = options.payloadType ?? PAYLOAD_TYPE_JPEG;
    this.clockRate = options.clockRate;
  }

  /** The SSRC of the packets; `undefined` before the first. */
  get ssrc(): number | undefined {
    return this.#ssrc;
  }

  /** What came by sequence numbers; `undefined` before the first packet. */
  get statistics(): ReceptionStatistics | undefined {
    return this.#statistics;
  }

  /** Whole frames so far. */
  get frames(): number {
    return this.#frames;
  }

  /** Frames given up so far. */
  get damagedFrames(): number {
    return this.#damagedFrames;
  }

  /** Why frames were given up, and how often. */
  get damageCauses(): Readonly<Record<string, number>> {
    return this.#damageCauses;
  }

  /** Datagrams that were no RTP packets of the stream: another payload type, another source in between, or no RTP at all. */
  get malformedPackets(): number {
    return this.#malformedPackets;
  }

  /** The payload type of the newest RTP packet that had another one than the stream; `undefined` without such a packet. */
  get otherPayloadType(): number | undefined {
    return this.#otherPayloadType;
  }

  /** When {@linkcode expire} is to be called, in milliseconds of the caller's clock, if nothing comes before. */
  get deadlineMs(): number | undefined {
    return this.#reorder.deadlineMs;
  }

  /**
   * Takes a datagram, whose bytes hold until this returns. Returns the frames that it completes, or `undefined` where it is
   * none of the stream's.
   */
  push(datagram: Uint8Array, arrivalMs: number): AssembledFrame[] | undefined {
    const packet = this.#decode(datagram);
    if (packet === undefined) return undefined;
    const { sequenceNumber } = packet;
    const { outcome, packets } = this.#reorder.push(packet, arrivalMs);
    if (outcome === "stray") {
      this.#malformedPackets++;
      return undefined;
    }
    this.#ssrc = packet.ssrc;
    // The lab counts from 1; the standards begin anywhere.
    const isNearStart = this.clockRate === undefined && sequenceNumber >= 1 &&
      sequenceNumber <= FIRST_SEQUENCE_NUMBER_MAX;
    this.#statistics ??= new ReceptionStatistics({
      clockRate: this.clockRate,
      firstSequenceNumber: isNearStart ? 1 : undefined,
    });
    if (outcome === "restarted") this.#statistics.restart(sequenceNumber);
    this.#statistics.add(packet, arrivalMs);
    return this.#assemble(packets);
  }

  /** Takes what the sender tells of its clock. */
  takeSenderReport(report: SenderClock): void {
    this.#senderReport = report;
  }

  /** Gives up on packets that have been missing for too long at `nowMs`. */
  expire(nowMs: number): AssembledFrame[] {
    return this.#assemble(this.#reorder.expire(nowMs));
  }

  /** The stream pauses or ends: whatever is missing will not come. */
  flush(): AssembledFrame[] {
    const frames = this.#assemble(this.#reorder.flush());
    this.#take(this.#depacketizer.flush(), frames);
    this.#statistics?.pause();
    return frames;
  }

  #senderTimeMs(timestamp: number): number | undefined {
    const report = this.#senderReport;
    if (report === undefined || report.ssrc !== this.#ssrc || this.clockRate === undefined) return undefined;
    return wallClockMs(timestamp, { report, clockRate: this.clockRate });
  }

  #decode(datagram: Uint8Array): RtpPacket | undefined {
    try {
      const packet = decodeRtpPacket(datagram);
      if (packet.payloadType === this.#payloadType) return packet;
      this.#otherPayloadType = packet.payloadType;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    this.#malformedPackets++;
    return undefined;
  }

  #assemble(packets: readonly OrderedPacket[]): AssembledFrame[] {
    const frames: AssembledFrame[] = [];
    for (const packet of packets) this.#take(this.#depacketizer.push(packet), frames);
    return frames;
  }

  #take(outputs: readonly DepacketizerOutput[], frames: AssembledFrame[]): void {
    for (const output of outputs) {
      if (output.kind === "frame") {
        this.#frames++;
        const { data, arrivalMs, timestamp } = output;
        frames.push({ data, arrivalMs, timestamp, senderTimeMs: this.#senderTimeMs(timestamp) });
      } else {
        this.#damagedFrames++;
        this.#damageCauses[output.cause] = (this.#damageCauses[output.cause] ?? 0) + 1;
      }
    }
  }
}
