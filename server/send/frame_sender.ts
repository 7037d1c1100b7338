/**
 * What a session hands its frames to: the payload format and the transport of one client. The last stage before the
 * sockets.
 *
 * @module
 */

import { BURST_PACKETS, MAX_SPREAD_MS } from "../limits.ts";

/** What was sent to one client. */
export interface SendCounters {
  /** Whole frames. */
  frames: number;
  /** RTP packets, before an emulated network. */
  packets: number;
  /** RTP headers and payloads. */
  bytes: number;
  /** Frames left out because the client was too slow, or we were, or because RTP/JPEG cannot carry them. */
  droppedFrames: number;
}

/** When a frame is to be shown. */
export interface FrameTime {
  /** Its time on the server's clock, in milliseconds. */
  readonly dueMs: number;
  /** Time to the next frame, in milliseconds. */
  readonly intervalMs: number;
}

/**
 * The time before which a packet of a frame is not to leave, on the server's clock; `undefined` right behind the one before:
 * a receiver with the usual buffer of 208 KiB loses nothing of a burst, and the next one comes later.
 */
export function packetDueMs(index: number, count: number, { dueMs, intervalMs }: FrameTime): number | undefined {
  if (index === 0 || index % BURST_PACKETS !== 0) return undefined;
  return dueMs + Math.min(MAX_SPREAD_MS, intervalMs / 2) * index / count;
}

/** Makes the packets of frames and sends them, each call one whole frame. */
export interface FrameSender {
  /** What was sent so far. */
  readonly counters: Readonly<SendCounters>;
  /** Where to, for the log. */
  readonly destination: string;
  /**
   * Sends a frame: at once where nothing has to be waited for, else the promise resolves when it has left. Throws or rejects
   * when nothing can be sent any more.
   */
  send(jpeg: Uint8Array, time: FrameTime): void | Promise<void>;
  /** So many frames are not sent, since their time has passed; false where all are to be sent, however late. */
  leaveOut(frames: number): boolean;
  /** The session pauses. */
  pause(): void;
  /** The movie has reached its end; the session may go on with another range. */
  finish(): void;
  /** The session has ended. */
  close(): void;
  /** What else is to be told of it in the log at the end of the session, if anything. */
  summary(): LogSentence | undefined;
}

/** A sentence for the log, with its values beside it for programs that read the log. */
export interface LogSentence {
  /** The sentence, values in braces by their names. */
  readonly template: string;
  /** The values. */
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
