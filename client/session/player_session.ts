/**
 * A session at a server, whichever dialect it speaks: what the player needs of it.
 *
 * @module
 */

import type { Notice } from "../../page/playback.ts";
import type { AssembledFrame, RtpReceiver } from "../../rtp/receiver/rtp_receiver.ts";
import type { Dialect } from "../../rtsp/message.ts";
import type { ChosenTrack } from "../rtsp/track_choice.ts";

/** What packets come over. */
export type TransportKind = "udp" | "tcp" | "multicast";

/** What a session tells the player. */
export interface PlayerSessionEvents {
  /** A frame of the video is whole. */
  readonly onFrame: (frame: AssembledFrame) => void;
  /** A packet of the video has come, behind the frames that it completes: the stream is alive. */
  readonly onPacket: () => void;
  /** A datagram came from an address that is not the server's; it was ignored. */
  readonly onUnexpectedSource: () => void;
  /** The server says that the stream has ended. */
  readonly onEnd: () => void;
  /** Something that the user should know, while the session goes on. */
  readonly onNotice: (notice: Notice) => void;
  /** The session has to be set up again, for a reason that the user should know: {@linkcode PlayerSession.renew}, in its turn. */
  readonly onRenewal: (reason: string) => void;
  /** The server has gone, without the session being torn down. */
  readonly onClosed: (reason: string) => void;
}

/** A track of sound that is received and counted. */
export interface AudioTrack {
  readonly chosen: ChosenTrack;
  /** Counts what comes of it. */
  readonly receiver: RtpReceiver;
}

/** A session from SETUP to TEARDOWN. One call at a time; all but `close` and `flush` reject with what the user should know. */
export interface PlayerSession {
  /** The dialect that is spoken, once it is known. */
  readonly dialect: Dialect | undefined;
  /** What packets come over. */
  readonly transport: TransportKind;
  /** Counts what comes of the video; another one after each SETUP. */
  readonly receiver: RtpReceiver | undefined;
  /** Sound beside the video. */
  readonly audio: readonly AudioTrack[];
  /** Whether the stream has no end that the server tells; `undefined` before it has described it. */
  readonly isLive: boolean | undefined;
  /** Connects and does all that leads to READY. */
  setUp(): Promise<void>;
  /** Asks for packets. */
  play(): Promise<void>;
  /** Asks for no more packets. */
  pause(): Promise<void>;
  /** Ends the session at the server. */
  tearDown(): Promise<void>;
  /** Sets up again as far as READY, with other receivers. */
  renew(): Promise<void>;
  /** Gives the frames that wait for missing packets: those will not come. */
  flush(): void;
  /** Closes connection and sockets; a call under way rejects at once. */
  close(): void;
}
