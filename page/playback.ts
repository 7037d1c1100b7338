/**
 * What a viewer (the preview page, the terminal, a recorder) sees of a running player, and what it may ask of it.
 * The player implements {@linkcode Playback}; viewers know nothing else of it.
 *
 * @module
 */

import type { JpegFrame } from "../mjpeg/frame.ts";
import type { Dialect } from "../rtsp/message.ts";
import type { SessionMethod, SessionState } from "../rtsp/session_state.ts";

/**
 * A whole, undamaged frame as it left the receiver. Its `timestampUs` counts from the first frame of the run: by the RTP
 * timestamps of a server of the standards, by the arrival of frames of the lab's.
 */
export interface ReceivedFrame extends JpegFrame {
  /** Counts the whole frames of this run, from 1. */
  readonly number: number;
  /** When the last packet of the frame was read from the socket: milliseconds since the Unix epoch. */
  readonly arrivalMs: number;
  /** When the sender took it, by the sender's clock: milliseconds since the Unix epoch; `undefined` before it told. */
  readonly senderTimeMs: number | undefined;
}

/** Something the user should know, in one sentence. */
export interface Notice {
  /** How bad it is. */
  readonly level: "info" | "warning" | "error";
  /** For the user to read. */
  readonly text: string;
  /** What to do about it at a page's buttons. */
  readonly advice?: string;
}

/** The state of the dialogue with the server. */
export interface PlaybackStatus {
  /** Where the session stands. */
  readonly state: SessionState;
  /** The commands that the state table allows now; empty while a request awaits its reply, or when it has ended. */
  readonly allowed: readonly SessionMethod[];
  /** The last thing worth telling, until something newer or better replaces it. */
  readonly notice: Notice | undefined;
  /** True while a server that goes away is tried again: then a warning is not the end. */
  readonly reconnects: boolean;
  /** The dialect that is spoken, once it is known. */
  readonly dialect: Dialect | undefined;
  /** What packets come over, or came over last. */
  readonly transport: "udp" | "tcp" | "multicast";
  /** True once the player has ended: nothing more will come. */
  readonly ended: boolean;
}

/** Counters of a track of sound; the sound itself is not decoded. */
export interface TrackStatistics {
  /** What it carries. */
  readonly kind: "audio";
  /** Its encoding: `PCMU`, `PCMA` or `L16`. */
  readonly encoding: string;
  /** RTP timestamp ticks, and samples of a channel, a second. */
  readonly clockRate: number;
  /** Channels. */
  readonly channels: number;
  /** RTP packets received, duplicates included. */
  readonly packets: number;
  /** Packets expected by sequence number that never came. */
  readonly lostPackets: number;
  /** Bytes of RTP payload received. */
  readonly bytes: number;
  /** Interarrival jitter in milliseconds. */
  readonly jitterMs: number;
}

/** Counters of a run; all of them only grow, but for the rates. The first block is the `--json` summary. */
export interface PlaybackStatistics {
  /** Whole frames received. */
  readonly frames: number;
  /** Frames of which at least one packet came but which could not be completed. */
  readonly damagedFrames: number;
  /** RTP packets received from the server, duplicates included. */
  readonly packets: number;
  /** Packets expected by sequence number that never came (RFC 3550, A.3). */
  readonly lostPackets: number;
  /** Packets whose sequence number had come before. */
  readonly duplicatePackets: number;
  /** Packets that came after one with a higher sequence number. */
  readonly reorderedPackets: number;
  /** Datagrams from the server that are no RTP packets: not counted among `packets`. */
  readonly malformedPackets: number;
  /** RTP packets of another payload type, or of another source in between: not counted among `packets`. */
  readonly ignoredPackets: number;
  /** Bytes of RTP payload received. */
  readonly bytes: number;
  /** Time spent in PLAYING, in seconds, up to the last packet where none comes any more. */
  readonly seconds: number;
  /** Whole frames a second, averaged over `seconds`. */
  readonly fps: number;
  /** Payload bits a second, averaged over `seconds`. */
  readonly bitrate: number;
  /** Interarrival jitter in milliseconds (RFC 3550, 6.4.1). */
  readonly jitterMs: number;

  /** lostPackets / (lostPackets + packets received once), 0 to 1. */
  readonly lossRate: number;
  /** Whole frames in the last second. */
  readonly currentFps: number;
  /** Payload bits in the last second. */
  readonly currentBitrate: number;
  /** Datagrams from another address than the server's: ignored. */
  readonly unexpectedSourcePackets: number;
  /** Why frames were damaged: a short cause, and how often. */
  readonly damageCauses: Readonly<Record<string, number>>;
  /** The tracks besides the video. */
  readonly tracks: readonly TrackStatistics[];
  /** When the sender took the newest frame, by its own clock: milliseconds since the Unix epoch. */
  readonly senderTimeMs: number | undefined;
}

/** Calls a viewer wants to get. They must return quickly: they run on the receiving path. */
export interface PlaybackListener {
  /** A whole frame has come; its bytes are shared, not to be written to. */
  frame?(frame: ReceivedFrame): void;
  /** The state, what is allowed or the notice has changed. */
  status?(status: PlaybackStatus): void;
}

/** A running player. */
export interface Playback {
  /** The name of what is played, for instance `movie.mjpeg`. */
  readonly title: string;
  /** The server, for instance `127.0.0.1:1025`. */
  readonly server: string;
  /** The present status; listeners hear of changes. */
  readonly status: PlaybackStatus;
  /** The newest whole frame, if there was one yet. */
  readonly latestFrame: ReceivedFrame | undefined;
  /** The counters as they are now. */
  statistics(): PlaybackStatistics;
  /**
   * Sends the method to the server once all earlier commands are answered. Resolves when the reply has come; rejects
   * when the state table forbids it then, or when the server refuses.
   */
  command(command: SessionMethod): Promise<void>;
  /** Returns the function that ends the subscription. */
  subscribe(listener: PlaybackListener): () => void;
}
