/**
 * What sends a track of a source: the frames, or the sound. A session begins with one of them, and may get the other.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import { wireFormat } from "../../rtp/audio/sound_packetizer.ts";
import { Adaptation } from "../adaptation/adaptation.ts";
import type { FramePacketizer, FrameSize } from "../packetize/frame_packetizer.ts";
import type { SoundPacketizer } from "../packetize/sound_packetizer.ts";
import type { FrameSender } from "../send/frame_sender.ts";
import type { Pacer } from "../send/pacer.ts";
import { RtpSender } from "../send/rtp_sender.ts";
import type { RtpTransport } from "../send/rtp_transport.ts";
import { NoFrames } from "../sound/no_frames.ts";
import { SoundPlayback } from "../sound/sound_playback.ts";
import { SoundSender } from "../sound/sound_sender.ts";
import type { SoundTrack } from "../source/sound_track.ts";
import type { SeekableSource, Source } from "../source/source.ts";
import type { SessionFactory } from "./session_factory.ts";
import type { UnicastSession } from "./unicast_session.ts";

/** The track that a client wants. */
export type WantedTrack =
  | { readonly kind: "video"; readonly source: Source; readonly describedSize: FrameSize }
  | { readonly kind: "sound"; readonly source: SeekableSource; readonly sound: SoundTrack };

/** Whom it is for, and how it gets there. */
export interface Delivery {
  /** The client as the log names it. */
  readonly peer: string;
  readonly transport: RtpTransport;
  /** Who we are to receivers (RFC 3550, 6.5.1), the same for all tracks of a session. */
  readonly canonicalName: string;
  /** Whether packets go over the client's connection. */
  readonly isOverTcp: boolean;
  /** Whether frames may be fitted to the client's network: a group has many. */
  readonly isAdaptable: boolean;
}

/** Constructor options of {@linkcode TrackSenders}. */
export interface TrackSendersOptions {
  readonly factory: SessionFactory;
  readonly packetizer: FramePacketizer;
  readonly soundPacketizer: SoundPacketizer;
  readonly pacer: Pacer;
  /** The pacer's clock, and the time of day. */
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1. */
  readonly random: () => number;
  /** Whether sessions are fitted to the networks of their clients; default false. */
  readonly adapts?: boolean;
}

/** Makes senders, and sessions with them. */
export class TrackSenders {
  readonly #options: TrackSendersOptions;

  constructor(options: TrackSendersOptions) {
    this.#options = options;
  }

  /** A session with one track. */
  createSession(id: string, wanted: WantedTrack, delivery: Delivery): UnicastSession {
    const { factory } = this.#options;
    const { source } = wanted;
    const sender = wanted.kind === "video" ? this.#createFrames(wanted.describedSize, delivery) : new NoFrames();
    const session = factory.createSession(delivery.peer, { id, source, sender });
    if (wanted.kind === "sound") this.addTrack(session, wanted, delivery);
    return session;
  }

  /** A session gets one more track. */
  addTrack(session: UnicastSession, wanted: WantedTrack, delivery: Delivery): void {
    if (wanted.kind === "video") return session.addFrames(this.#createFrames(wanted.describedSize, delivery));
    const { pacer, clock, random, soundPacketizer: packetizer } = this.#options;
    const { source, sound: track } = wanted;
    const { peer } = delivery;
    const sender = new SoundSender({ ...delivery, clock, random, clockRate: wireFormat(track.format).clockRate });
    session.addSound(new SoundPlayback({ peer, source, track, packetizer, sender, pacer, clock }));
  }

  #createFrames(
    describedSize: FrameSize,
    { peer, transport, canonicalName, isOverTcp, isAdaptable }: Delivery,
  ): FrameSender {
    const { packetizer, clock, random, adapts = false } = this.#options;
    return new RtpSender({
      ...{ peer, transport, packetizer, describedSize, clock, random, canonicalName },
      adaptation: adapts && isAdaptable ? new Adaptation({ clock, isOverTcp }) : undefined,
    });
  }
}
