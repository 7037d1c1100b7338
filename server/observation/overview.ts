/**
 * What a server tells of itself to those who look after it: what it serves, and who watches. Data that can be told to another thread.
 *
 * @module
 */

import type { SessionState } from "../../rtsp/session_state.ts";
import { addTotals, NO_TOTALS, type SessionTotals, type TransportKind } from "../session/session_tally.ts";
import type { ListedStream } from "../source/catalog.ts";

/** A stream as a list shows it. */
export interface StreamDetails {
  readonly isLive: boolean;
  /** From its first frame to the end of its last, in seconds; `undefined` of a live stream. */
  readonly durationSeconds: number | undefined;
  /** Frames, from the first to the last; `undefined` of a live stream. */
  readonly frames: number | undefined;
  /** Frames a second, on average where they come at no steady rate; `undefined` where that is not known. */
  readonly frameRate: number | undefined;
  /** Whether it starts again at its end. */
  readonly loops: boolean;
  /** Size of its first frame, in pixels; `undefined` where that is not known without decoding it, or waiting for it. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
  /** Why it cannot be shown; `undefined` where nothing is known to be wrong. */
  readonly problem: string | undefined;
}

/** A session as whoever looks after the server sees it. */
export interface SessionReport {
  /** Its number in the log. Its identifier stays between server and client. */
  readonly number: number;
  /** The stream that it watches. */
  readonly name: string;
  /** IP address and port of its client's connection. */
  readonly peer: string;
  readonly dialect: "rtsp" | "lab";
  readonly transport: TransportKind;
  readonly state: SessionState;
  /** Where in the movie it is, in seconds; `undefined` of a live stream. */
  readonly positionSeconds: number | undefined;
  /** For how long it has been there, in seconds. */
  readonly seconds: number;
  /** Whole frames sent; to a group of multicast, all that were sent there. */
  readonly frames: number;
  /** RTP packets sent. */
  readonly packets: number;
  /** Bytes of RTP sent. */
  readonly bytes: number;
  /** Frames that were left out. */
  readonly droppedFrames: number;
}

/** What a server has done, and how it is. */
export interface ServerCounts {
  /** What sessions have been sent; everything only grows. */
  readonly sent: SessionTotals;
  /** Replies to requests that were not granted, by their status codes. They only grow. */
  readonly errorReplies: Readonly<Record<number, number>>;
  /** Threads that have failed and were replaced. */
  readonly failedThreads: number;
  /** Connections that there are now. */
  readonly clients: number;
  /** How much later than due frames have left for a while, in milliseconds; of several threads the latest. */
  readonly lateMs: number;
}

/** Of a server that has done nothing. */
export const NO_COUNTS: ServerCounts = { sent: NO_TOTALS, errorReplies: {}, failedThreads: 0, clients: 0, lateMs: 0 };

/** What two servers, or threads, have done together. */
export function addCounts(one: ServerCounts, other: ServerCounts): ServerCounts {
  const errorReplies: Record<number, number> = { ...one.errorReplies };
  for (const [status, count] of Object.entries(other.errorReplies)) {
    errorReplies[Number(status)] = (errorReplies[Number(status)] ?? 0) + count;
  }
  return {
    sent: addTotals(one.sent, other.sent),
    errorReplies,
    failedThreads: one.failedThreads + other.failedThreads,
    clients: one.clients + other.clients,
    lateMs: Math.max(one.lateMs, other.lateMs),
  };
}

/** What may be asked of a server, from another thread as well. */
export interface Overview {
  /** All that is served, as far as it can be listed. */
  listStreams(): Promise<ListedStream[]>;
  /** What is known of a stream without playing it. */
  describeStream(name: string): Promise<StreamDetails>;
  /** All sessions, the oldest first. */
  listSessions(): SessionReport[] | Promise<SessionReport[]>;
  /** What it has done so far. */
  counts(): ServerCounts | Promise<ServerCounts>;
  /** Ends a session by its number. Whether it was there. */
  endSession(number: number): boolean | Promise<boolean>;
}
