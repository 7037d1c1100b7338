/**
 * One track of an RTSP/1.0 session: how its packets come, and what receives them.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import type { Depacketizer } from "../../rtp/depacketizer.ts";
import { JpegDepacketizer } from "../../rtp/jpeg/jpeg_depacketizer.ts";
import { MAX_FRAME_BYTES } from "../../rtp/limits.ts";
import type { AssembledFrame, RtpReceiver } from "../../rtp/receiver/rtp_receiver.ts";
import { TrackReceiver } from "../../rtp/receiver/track_receiver.ts";
import type { ChosenTrack } from "../rtsp/track_choice.ts";
import type { PacketPath, PacketPathEvents } from "../transport/packet_path.ts";

/** Constructor options of {@linkcode Track}. */
export interface TrackOptions {
  readonly chosen: ChosenTrack;
  /** Who we are in reports (RFC 3550, 6.5.1). */
  readonly canonicalName: string;
  /** Times arrivals, missing packets and reports. */
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1. */
  readonly random: () => number;
  /** Opens the path on which the packets are to come. */
  readonly openPath: (events: PacketPathEvents) => PacketPath;
  /** Takes each frame; a track of sound gives none. */
  readonly onFrame: (frame: AssembledFrame) => void;
  /** Called with each packet of the track. */
  readonly onPacket: () => void;
  /** A datagram came from an address that is not the server's. */
  readonly onUnexpectedSource: () => void;
  /** The sender has said BYE. */
  readonly onBye: () => void;
  /** A socket failed while it was open. */
  readonly onError: (error: Error) => void;
}

/** Sound is counted, and not decoded. */
const COUNT_ONLY: Depacketizer = { push: () => [], flush: () => [] };

/** A track from SETUP to TEARDOWN. */
export class Track {
  readonly chosen: ChosenTrack;
  readonly #options: TrackOptions;
  readonly #packets: TrackReceiver;
  #path: PacketPath;

  /** Opens its path. Throws an error that says what to do where that fails. */
  constructor(options: TrackOptions) {
    const { chosen, clock, random, canonicalName, onFrame, onPacket, onBye } = this.#options = options;
    this.chosen = chosen;
    this.#packets = new TrackReceiver({
      depacketizer: chosen.kind === "audio"
        ? COUNT_ONLY
        : new JpegDepacketizer({ maxFrameBytes: MAX_FRAME_BYTES, dimensions: chosen.dimensions }),
      payloadType: chosen.payloadType,
      clockRate: chosen.clockRate,
      clock,
      onFrame,
      onPacket,
      reporting: {
        ssrc: Math.floor(random() * 2 ** 32),
        canonicalName,
        send: (packet) => this.#path.sendRtcp(packet),
        onBye,
      },
    });
    this.#path = this.#open(options.openPath);
  }

  /** Counts what comes. */
  get receiver(): RtpReceiver {
    return this.#packets.receiver;
  }

  /** How its packets come. */
  get path(): PacketPath {
    return this.#path;
  }

  /** Lets the packets come over another path. */
  openPath(open: TrackOptions["openPath"]): void {
    this.#path.close();
    this.#path = this.#open(open);
  }

  /** Reports now and every few seconds. */
  startReports(): void {
    this.#packets.startReports();
  }

  stopReports(): void {
    this.#packets.stopReports();
  }

  /** Says that we leave. */
  sayBye(): void {
    this.#packets.sayBye();
  }

  /** Gives the frames that wait for missing packets. */
  flush(): void {
    this.#packets.flush();
  }

  /** Takes nothing more in, and stops all timers. */
  close(): void {
    this.#packets.close();
    this.#path.close();
  }

  #open(open: TrackOptions["openPath"]): PacketPath {
    const path: PacketPath = open({
      onRtp: (datagram) => this.#path === path && this.#packets.takeRtp(datagram),
      onRtcp: (datagram) => this.#path === path && this.#packets.takeRtcp(datagram),
      onUnexpectedSource: this.#options.onUnexpectedSource,
      onError: this.#options.onError,
    });
    return path;
  }
}
