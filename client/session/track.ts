/**
 * One track of an RTSP/1.0 session: the path that its packets come on, and what receives them.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import { SoundDepacketizer, type SoundEncoding } from "../../rtp/audio/sound_depacketizer.ts";
import type { Depacketizer } from "../../rtp/depacketizer.ts";
import { JpegDepacketizer } from "../../rtp/jpeg/jpeg_depacketizer.ts";
import { MAX_FRAME_BYTES } from "../../rtp/limits.ts";
import { type TrackFrame, TrackReceiver } from "../../rtp/receiver/track_receiver.ts";
import type { PacketPath, PacketPathEvents } from "../transport/packet_path.ts";
import type { ChosenTrack } from "../rtsp/track_choice.ts";

/** What a track tells its session. */
export interface TrackEvents {
  /** A whole frame has come, or the samples of a packet. */
  readonly onFrame: (frame: TrackFrame) => void;
  /** A packet has come, at `nowMs` of the clock. */
  readonly onPacket: (nowMs: number) => void;
  /** A datagram has come from an address or a port other than the server's. It was ignored. */
  readonly onUnexpectedSource: () => void;
  /** The sender has said BYE. */
  readonly onBye: () => void;
  /** A socket has failed. */
  readonly onError: (error: Error) => void;
}

/** Constructor options of {@linkcode Track}. */
export interface TrackOptions {
  /** What the description says of it. */
  readonly chosen: ChosenTrack;
  /** Our name in reports, the same for all tracks (RFC 3550, 6.5.1). */
  readonly canonicalName: string;
  /** Times arrivals and reports. */
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1. */
  readonly random: () => number;
  /** Whether to ask the server for lost packets again, where it sends them. */
  readonly repairs: boolean;
  /** Opens the path that the packets are to come on. */
  readonly openPath: (events: PacketPathEvents) => PacketPath;
  readonly events: TrackEvents;
}

/** A track from SETUP to TEARDOWN. */
export class Track {
  readonly chosen: ChosenTrack;
  readonly receiver: TrackReceiver;
  readonly #events: TrackEvents;
  #path: PacketPath;
  #isRefusing = false;

  /** Opens its path. Throws an error that says what to do where that fails. */
  constructor({ chosen, canonicalName, clock, random, repairs: mayRepair, openPath, events }: TrackOptions) {
    const { payloadType, clockRate, isRepaired } = this.chosen = chosen;
    const repairs = mayRepair && isRepaired;
    this.#events = events;
    this.receiver = new TrackReceiver({
      ...{ payloadType, clockRate, clock, repairs },
      depacketizer: createDepacketizer(chosen),
      onFrame: events.onFrame,
      onPacket: events.onPacket,
      reports: {
        ssrc: Math.floor(random() * 2 ** 32),
        canonicalName,
        send: (packet) => this.#path.sendRtcp(packet),
        onBye: events.onBye,
      },
    });
    this.#path = this.#open(openPath);
  }

  /** The path that its packets come on. */
  get path(): PacketPath {
    return this.#path;
  }

  /** Takes no packet any more. */
  refuse(): void {
    this.#isRefusing = true;
  }

  /** Moves to another path. */
  openPath(open: TrackOptions["openPath"]): void {
    this.#path.close();
    this.#path = this.#open(open);
  }

  /** Gives the frames that still wait for packets, stops the reports, and closes the path. */
  close(): void {
    this.receiver.close();
    this.#path.close();
  }

  #open(open: TrackOptions["openPath"]): PacketPath {
    const { onUnexpectedSource, onError } = this.#events;
    const isTaken = () => this.#path === path && !this.#isRefusing;
    const path: PacketPath = open({
      // A path that was left may still have a datagram in hand.
      onRtp: (datagram) => isTaken() && this.receiver.takeRtp(datagram),
      onRtcp: (datagram) => isTaken() && this.receiver.takeRtcp(datagram),
      onUnexpectedSource,
      onError,
    });
    return path;
  }
}

function createDepacketizer({ kind, encoding, channels, dimensions }: ChosenTrack): Depacketizer {
  if (kind === "audio") return new SoundDepacketizer({ encoding: encoding as SoundEncoding, channels });
  return new JpegDepacketizer({ maxFrameBytes: MAX_FRAME_BYTES, dimensions });
}
