/**
 * What a viewer (the page, the terminal, a recorder) sees of a running player, and what it may ask for. The player implements
 * {@linkcode Playback}; viewers know nothing else of it.
 *
 * @module
 */

import type { JpegFrame } from "../mjpeg/frame.ts";
import type { SoundFormat, SoundPiece } from "../mjpeg/sound.ts";
import type { NetworkValues } from "../rtsp/fields/emulation_parameters.ts";
import type { Dialect, MessageDirection } from "../rtsp/message.ts";
import type { SessionMethod, SessionState } from "../rtsp/session_state.ts";
import type { ExchangedReports, PacketTrace } from "./wire_view.ts";

/**
 * A whole frame as it left the receiver. Its `timestampUs` counts from the first frame of the run: by RTP timestamps from an
 * RTSP/1.0 server, by arrival from a lab server.
 */
export interface ReceivedFrame extends JpegFrame {
  /** The number of the frame in this run, from 1. */
  readonly number: number;
  /** When the last packet of the frame was read from the socket: milliseconds since the Unix epoch. */
  readonly arrivalMs: number;
  /** When the sender captured it, by its own clock: milliseconds since the Unix epoch; `undefined` before it has reported. */
  readonly senderTimeMs: number | undefined;
  /** Where in the movie it is, in seconds; `undefined` where that is not known. */
  readonly positionSeconds: number | undefined;
}

/** Sound as it left the receiver, timed as the frames are. */
export interface ReceivedSound extends SoundPiece {
  readonly format: SoundFormat;
}

/** A message of the dialogue with the server, as it went over the wire. Credentials are blanked. */
export interface WireMessage {
  readonly direction: MessageDirection;
  /** When: milliseconds since the Unix epoch. */
  readonly atMs: number;
  /** Its lines, without their ends; as many as are shown. */
  readonly lines: readonly string[];
}

/** Something the user should know, in one sentence. */
export interface Notice {
  readonly level: "info" | "warning" | "error";
  readonly text: string;
  /** What to do about it with the buttons of the page. */
  readonly advice?: string;
  /** Whether packets come all the same: nothing ends by it. */
  readonly goesOn?: boolean;
}

/** The emulated network of a session. */
export type EmulatedNetwork = NetworkValues;

/** The state of the player. */
export interface PlaybackStatus {
  /** The state of the session at the server. */
  readonly state: SessionState;
  /** The commands that are allowed now; none while a request awaits its reply, or once the player has ended. */
  readonly allowed: readonly SessionMethod[];
  /** The newest notice, unless it no longer holds. */
  readonly notice: Notice | undefined;
  /** Whether the player reconnects to a server that is gone: then a warning is not the end. */
  readonly reconnects: boolean;
  /** The dialect that is spoken; `undefined` before it is known. */
  readonly dialect: Dialect | "http" | undefined;
  /** What packets come over, or came over last. */
  readonly transport: "udp" | "tcp" | "multicast";
  /** Whether the player has ended. */
  readonly ended: boolean;
  /** Whether the stream has no end: there is only now. */
  readonly isLive: boolean;
  /** Length of the movie, in seconds; `undefined` where there is none, or none is known. */
  readonly durationSeconds: number | undefined;
  /** Where in the movie the player is, in seconds; `undefined` where that is not known. */
  readonly positionSeconds: number | undefined;
  /** Whether all of the movie has been played. */
  readonly isAtEnd: boolean;
  /** Whether {@linkcode Playback.seek} may be called now. */
  readonly canSeek: boolean;
  /** Whether {@linkcode Playback.setScale} may be called now. */
  readonly canScale: boolean;
  /** Seconds of the movie in a second, as wanted from the server; negative backwards. */
  readonly scale: number;
  /** The emulated network that packets go through, where the server lets it be changed: {@linkcode Playback.emulate}. */
  readonly emulation?: EmulatedNetwork;
}

/** Counters of a track of sound. */
export interface TrackStatistics {
  readonly kind: "audio";
  /** Its encoding: `PCMU`, `PCMA` or `L16`. */
  readonly encoding: string;
  /** RTP timestamp ticks, and samples of a channel, a second. */
  readonly clockRate: number;
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

/** Counters of a run, over all of its sessions. Everything but rates and jitter only grows. */
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
  /** Lost packets that came when they were asked for again. */
  readonly repairedPackets: number;
  /** Datagrams from the server that are no RTP packets; not counted among `packets`, as the two below. */
  readonly malformedPackets: number;
  /** RTP packets from the server with a payload type that is not that of the video. */
  readonly otherPayloadTypePackets: number;
  /** RTP packets from the server whose numbers, times or source do not fit the stream. */
  readonly strayPackets: number;
  /** Bytes of RTP payload received. */
  readonly bytes: number;
  /** Time spent in PLAYING, in seconds, without the part in which no packets came. */
  readonly seconds: number;
  /** Whole frames a second, averaged over `seconds`. */
  readonly fps: number;
  /** Payload bits a second, averaged over `seconds`. */
  readonly bitrate: number;
  /** Interarrival jitter in milliseconds (RFC 3550, 6.4.1). */
  readonly jitterMs: number;
  /** The highest that it was. */
  readonly peakJitterMs: number;
  /** lostPackets / (lostPackets + packets received once), 0 to 1. */
  readonly lossRate: number;
  /** Whole frames in the last second. */
  readonly currentFps: number;
  /** Payload bits in the last second. */
  readonly currentBitrate: number;
  /** The most whole frames that came within a second. */
  readonly peakFps: number;
  /** The most bits of frames that came within a second. */
  readonly peakBitrate: number;
  /** The largest whole frame, in bytes. */
  readonly largestFrameBytes: number;
  /** Datagrams from an address or a port other than the server's, which are ignored. */
  readonly unexpectedSourcePackets: number;
  /** How often frames were damaged, by cause. */
  readonly damageCauses: Readonly<Record<string, number>>;
  /** Tracks beside the video. */
  readonly tracks: readonly TrackStatistics[];
  /** When the sender captured the newest frame, by its own clock: milliseconds since the Unix epoch. */
  readonly senderTimeMs: number | undefined;
  /** How long a frame waits to be shown that came the fastest way, in milliseconds; 0 where frames are shown as they come. */
  readonly playoutDelayMs: number;
  /** Frames that came too late for the time at which they were to be shown; those that were not shown at all included. */
  readonly lateFrames: number;
}

/** Slowest and fastest scale, either way. */
const MIN_SCALE = 0.25;
const MAX_SCALE = 4;

/** Whether a scale may be asked for: a quarter to four times the speed, forwards or backwards. */
export function isScale(scale: number): boolean {
  return Math.abs(scale) >= MIN_SCALE && Math.abs(scale) <= MAX_SCALE;
}

/** What a viewer wants to hear of. These calls must return quickly: receiving waits for them. */
export interface PlaybackListener {
  /** A whole frame has come. Its bytes are shared: do not write to them. */
  frame?(frame: ReceivedFrame): void;
  /** Sound has come, once there is a frame. */
  sound?(sound: ReceivedSound): void;
  /** A message has gone over the wire. */
  wire?(message: WireMessage): void;
  /** The status has changed. */
  status?(status: PlaybackStatus): void;
  /** Another stream of the playlist is played: all that was told before is of another one. */
  switched?(): void;
  /** The playlist has changed. */
  playlist?(): void;
}

/** A running player. */
export interface Playback {
  /** The name of what is played, for instance `movie.mjpeg`. */
  readonly title: string;
  /** The server, for instance `127.0.0.1:1025`. */
  readonly server: string;
  readonly status: PlaybackStatus;
  /** The newest whole frame; `undefined` before the first. */
  readonly latestFrame: ReceivedFrame | undefined;
  /** The sound that comes beside the frames; `undefined` where there is none. Of several tracks it is the first. */
  readonly soundFormat: SoundFormat | undefined;
  /** The newest messages of the dialogue with the server, the oldest of them first. */
  readonly wireMessages: readonly WireMessage[];
  /** The counters as they are now. */
  statistics(): PlaybackStatistics;
  /** The first bytes of a packet of the video that has come lately; `undefined` before the first, and where there are no packets. */
  packetSample(): Uint8Array | undefined;
  /**
   * The packets of the video that came behind the first `from` since somebody began to look, as far as they are kept; `undefined`
   * without a session. They are kept only while somebody asks again and again.
   */
  packetTrace?(from: number): PacketTrace | undefined;
  /** Whether {@linkcode recentCapture} gives anything. */
  readonly isCaptured?: boolean;
  /**
   * A .pcapng file with the dialogue, and with the packets that came lately while somebody asked for {@linkcode packetTrace}; `undefined`
   * where nothing is captured.
   */
  recentCapture?(): Uint8Array<ArrayBuffer> | undefined;
  /** What both ends have reported to each other last; `undefined` where there is no RTCP, as in the lab. */
  reports?(): ExchangedReports | undefined;
  /**
   * Sends the method to the server once all earlier commands are answered. Resolves when the reply has come; rejects when the
   * state table does not allow it then, or when the server refuses.
   */
  command(command: SessionMethod): Promise<void>;
  /**
   * Goes to a time of the movie, in seconds, once all earlier commands are answered; one that lies outside becomes the nearest one.
   * A player that is paused shows the frame there. Rejects where {@linkcode PlaybackStatus.canSeek} does not hold then, or when the
   * server refuses.
   */
  seek(seconds: number): Promise<void>;
  /** Plays so many seconds of the movie in a second, now and from now on; {@linkcode isScale} says how many may be asked for. */
  setScale(scale: number): Promise<void>;
  /** Has the server emulate another network; what is left out stays. Rejects where the server refuses. */
  emulate?(network: Partial<EmulatedNetwork>): Promise<void>;
  /** Shows the next frame of a player that is in READY, and not at the end. */
  step(): Promise<void>;
  /** Returns the function that ends the subscription. */
  subscribe(listener: PlaybackListener): () => void;
}
