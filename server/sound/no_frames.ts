/**
 * The frames that a client has not set up: its session goes through them, and sends none. They have the time that its sound is played
 * by.
 *
 * @module
 */

import type { RtspFrameSender, SendCounters } from "../send/frame_sender.ts";

/** Sends no frames. */
export class NoFrames implements RtspFrameSender {
  readonly dialect = "rtsp";
  readonly stream: undefined = undefined;
  readonly destination = "no frames";
  /** Whoever looks does not even read a frame. */
  readonly isReady = false;
  readonly dropsOverdueFrames = true;
  readonly preparesFrames = false;
  readonly counters: Readonly<SendCounters> = { frames: 0, packets: 0, bytes: 0, droppedFrames: 0 };

  send(): void {}
  prepare(): void {}
  drop(): void {}
  pause(): void {}
  finish(): void {}
  close(): void {}
  summary(): undefined {}
}
