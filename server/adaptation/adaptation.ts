/**
 * Fits a session to its client's network: collects what tells of loss, and says what quality is to be sent. Over UDP that is what
 * receiver reports tell (RFC 3550, 6.4.1) and which packets are asked for again (RFC 4585, 6.2.1), over TCP how many frames find the
 * client behind.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import type { ReportBlock } from "../../rtp/rtcp.ts";
import { type Observation, QualityController } from "./quality_controller.ts";
import type { Quality } from "./quality_ladder.ts";

/** Of fewer packets, losses are chance. */
const ENOUGH_PACKETS = 200;
/** So many lost ones are no chance, however few were sent. */
const MANY_PACKETS = 20;
/** Part that is lost only where the network is full. */
const MANY_SHARE = 0.1;
/** Of fewer frames, dropped ones are chance. */
const ENOUGH_FRAMES = 50;
/** Frames to a client over TCP are looked at for so long at once, in milliseconds. */
const FRAMES_FOR_MS = 2000;
/** Packets that are asked for again are looked at for so long at the least, in milliseconds. */
const ASKED_FOR_MS = 500;
/** And for so long at the most, in milliseconds: reports tell of what is lost slowly. */
const ASKED_AT_MOST_MS = 3000;
/** A lost packet counts in 256 parts in reports. */
const WHOLE = 256;
/** So many packets behind the newest, one is asked for no more. */
const MAX_REMEMBERED = 4096;
/** Half of the sequence numbers: one that is further ahead is behind. */
const HALF_OF_NUMBERS = 2 ** 15;

/** Constructor options of {@linkcode Adaptation}. */
export interface AdaptationOptions {
  readonly clock: Clock;
  /** Whether packets go over TCP, where none are lost. */
  readonly isOverTcp: boolean;
}

/** Packets or frames since some time. */
interface Window {
  readonly sinceMs: number;
  /** Packets that had been sent before. */
  readonly packetsBefore: number;
  /** Sequence number of the first packet. */
  readonly firstNumber: number;
  lost: number;
}

/** The adaptation of one session. */
export class Adaptation {
  readonly #clock: Clock;
  readonly #isOverTcp: boolean;
  readonly #controller = new QualityController();
  #sentPackets = 0;
  #nextNumber = 0;
  #reported: Window;
  #asked: Window;
  /** Frames of now, with their number. */
  #frames: Window & { count: number };
  #newestAsked: number | undefined;
  /** The first packet that was asked for of those that are looked at. */
  #firstAsked = 0;
  /** Whether many of those were lost that were looked at last. */
  #isFull = false;
  #leftOut = 0;

  constructor({ clock, isOverTcp }: AdaptationOptions) {
    this.#clock = clock;
    this.#isOverTcp = isOverTcp;
    this.#reported = this.#window();
    this.#asked = this.#window();
    this.#frames = { ...this.#window(), count: 0 };
  }

  /** What is to be sent now. */
  get quality(): Quality {
    return this.#controller.quality;
  }

  /** The worst quality so far. */
  get lowest(): Quality {
    return this.#controller.lowest;
  }

  /** Where many packets are lost, the network is full, and more of them would cost others. */
  get #sendsAgain(): boolean {
    const isFull = this.#isFull || this.#asked.lost > Math.max(MANY_PACKETS, MANY_SHARE * this.#askedSpan);
    return !isFull && !this.#controller.isSettling(this.#clock.nowMs());
  }

  /** Frames that were left out on purpose. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** Frames are sent from now on, the first packet with that sequence number: what came before a pause says nothing about them. */
  restart(nextSequenceNumber: number): void {
    this.#nextNumber = nextSequenceNumber;
    this.#reported = this.#window();
    this.#asked = this.#window();
    this.#frames = { ...this.#window(), count: 0 };
  }

  /** So many packets have left, and this is the sequence number of the next. */
  noteSent(packets: number, nextSequenceNumber: number): void {
    this.#sentPackets += packets;
    this.#nextNumber = nextSequenceNumber;
    // Numbers come again after 65536 packets: one of long ago, or that was never sent, is none to compare with.
    const newest = this.#newestAsked;
    if (newest !== undefined && ((nextSequenceNumber - newest) & 0xffff) > MAX_REMEMBERED) {
      this.#newestAsked = undefined;
    }
    // What was well long ago is not to hide what is lost now.
    if (this.#clock.nowMs() - this.#asked.sinceMs <= ASKED_AT_MOST_MS) return;
    this.#isFull = false;
    this.#asked = this.#window();
  }

  /** A frame was left out, since the quality has none for its place. */
  noteLeftOut(): void {
    this.#leftOut++;
  }

  /** A frame was sent, or dropped since the client has not taken the ones before. */
  noteFrame({ isDropped }: { readonly isDropped: boolean }): void {
    if (!this.#isOverTcp) return;
    const frames = this.#frames;
    frames.count++;
    if (isDropped) frames.lost++;
    const { sinceMs, count, lost } = frames;
    if (this.#clock.nowMs() - sinceMs < FRAMES_FOR_MS) return;
    this.#controller.take({ ...{ sent: count, lost, enough: ENOUGH_FRAMES, sinceMs }, nowMs: this.#clock.nowMs() });
    this.#frames = { ...this.#window(), count: 0 };
  }

  /** What the client reports. */
  takeReport({ fractionLost }: Pick<ReportBlock, "fractionLost">): void {
    if (this.#isOverTcp) return;
    const { sinceMs, packetsBefore, lost } = this.#reported;
    const sent = this.#sentPackets - packetsBefore;
    if (sent === 0) return;
    // Packets that came at the second try are lost no more for those who report.
    this.#observe({ sinceMs, sent, lost: Math.max(lost, sent * fractionLost / WHOLE) });
    this.#reported = this.#window();
  }

  /**
   * Packets that the client asks for again, by their sequence numbers; each counts once, however often it is asked for. Gives those that
   * are to be sent again, each once: where packets wait in a queue, clients ask several times before the first answer can be there.
   */
  takeAsked(sequenceNumbers: readonly number[]): readonly number[] {
    if (this.#isOverTcp) return [];
    const first: number[] = [];
    for (const number of sequenceNumbers) {
      if (this.#newestAsked !== undefined && !isAhead(number, this.#newestAsked)) continue;
      this.#newestAsked = number;
      first.push(number);
      this.#reported.lost++;
      // What was sent before is asked for late, where the network is slow.
      if (isAhead(this.#asked.firstNumber, number)) continue;
      if (this.#asked.lost++ === 0) this.#firstAsked = number;
    }
    this.#lookAtAsked();
    return this.#sendsAgain ? first : [];
  }

  #lookAtAsked(): void {
    const { sinceMs, lost } = this.#asked;
    const span = this.#askedSpan;
    const isMuch = lost >= MANY_PACKETS;
    if (span < ENOUGH_PACKETS && !isMuch || this.#clock.nowMs() - sinceMs < ASKED_FOR_MS) return;
    this.#isFull = isMuch && lost > MANY_SHARE * span;
    this.#observe({ sinceMs, sent: span, lost }, isMuch ? 0 : ENOUGH_PACKETS);
    this.#asked = this.#window();
  }

  /** Packets from the first one that was asked for to the last: before it, the network may have been another. */
  get #askedSpan(): number {
    const newest = this.#newestAsked;
    return newest === undefined || this.#asked.lost === 0 ? 0 : ((newest - this.#firstAsked) & 0xffff) + 1;
  }

  #observe(seen: Pick<Observation, "sinceMs" | "sent" | "lost">, enough = ENOUGH_PACKETS): void {
    this.#controller.take({ ...seen, enough, nowMs: this.#clock.nowMs() });
  }

  #window(): Window {
    return { sinceMs: this.#clock.nowMs(), packetsBefore: this.#sentPackets, firstNumber: this.#nextNumber, lost: 0 };
  }
}

function isAhead(number: number, of: number): boolean {
  const ahead = (number - of) & 0xffff;
  return ahead > 0 && ahead < HALF_OF_NUMBERS;
}
