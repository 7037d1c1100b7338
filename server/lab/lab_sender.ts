/**
 * Frames to a client of the networking lab: a JPEG a packet, or fragments; numbers from 1, times in whole seconds.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import { LAB_FRAGMENT_BYTES, type LabFragmentStyle, packetizeLabFrame } from "../../rtp/lab/lab_packetizer.ts";
import { encodeRtpHeader, PAYLOAD_TYPE_JPEG, RTP_HEADER_BYTES } from "../../rtp/packet.ts";
import {
  type FrameTime,
  type LabFrameSender,
  type LogSentence,
  packetDueMs,
  type SendCounters,
} from "../send/frame_sender.ts";
import type { Pacer } from "../send/pacer.ts";
import { Sequencer } from "../../rtp/sequencer.ts";
import type { DatagramSender } from "../send/datagram_sender.ts";

const log = getLogger(["mjpegrtsp", "session"]);

/** Constructor options of {@linkcode LabSender}. */
export interface LabSenderOptions {
  /** The client as the log names it. */
  readonly peer: string;
  readonly datagrams: DatagramSender;
  /** Frame k leaves from socket k modulo their number. */
  readonly sockets: readonly Deno.DatagramConn[];
  /** Cut all frames into fragments of this many bytes; without it only those that no datagram can hold. */
  readonly fragmentBytes: number | undefined;
  /** How fragments are numbered; default `sequence`. */
  readonly fragmentStyle?: LabFragmentStyle;
  /** Whether packets with a whole frame have the marker; default false, as the assignment has it. */
  readonly marksWholeFrames?: boolean;
  /** Spreads large frames over their interval. */
  readonly pacer: Pacer;
  /** The time of day. */
  readonly clock: Clock;
}

/** The sending side of one lab session. */
export class LabSender implements LabFrameSender {
  readonly dialect = "lab";
  /** A packet carries the number of its frame and the time at which it leaves: every frame is sent. */
  readonly isReady = true;
  readonly dropsOverdueFrames = false;
  readonly counters: SendCounters = { frames: 0, packets: 0, bytes: 0, droppedFrames: 0 };
  readonly #options: LabSenderOptions;
  #fragmentBytes: number | undefined;
  /**
   * The lab counts frames from 1, the styles `sequence` and `timestamp` their packets, and goes on counting over PAUSE and PLAY; its
   * SSRC is 0.
   */
  readonly #sequencer = new Sequencer({ ssrc: 0, sequenceNumber: 1, timestampAtZero: 0, clockRate: 1 });
  /** Timestamp of the next frame in the style `timestamp`. */
  #nextFrame = 1;
  #isClosed = false;
  /** Grows to the largest packet; a send has ended before the next one begins. */
  #packet = new Uint8Array(2048);

  constructor(options: LabSenderOptions) {
    this.#options = options;
    this.#fragmentBytes = options.fragmentBytes;
  }

  get destination(): string {
    return `RTP to port ${this.#options.datagrams.port}`;
  }

  async send(jpeg: Uint8Array, time: FrameTime): Promise<void> {
    this.counters.frames++;
    await this.#sendFrame(jpeg, time).catch((error) => this.#sendFragmented(jpeg, { time, error }));
  }

  get nextNumber(): number {
    return this.#stampsFrames ? this.#nextFrame : this.#sequencer.nextSequenceNumber;
  }

  renumber(frame: number): void {
    if (this.#stampsFrames) this.#nextFrame = frame >>> 0;
    else if (!this.#countsPackets) this.#sequencer.jumpTo(frame & 0xffff);
  }

  drop(frames: number): void {
    this.counters.droppedFrames += frames;
  }

  pause(): void {
    this.#options.datagrams.flush();
  }

  finish(): void {
    // The lab has no way to say that a stream has ended.
    this.#options.datagrams.flush();
  }

  close(): void {
    this.#isClosed = true;
    this.#options.datagrams.flush();
  }

  summary(): LogSentence | undefined {
    return this.#options.datagrams.summary();
  }

  /** Whether the sequence numbers count fragments. */
  get #countsPackets(): boolean {
    const { fragmentStyle = "sequence" } = this.#options;
    return this.#fragmentBytes !== undefined && (fragmentStyle === "sequence" || this.#stampsFrames);
  }

  /** Whether timestamps are the numbers of the frames, for clients that know by them which fragments belong together. */
  get #stampsFrames(): boolean {
    return this.#fragmentBytes !== undefined && this.#options.fragmentStyle === "timestamp";
  }

  async #sendFrame(jpeg: Uint8Array, time: FrameTime): Promise<void> {
    const { sockets, clock, datagrams, pacer, fragmentStyle, marksWholeFrames } = this.#options;
    const socket = sockets[this.counters.frames % sockets.length];
    const seconds = this.#stampsFrames ? this.#nextFrame++ : Math.floor(clock.unixMs() / 1000);
    const packets = packetizeLabFrame(jpeg, { fragmentBytes: this.#fragmentBytes, fragmentStyle, marksWholeFrames });
    // A frame that no datagram can hold is cut in any case.
    const isNumberedEach = this.#countsPackets || (this.#fragmentBytes === undefined && packets.length > 1);
    for (const [index, { prefix, payload, marker }] of packets.entries()) {
      const dueMs = packetDueMs(index, packets.length, time);
      if (dueMs !== undefined) await pacer.until(dueMs);
      if (this.#isClosed) return;
      const payloadStart = RTP_HEADER_BYTES + (prefix?.length ?? 0);
      const lengthBytes = payloadStart + payload.length;
      if (this.#packet.length < lengthBytes) this.#packet = new Uint8Array(lengthBytes);
      const packet = this.#packet.subarray(0, lengthBytes);
      encodeRtpHeader(packet, { marker, payloadType: PAYLOAD_TYPE_JPEG, ...this.#sequencer.stampAt(seconds * 1000) });
      if (prefix !== undefined) packet.set(prefix, RTP_HEADER_BYTES);
      packet.set(payload, payloadStart);
      await datagrams.send(packet, socket);
      if (isNumberedEach || index === packets.length - 1) this.#sequencer.advance(1);
      this.counters.packets++;
      this.counters.bytes += lengthBytes;
    }
  }

  /**
   * Goes on in pieces where the system sends no datagram as large as a frame: macOS stops at 9216 bytes unless told
   * otherwise. Rejects with `error` when that is not what went wrong.
   */
  async #sendFragmented(jpeg: Uint8Array, { time, error }: { time: FrameTime; error: unknown }): Promise<void> {
    if (!isMessageTooLong(error) || this.#fragmentBytes !== undefined) throw error;
    this.#fragmentBytes = LAB_FRAGMENT_BYTES;
    log.warn(
      "{peer}: this system sends no datagram of {bytes} bytes; frames go out in pieces, which plain lab clients cannot " +
        "show. On macOS this lifts the limit: sudo sysctl -w net.inet.udp.maxdgram=65535",
      { peer: this.#options.peer, bytes: RTP_HEADER_BYTES + jpeg.length },
    );
    await this.#sendFrame(jpeg, time);
  }
}

/** EMSGSIZE, for which Deno has no class of its own. */
function isMessageTooLong(error: unknown): boolean {
  return error instanceof Error && /message too long|os error (?:40|90|10040)\b/i.test(error.message);
}
