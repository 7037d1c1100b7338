/**
 * Datagrams to frames: decodes, counts, puts in order and depacketizes the RTP packets of one track. No socket, clock or timer of its
 * own.
 *
 * @module
 */

import type { Depacketizer, DepacketizerOutput, OrderedPacket } from "../depacketizer.ts";
import {
  FIRST_SEQUENCE_NUMBER_MAX,
  REORDER_MAX_BYTES,
  REORDER_MAX_JUMP,
  REORDER_MAX_PACKETS,
  REORDER_WAIT_MS,
} from "../limits.ts";
import { decodeRtpPacket, PAYLOAD_TYPE_JPEG, type RtpPacket } from "../packet.ts";
import { type ClockReport, wallClockMs } from "../wall_clock.ts";
import { ReceptionStatistics } from "./reception_statistics.ts";
import { ReorderBuffer } from "./reorder_buffer.ts";

/** A whole JPEG and the arrival of its last packet. */
export interface AssembledFrame {
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

/** Counts what comes and makes frames of it. */
export class RtpReceiver {
  /** RTP timestamp ticks a second; `undefined` for the lab's whole seconds. */
  readonly clockRate: number | undefined;
  readonly #reorder = new ReorderBuffer({
    maxWaitMs: REORDER_WAIT_MS,
    maxPackets: REORDER_MAX_PACKETS,
    maxBytes: REORDER_MAX_BYTES,
    maxJump: REORDER_MAX_JUMP,
  });
  readonly #depacketizer: Depacketizer;
  readonly #payloadType: number;
  readonly #damageCauses: Record<string, number> = {};
  #statistics: ReceptionStatistics | undefined;
  #frames = 0;
  #damagedFrames = 0;
  #malformedPackets = 0;
  #ignoredPackets = 0;
  #otherPayloadType: number | undefined;
  #senderReport: SenderClock | undefined;

  constructor(options: RtpReceiverOptions) {
    this.#depacketizer = options.depacketizer;
    this.#payloadType = options.payloadType ?? PAYLOAD_TYPE_JPEG;
    this.clockRate = options.clockRate;
  }

  /** The SSRC of the packets; `undefined` before the first. */
  get ssrc(): number | undefined {
    return this.#reorder.ssrc;
  }

  /** Extended highest sequence number received (RFC 3550, A.1): cycles in the high 16 bits. */
  get highestSequenceNumber(): number {
    return this.#reorder.highestSequenceNumber >>> 0;
  }

  /** Whether a packet of the stream has come. */
  get hasReceived(): boolean {
    return this.#reorder.ssrc !== undefined;
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

  /** Datagrams that are no RTP packets. */
  get malformedPackets(): number {
    return this.#malformedPackets;
  }

  /** RTP packets that are not of the stream: of another payload type, or of another source in between. */
  get ignoredPackets(): number {
    return this.#ignoredPackets;
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
   * Takes a datagram, whose bytes hold until this returns. Returns the frames that it completes, or `undefined` where it is no packet
   * of the stream.
   */
  push(datagram: Uint8Array, arrivalMs: number): AssembledFrame[] | undefined {
    const packet = this.#decode(datagram);
    if (packet === undefined) return undefined;
    const highestBefore = this.#reorder.highestSequenceNumber;
    const result = this.#reorder.push(packet, arrivalMs);
    if (result.outcome === "stray") {
      this.#ignoredPackets++;
      return undefined;
    }
    this.#statistics ??= this.#createStatistics(packet.sequenceNumber);
    if (result.outcome === "restarted") this.#statistics.restart(result.extendedSequenceNumber, highestBefore);
    this.#statistics.add(packet, result, arrivalMs);
    return this.#assemble(result.packets);
  }

  /** Takes what the sender tells of its clock. */
  takeSenderReport(report: SenderClock): void {
    this.#senderReport = report;
  }

  /** Gives up packets that have been missing for too long at `nowMs`. */
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

  /** The lab counts packets from 1; RTSP/1.0 senders start anywhere. */
  #createStatistics(sequenceNumber: number): ReceptionStatistics {
    const isNearStart = this.clockRate === undefined && sequenceNumber >= 1 &&
      sequenceNumber <= FIRST_SEQUENCE_NUMBER_MAX;
    return new ReceptionStatistics(this.#reorder, {
      clockRate: this.clockRate,
      firstSequenceNumber: isNearStart ? 1 : undefined,
    });
  }

  #senderTimeMs(timestamp: number): number | undefined {
    const report = this.#senderReport;
    if (report === undefined || report.ssrc !== this.ssrc || this.clockRate === undefined) return undefined;
    return wallClockMs(timestamp, { report, clockRate: this.clockRate });
  }

  #decode(datagram: Uint8Array): RtpPacket | undefined {
    let packet: RtpPacket;
    try {
      packet = decodeRtpPacket(datagram);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.#malformedPackets++;
      return undefined;
    }
    if (packet.payloadType === this.#payloadType) return packet;
    this.#otherPayloadType = packet.payloadType;
    this.#ignoredPackets++;
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
