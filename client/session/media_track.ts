/**
 * One track of a session: how its packets come, what is made of them, and the reports about them.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import type { Depacketizer } from "../../rtp/depacketizer.ts";
import { JpegDepacketizer } from "../../rtp/jpeg/jpeg_depacketizer.ts";
import { MAX_FRAME_BYTES } from "../../rtp/limits.ts";
import type { PacketPath, PacketPathEvents } from "../transport/packet_path.ts";
import { RtpReceiver } from "../../rtp/receiver/rtp_receiver.ts";
import { RtcpReceiver } from "../../rtp/receiver/rtcp_receiver.ts";
import type { ChosenTrack } from "../rtsp/track_choice.ts";

/** Constructor options of {@linkcode MediaTrack}. */
export interface MediaTrackOptions {
  /** What it is. */
  readonly chosen: ChosenTrack;
  /** Who we are in reports (RFC 3550, 6.5.1). */
  readonly canonicalName: string;
  /** Times arrivals and reports. */
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1. */
  readonly random: () => number;
  /** Opens the way on which the packets are to come. */
  readonly openPath: (events: PacketPathEvents) => PacketPath;
  /** Takes an RTP packet of the video; packets of sound are counted by the track itself. */
  readonly onPacket: (datagram: Uint8Array) => void;
  /** The sender has said BYE. */
  readonly onBye: () => void;
  /** A socket failed while it was open. */
  readonly onError: (error: Error) => void;
}

/** Sound is counted, and not decoded. */
const COUNT_ONLY: Depacketizer = { push: () => [], flush: () => [] };

/** A track from SETUP to TEARDOWN. */
export class MediaTrack {
  /** What it is. */
  readonly chosen: ChosenTrack;
  /** Counts what comes, and makes frames of video. */
  readonly receiver: RtpReceiver;
  readonly #options: MediaTrackOptions;
  readonly #reports: RtcpReceiver;
  #path: PacketPath;

  /** Opens its path. Throws an error that says what to do where that fails. */
  constructor(options: MediaTrackOptions) {
    const { chosen, clock, random } = this.#options = options;
    this.chosen = chosen;
    this.receiver = new RtpReceiver({
      depacketizer: chosen.kind === "audio"
        ? COUNT_ONLY
        : new JpegDepacketizer({ maxFrameBytes: MAX_FRAME_BYTES, dimensions: chosen.dimensions }),
      payloadType: chosen.payloadType,
      clockRate: chosen.clockRate,
    });
    this.#reports = new RtcpReceiver({
      receiver: this.receiver,
      clockRate: chosen.clockRate,
      ssrc: Math.floor(random() * 2 ** 32),
      canonicalName: options.canonicalName,
      clock,
      send: (packet) => this.#path.sendRtcp(packet),
      onBye: options.onBye,
    });
    this.#path = this.#open(options.openPath);
  }

  /** How its packets come. */
  get path(): PacketPath {
    return this.#path;
  }

  /** Lets them come in another way. */
  openPath(open: MediaTrackOptions["openPath"]): void {
    this.#path.close();
    this.#path = this.#open(open);
  }

  /** Reports now and every few seconds. */
  startReports(): void {
    this.#reports.start();
  }

  /** Reports no more. */
  stopReports(): void {
    this.#reports.stop();
  }

  /** Takes leave of the sender. */
  sayBye(): void {
    this.#reports.sayBye();
  }

  /** Reports no more, and takes nothing more in. */
  close(): void {
    this.#reports.stop();
    this.#path.close();
  }

  #open(open: MediaTrackOptions["openPath"]): PacketPath {
    const path: PacketPath = open({
      onRtp: (datagram) => this.#path === path && this.#take(datagram),
      onRtcp: (datagram) => this.#path === path && this.#reports.take(datagram),
      onError: (error) => this.#options.onError(error),
    });
    return path;
  }

  #take(datagram: Uint8Array): void {
    const { clock, onPacket } = this.#options;
    if (this.chosen.kind === "video") return onPacket(datagram);
    const nowMs = clock.nowMs();
    this.receiver.expire(nowMs);
    this.receiver.push(datagram, nowMs);
  }
}
