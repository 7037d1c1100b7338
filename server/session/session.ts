/**
 * A session as requests see it: a client's own way through a source, or a seat in front of a stream that many watch.
 *
 * @module
 */

import type { SessionState } from "../../rtsp/session_state.ts";
import type { FrameSender } from "../send/frame_sender.ts";
import type { RtpStream } from "../send/rtp_stream.ts";
import type { Source } from "../source/source.ts";

/** What of a seekable source is to be played, and how. */
export interface PlayOptions {
  /** Time of the source at which it starts, in microseconds; without it the session goes on where it was. */
  readonly fromUs?: number;
  /** Time at which it ends, in microseconds; without it the end of the source, or none where that loops. */
  readonly toUs?: number;
  /** Time of the source for time that passes (RFC 2326, 12.34): -1 is backwards, 0.5 slow motion; default 1. */
  readonly scale?: number;
  /** How many times as fast frames are sent (RFC 2326, 12.35); default 1. */
  readonly speed?: number;
}

/** One client's session, from its SETUP to its end. */
export interface Session {
  readonly id: string;
  readonly source: Source;
  readonly sender: FrameSender;
  /** Its RTP streams, the frames first; none in the lab. */
  readonly streams: readonly RtpStream[];
  /** INIT once it has ended. */
  readonly state: SessionState;
  /** Whether it has ever been played. */
  readonly hasPlayed: boolean;
  /** Whether others watch the same stream, so that nobody may choose what it shows. */
  readonly isShared: boolean;
  /** Time of the next frame within a seekable source, in microseconds: its duration at the end; 0 at a live source. */
  readonly positionUs: number;
  /** When the client was last heard from, on the server's clock in milliseconds. */
  readonly heardMs: number;
  /** The client has been heard from. */
  touch(): void;
  /**
   * Sends frames from now on, but not before a frame that is leaving right now has left. Resolves with when the first one is
   * due, in milliseconds of the server's clock.
   */
  play(options?: PlayOptions): Promise<number>;
  /** Sends no more, and resolves when a frame that is leaving right now has left; {@linkcode Session.play} goes on. */
  pause(): Promise<void>;
  /** Ends for good; the log says why, and what was sent. */
  end(reason: string): void;
}

/** The stream of a session that has that SSRC. */
export function streamOf({ streams }: Session, ssrc: number): RtpStream | undefined {
  return streams.find((stream) => stream.ssrc === ssrc);
}
