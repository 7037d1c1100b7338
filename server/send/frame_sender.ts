/**
 * What a session hands its frames to: the packets and the transport of one client. The last stage before the sockets.
 *
 * @module
 */

import type { Adaptation } from "../adaptation/adaptation.ts";
import { BURST_PACKETS, MAX_SPREAD_MS } from "../limits.ts";
import type { RtpStream } from "./rtp_stream.ts";

/** What was sent to one client. */
export interface SendCounters {
  /** Whole frames. */
  frames: number;
  /** RTP packets, before an emulated network. */
  packets: number;
  /** Bytes of RTP headers and payloads. */
  bytes: number;
  /** Frames dropped because the client was too slow, or we were, or because RTP/JPEG cannot carry them. */
  droppedFrames: number;
}

/** What was sent to one client once more. */
export interface RepairCounters {
  /** Packets that it asked for again (RFC 4585). */
  readonly askedPackets: number;
  /** Packets that were sent again. */
  readonly resentPackets: number;
}

/** When a frame is to be shown. */
export interface FrameTime {
  /** On the server's clock, in milliseconds. */
  readonly dueMs: number;
  /** Time to the next frame, in milliseconds. */
  readonly intervalMs: number;
  /** Number of the frame in its source, from 1, for the log. */
  readonly number?: number;
}

/**
 * The time before which packet `index` of `count` must not leave, on the server's clock; `undefined` for right behind the packet
 * before it. A receiver with the default buffer of 208 KiB loses nothing of a burst; the next one comes later.
 */
export function packetDueMs(index: number, count: number, { dueMs, intervalMs }: FrameTime): number | undefined {
  if (index === 0 || index % BURST_PACKETS !== 0) return undefined;
  return dueMs + Math.min(MAX_SPREAD_MS, intervalMs / 2) * index / count;
}

/** Makes the packets of frames and sends them, one call for each frame. */
export interface AnyFrameSender {
  readonly counters: Readonly<SendCounters>;
  /** Where to, for the log. */
  readonly destination: string;
  /** False while the client is so far behind that the next frame is to be dropped. */
  readonly isReady: boolean;
  /** Whether overdue frames are dropped; else all are sent, however late. */
  readonly dropsOverdueFrames: boolean;
  /**
   * Sends a frame: at once where nothing has to be waited for, else the promise resolves when it has left. Throws or rejects
   * when nothing can be sent any more.
   */
  send(jpeg: Uint8Array, time: FrameTime): void | Promise<void>;
  /** Counts frames that are not sent. */
  drop(frames: number): void;
  pause(): void;
  /** The source has reached its end; the session may go on with another range. */
  finish(): void;
  /** The session has ended. */
  close(): void;
  /** What else the log tells of it at the end of the session. */
  summary(): LogSentence | undefined;
}

/** Sends to a client of the lab. */
export interface LabFrameSender extends AnyFrameSender {
  readonly dialect: "lab";
  /** Number of the next frame, or of its first fragment where fragments alone are counted. */
  readonly nextNumber: number;
  /**
   * The next frame gets this number, from 1, for clients that go elsewhere in a movie and know frames by their numbers. Where fragments
   * are counted instead, they go on as they are.
   */
  renumber(frame: number): void;
}

/** Sends RTP/JPEG to a client that speaks RTSP/1.0. */
export interface RtspFrameSender extends AnyFrameSender {
  readonly dialect: "rtsp";
  /** What fits the session to its client's network; `undefined` where everything is sent as it is. */
  readonly adaptation?: Adaptation;
  /** What was sent again; left out where nothing is. */
  readonly repairs?: RepairCounters;
  /** The frames' RTP stream; `undefined` where the client has not set it up. */
  readonly stream: RtpStream | undefined;
  /** Whether frames take so long to be made ready that the next ones are to be prepared. */
  readonly preparesFrames: boolean;
  /** Makes a frame ready that is to be sent later. */
  prepare(jpeg: Uint8Array): void;
}

/** The sending side of one session; `dialect` tells which kind it is. */
export type FrameSender = LabFrameSender | RtspFrameSender;

/** A sentence for the log, with its values beside it for programs that read the log. */
export interface LogSentence {
  /** The sentence, values in braces by their names. */
  readonly template: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** Several sentences as one; `undefined` where there is none. */
export function joinSentences(sentences: readonly (LogSentence | undefined)[]): LogSentence | undefined {
  const present = sentences.filter((sentence) => sentence !== undefined);
  if (present.length === 0) return undefined;
  return {
    template: present.map(({ template }) => template).join("; "),
    properties: Object.assign({}, ...present.map(({ properties }) => properties)),
  };
}
