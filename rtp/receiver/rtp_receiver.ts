/**
 * The RTP of one track, from datagrams to frames: decodes, counts, reorders, depacketizes. No socket, clock or timer.
 *
 * @module
 */

import type { AssembledFrame, Depacketizer, DepacketizerOutput, OrderedPacket } from "../depacketizer.ts";
import { REORDER_MAX_BYTES, REORDER_MAX_PACKETS, REORDER_WAIT_MS } from "../limits.ts";
import { decodeRtpPacket, PAYLOAD_TYPE_JPEG, type RtpPacket } from "../packet.ts";
import { JitterMeter } from "./jitter_meter.ts";
import { LossRepair } from "./loss_repair.ts";
import { ReorderBuffer } from "./reorder_buffer.ts";
import { extendSequenceNumber } from "../sequence_number.ts";
import { type PacketArrival, SequenceTracker } from "./sequence_tracker.ts";

/** Constructor options of {@linkcode RtpReceiver}. */
export interface RtpReceiverOptions {
  /** Makes frames of packets. */
  readonly depacketizer: Depacketizer;
  /** Payload type of the track's packets; default 26. */
  readonly payloadType?: number;
  /** RTP timestamp ticks a second; `undefined` for the lab, whose timestamps are whole seconds and whose numbers start at 1. */
  readonly clockRate?: number;
  /** Whether the sender sends again what it is asked for; default false. */
  readonly repairs?: boolean;
}

/** What came of a track. Everything but the jitter only grows. */
export interface RtpStatistics {
  /** Whole frames. */
  readonly frames: number;
  /** Frames of which packets came, but which could not be completed. */
  readonly damagedFrames: number;
  /** Why frames were damaged, and how often. */
  readonly damageCauses: Readonly<Record<string, number>>;
  /** Packets of the stream, duplicates included. */
  readonly packets: number;
  /** Packets from the first to the highest sequence number. */
  readonly expectedPackets: number;
  /** Expected packets that have not come. */
  readonly lostPackets: number;
  /** Packets whose sequence number had come before. */
  readonly duplicatePackets: number;
  /** Packets that came after one with a higher sequence number, those that were sent again included. */
  readonly reorderedPackets: number;
  /** Lost packets that came when they were asked for again. */
  readonly repairedPackets: number;
  /** Datagrams that are no RTP packets; not counted among `packets`, as the two below. */
  readonly malformedPackets: number;
  /** RTP packets of another payload type. */
  readonly otherPayloadTypePackets: number;
  /** RTP packets whose numbers, times or source do not fit the stream. */
  readonly strayPackets: number;
  /** Bytes of payload. */
  readonly bytes: number;
  /** Interarrival jitter in milliseconds (RFC 3550, 6.4.1). */
  readonly jitterMs: number;
  /** The highest that it was. */
  readonly peakJitterMs: number;
}

const NO_FRAMES: readonly AssembledFrame[] = [];

/** Receives from SETUP to TEARDOWN. */
export class RtpReceiver {
  /** RTP timestamp ticks a second; `undefined` for the lab. */
  readonly clockRate: number | undefined;
  readonly #depacketizer: Depacketizer;
  readonly #payloadType: number;
  readonly #sequence: SequenceTracker;
  readonly #jitter: JitterMeter;
  readonly #reorder = new ReorderBuffer({
    maxWaitMs: REORDER_WAIT_MS,
    maxPackets: REORDER_MAX_PACKETS,
    maxBytes: REORDER_MAX_BYTES,
  });
  readonly #repair: LossRepair | undefined;
  readonly #damageCauses: Record<string, number> = {};
  #otherPayloadType: number | undefined;
  #frames = 0;
  #damagedFrames = 0;
  #packets = 0;
  #duplicatePackets = 0;
  /** Packets that share the number of another one, in forks of the lab that number frames. */
  #sharingPackets = 0;
  #reorderedPackets = 0;
  #malformedPackets = 0;
  #otherPayloadTypePackets = 0;
  #strayPackets = 0;
  #bytes = 0;

  constructor({ depacketizer, payloadType = PAYLOAD_TYPE_JPEG, clockRate, repairs = false }: RtpReceiverOptions) {
    this.#repair = repairs ? new LossRepair() : undefined;
    this.clockRate = clockRate;
    this.#depacketizer = depacketizer;
    this.#payloadType = payloadType;
    this.#sequence = new SequenceTracker({ countsFromOne: clockRate === undefined });
    this.#jitter = new JitterMeter(clockRate);
  }

  /** The source of the stream; `undefined` before its first packet. */
  get ssrc(): number | undefined {
    return this.#sequence.ssrc;
  }

  /** The payload type of the newest packet of another payload type; `undefined` without such a packet. */
  get otherPayloadType(): number | undefined {
    return this.#otherPayloadType;
  }

  /** Highest sequence number of the stream, with the count of wraps in its high 16 bits. */
  get highestSequenceNumber(): number {
    return this.#sequence.highestSequenceNumber;
  }

  /** When {@linkcode expire} is due, in milliseconds of the caller's clock; `undefined` while no packet is missing. */
  get deadlineMs(): number | undefined {
    return this.#reorder.deadlineMs;
  }

  /** The counters as they are now. */
  statistics(): RtpStatistics {
    const { expectedPackets } = this.#sequence;
    return {
      frames: this.#frames,
      damagedFrames: this.#damagedFrames,
      damageCauses: { ...this.#damageCauses },
      packets: this.#packets,
      expectedPackets,
      lostPackets: Math.max(0, expectedPackets - (this.#packets - this.#duplicatePackets - this.#sharingPackets)),
      duplicatePackets: this.#duplicatePackets,
      reorderedPackets: this.#reorderedPackets,
      repairedPackets: this.#repair?.repaired ?? 0,
      malformedPackets: this.#malformedPackets,
      otherPayloadTypePackets: this.#otherPayloadTypePackets,
      strayPackets: this.#strayPackets,
      bytes: this.#bytes,
      jitterMs: this.#jitter.jitterMs,
      peakJitterMs: this.#jitter.peakMs,
    };
  }

  /**
   * Takes a datagram, whose bytes hold until this returns. Returns the frames that it completes, or `undefined` where it is not
   * of the stream.
   */
  push(datagram: Uint8Array, arrivalMs: number): readonly AssembledFrame[] | undefined {
    const packet = this.#decode(datagram);
    if (packet === undefined) return undefined;
    if (this.#isAnsweredTwice(packet)) {
      this.#packets++;
      this.#bytes += packet.payload.length;
      this.#duplicatePackets++;
      return NO_FRAMES;
    }
    const end = this.#sequence.highest + 1;
    const isFirst = this.#sequence.ssrc === undefined;
    const { outcome, extended } = this.#sequence.place(packet);
    if (outcome === "stray") {
      this.#strayPackets++;
      return undefined;
    }
    this.#packets++;
    this.#bytes += packet.payload.length;
    if (outcome === "duplicate") return this.#takeRepeated(packet, { extended, arrivalMs });
    const before = outcome === "restarted" ? this.#restart() : NO_FRAMES;
    const arrival = { extended, arrivalMs };
    if (outcome === "reordered") {
      this.#reorderedPackets++;
      this.#repair?.arrive(extended, arrivalMs);
    } else {
      this.#jitter.add(packet.timestamp, arrival);
      if (extended > end && outcome === "accepted" && !isFirst) this.#repair?.miss(end, extended, arrivalMs);
    }
    if (this.#reorder.passes(extended)) return this.#depacketize({ ...packet, arrivalMs, isAfterGap: false });
    const frames = this.#assemble(this.#reorder.push(packet, arrival));
    // Where packets share a number, what follows a gap cannot wait: the rest of its frame has the same number.
    if (this.#sharingPackets > 0 && this.#reorder.deadlineMs !== undefined) {
      return [...before, ...frames, ...this.#skip()];
    }
    return before.length === 0 ? frames : [...before, ...frames];
  }

  /** When {@linkcode takeMissing} gives something, in milliseconds of the caller's clock; `undefined` while nothing is asked for. */
  get repairDueMs(): number | undefined {
    return this.#repair?.dueMs;
  }

  /** Sequence numbers of the packets to ask the sender for now. */
  takeMissing(nowMs: number): readonly number[] {
    return (this.#repair?.take(nowMs) ?? []).map((extended) => extended & 0xffff);
  }

  /** Gives up on packets that have been missing for too long at `nowMs`. */
  expire(nowMs: number): readonly AssembledFrame[] {
    return this.#assemble(this.#reorder.expire(nowMs));
  }

  /** The stream pauses or ends: what is missing will not come. */
  flush(): readonly AssembledFrame[] {
    this.#repair?.clear();
    const frames = [...this.#skip()];
    this.#count(this.#depacketizer.flush(), frames);
    this.#jitter.pause();
    return frames;
  }

  /** Takes a packet whose number had come before. */
  #takeRepeated(packet: RtpPacket, { extended, arrivalMs }: PacketArrival): readonly AssembledFrame[] {
    const isNewest = extended === this.#sequence.highest && this.#reorder.deadlineMs === undefined;
    const outputs = isNewest
      ? this.#depacketizer.pushRepeated?.({ ...packet, arrivalMs, isAfterGap: false })
      : undefined;
    if (outputs === undefined) {
      this.#duplicatePackets++;
      return NO_FRAMES;
    }
    this.#sharingPackets++;
    const frames: AssembledFrame[] = [];
    this.#count(outputs, frames);
    return frames;
  }

  /** Whether a packet was asked for, has come, and comes once more. How far behind it is says nothing then of another stream. */
  #isAnsweredTwice({ ssrc, sequenceNumber }: RtpPacket): boolean {
    if (this.#repair === undefined || ssrc !== this.#sequence.ssrc) return false;
    return this.#repair.isAnswered(extendSequenceNumber(sequenceNumber, this.#sequence.highest));
  }

  /** Gives up on what is missing. */
  #skip(): readonly AssembledFrame[] {
    return this.#assemble(this.#reorder.flush());
  }

  #decode(datagram: Uint8Array): RtpPacket | undefined {
    try {
      const packet = decodeRtpPacket(datagram);
      if (packet.payloadType === this.#payloadType) return packet;
      this.#otherPayloadType = packet.payloadType;
      this.#otherPayloadTypePackets++;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.#malformedPackets++;
    }
    return undefined;
  }

  #restart(): readonly AssembledFrame[] {
    this.#jitter.pause();
    this.#repair?.clear();
    return this.#assemble(this.#reorder.restart());
  }

  /** What a packet makes, which in most cases is nothing. */
  #depacketize(packet: OrderedPacket): readonly AssembledFrame[] {
    const outputs = this.#depacketizer.push(packet);
    if (outputs.length === 0) return NO_FRAMES;
    const frames: AssembledFrame[] = [];
    this.#count(outputs, frames);
    return frames;
  }

  #assemble(packets: readonly OrderedPacket[]): readonly AssembledFrame[] {
    if (packets.length === 0) return NO_FRAMES;
    const frames: AssembledFrame[] = [];
    for (const packet of packets) this.#count(this.#depacketizer.push(packet), frames);
    return frames;
  }

  /** Adds whole frames to `frames`. */
  #count(outputs: readonly DepacketizerOutput[], frames: AssembledFrame[]): void {
    for (const output of outputs) {
      if (output.kind === "frame") {
        this.#frames++;
        frames.push(output);
      } else {
        this.#damagedFrames++;
        this.#damageCauses[output.cause] = (this.#damageCauses[output.cause] ?? 0) + 1;
      }
    }
  }
}
