/**
 * A session at a server, whichever dialect it speaks: what the player needs of it.
 *
 * @module
 */

import type { Dialect, MessageDirection } from "../../rtsp/message.ts";
import type { Notice } from "../../page/playback.ts";
import type { TrackFrame, TrackReceiver } from "../../rtp/receiver/track_receiver.ts";
import type { NetworkValues } from "../../rtsp/fields/emulation_parameters.ts";
import type { PresentationDescription } from "../../rtsp/sdp.ts";
import type { ChosenTrack } from "../rtsp/track_choice.ts";

/** What packets come over. */
export type TransportKind = "udp" | "tcp" | "multicast";

/** What a session tells the player. */
export interface PlayerSessionEvents {
  /** A whole frame of the video has come. */
  readonly onFrame: (frame: TrackFrame) => void;
  /** Samples of a track of sound have come, as a `SoundDepacketizer` makes them. */
  readonly onSound: (sound: TrackFrame, track: ChosenTrack) => void;
  /** A packet of the video has come, at `nowMs` of the clock, whether it completed a frame or not. */
  readonly onPacket: (nowMs: number) => void;
  /** A datagram has come from an address or a port other than the server's. It was ignored. */
  readonly onUnexpectedSource: () => void;
  /** The server says that the stream has ended. */
  readonly onEnd: () => void;
  /** Something that the user should know, while the session goes on. */
  readonly onNotice: (notice: Notice) => void;
  /** A message of the dialogue has gone over the wire; its credentials are blanked. */
  readonly onWire: (direction: MessageDirection, text: string) => void;
  /** A reply is awaited, which the user should know, or (`undefined`) is awaited no longer. */
  readonly onWaiting: (text: string | undefined) => void;
  /** The session has to start again, for a reason that the user should know: {@linkcode PlayerSession.renew}, in its turn. */
  readonly onRenewal: (reason: string) => void;
  /** The server is gone, and the session with it. */
  readonly onClosed: (reason: string) => void;
}

/** What is known of the video that is received. */
export type ReceivedVideo =
  & Pick<TrackReceiver, "statistics" | "hasStarted" | "otherPayloadType">
  & Partial<Pick<TrackReceiver, "sample" | "trace" | "reports">>;

/** A track of sound. */
export interface AudioTrack {
  readonly chosen: ChosenTrack;
  readonly receiver: TrackReceiver;
}

/** What to play of a movie, and how fast. */
export interface PlayOptions {
  /** Where to start, in seconds; default where it is, or the beginning. */
  readonly fromSeconds?: number;
  /** Seconds of the movie in a second; negative backwards, never 0; default 1. */
  readonly scale?: number;
}

/** A session from SETUP to TEARDOWN. One call at a time; all but `close` reject with what the user should know. */
export interface PlayerSession {
  /** The dialect that is spoken, once it is known. */
  readonly dialect: Dialect | "http" | undefined;
  /** What packets come over. */
  readonly transport: TransportKind;
  /** Receives the video; `undefined` before SETUP. */
  readonly video: ReceivedVideo | undefined;
  /** Sound beside the video. */
  readonly audio: readonly AudioTrack[];
  /** What the server says of the stream; `undefined` before that, and where it says nothing. */
  readonly description: PresentationDescription | undefined;
  /** Whether the stream has no end that the server knows of; false before it is described. */
  readonly isLive: boolean;
  /** Length of what is played, in seconds; `undefined` where it has none, or none is known. */
  readonly durationSeconds: number | undefined;
  /** Whether {@linkcode play} goes elsewhere, or plays at another speed, where it is asked to. */
  readonly canSeek: boolean;
  /** The scale that the server has granted; 1 before it was asked. */
  readonly scale: number;
  /** The emulated network that the packets go through, where the server lets it be changed. */
  readonly network?: NetworkValues | undefined;
  /** Changes it. */
  setNetwork?(values: Partial<NetworkValues>): Promise<void>;
  /** Whether {@linkcode close} was called. */
  readonly isClosed: boolean;
  /** Connects, and does all that leads to READY. */
  setUp(): Promise<void>;
  /** Asks for packets. */
  play(options?: PlayOptions): Promise<void>;
  /** Where in the movie the frame of an RTP timestamp is, in seconds; `undefined` where that is not known. */
  secondsAt(timestamp: number): number | undefined;
  /** Asks for no more packets. */
  pause(): Promise<void>;
  /** Goes over to TCP, for a reason to be told, where that may be done: asks for a renewal. Returns whether it does. */
  fallBack?(reason: string): boolean;
  /** Ends the session at the server. */
  tearDown(): Promise<void>;
  /** Starts again as far as READY, with other tracks. */
  renew(): Promise<void>;
  /** Gives the frames that still wait for packets, and closes connection and sockets. A call under way rejects at once. */
  close(): void;
}
