/**
 * A session at a server, whichever dialect it speaks: what the player needs of it.
 *
 * @module
 */

import type { Dialect } from "../../rtsp/message.ts";
import type { Notice } from "../../page/playback.ts";
import type { RtpReceiver } from "../../rtp/receiver/rtp_receiver.ts";
import type { ChosenTrack } from "../rtsp/track_choice.ts";

/** What packets come over. */
export type TransportKind = "udp" | "tcp" | "multicast";

/** What a session tells the player. */
export interface MediaSessionEvents {
  /** An RTP packet of the video has come; its bytes hold until it returns. */
  readonly onPacket: (datagram: Uint8Array) => void;
  /** The server says that the stream has ended. */
  readonly onEnd: () => void;
  /** Something that the user should know, while the session goes on. */
  readonly onNotice: (notice: Notice) => void;
  /** The session has to begin anew, for a reason that the user should know: {@linkcode MediaSession.renew}, in its turn. */
  readonly onRenewal: (reason: string) => void;
  /** The server has gone, without the session being torn down. */
  readonly onClosed: (reason: string) => void;
}

/** A track of sound that is received and counted. */
export interface AudioTrack {
  /** What it is. */
  readonly chosen: ChosenTrack;
  /** What has come of it. */
  readonly receiver: RtpReceiver;
}

/** A session from SETUP to TEARDOWN. One call at a time; all but `close` reject with what the user should know. */
export interface MediaSession {
  /** The dialect that is spoken, once it is known. */
  readonly dialect: Dialect | undefined;
  /** What packets come over. */
  readonly transport: TransportKind;
  /** Makes frames of the video's packets. */
  readonly receiver: RtpReceiver;
  /** Sound beside the video. */
  readonly audio: readonly AudioTrack[];
  /** Whether the stream has no end that the server tells; `undefined` before it has described it. */
  readonly isLive: boolean | undefined;
  /** Datagrams from another address than the server's: ignored. */
  readonly unexpectedSourcePackets: number;
  /** Connects and does all that leads to READY. */
  setUp(): Promise<void>;
  /** Asks for packets. */
  play(): Promise<void>;
  /** Asks for no more packets. */
  pause(): Promise<void>;
  /** Takes leave. */
  tearDown(): Promise<void>;
  /** Begins anew as far as READY, with other receptions. */
  renew(): Promise<void>;
  /** Closes connection and sockets; a call under way rejects at once. */
  close(): void;
}
