/**
 * A session as requests see it: its own way through a movie, or a seat in front of a stream that many watch.
 *
 * @module
 */

import type { SessionState } from "../../rtsp/session_state.ts";
import type { FrameSender } from "../send/frame_sender.ts";
import type { Media } from "../source/media.ts";

/** What of a movie is to be played, and how. */
export interface PlayOptions {
  /** Index of the first frame; without it the session goes on where it was. */
  readonly from?: number;
  /**
   * Index behind the last frame, or, backwards, in front of it; without it to the end of the movie. What begins again at
   * its end goes on counting: frame 0 of the second time round is frameCount.
   */
  readonly to?: number;
  /** Frames of the movie for one that is shown (RFC 2326, 12.34): -1 is backwards, 0.5 slow motion; default 1. */
  readonly scale?: number;
  /** Frames are sent so many times as fast (RFC 2326, 12.35); default 1. */
  readonly speed?: number;
}

/** One client's session, from its SETUP to its end. */
export interface ClientSession {
  /** The session identifier. */
  readonly id: string;
  /** What is played. */
  readonly media: Media;
  /** Takes the frames. */
  readonly sender: FrameSender;
  /** Where the session stands; INIT once it has ended. */
  readonly state: SessionState;
  /** Frames a second. */
  readonly frameRate: number;
  /** Whether others watch the same stream, so that nobody may choose what it shows. */
  readonly isShared: boolean;
  /** Whether the movie begins again at its end. */
  readonly isCircular: boolean;
  /** Index of the next frame; frameCount at the end of the movie. */
  readonly position: number;
  /** When the client was last heard of, on the server's clock in milliseconds. */
  readonly heardMs: number;
  /** The client has been heard of. */
  touch(): void;
  /**
   * Sends frames from now on, but not before a frame that is leaving right now has left. Resolves with when the first one is
   * due, in milliseconds of the server's clock.
   */
  play(options?: PlayOptions): Promise<number>;
  /** Sends no more, and resolves when a frame that is leaving right now has left; {@linkcode play} goes on. */
  pause(): Promise<void>;
  /** Ends for good, and says in the log why, and what was sent. */
  end(reason: string): void;
}
