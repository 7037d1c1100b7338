/**
 * What the log tells of a client's own session. Troubles that last are told once.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { describeQuality, QUALITIES, type Quality } from "../adaptation/quality_ladder.ts";
import type { LogSentence, SendCounters } from "../send/frame_sender.ts";
import type { Source } from "../source/source.ts";

const log = getLogger(["mjpegrtsp", "session"]);

/** Constructor options of {@linkcode SessionLog}. */
export interface SessionLogOptions {
  /** The client as the log names it. */
  readonly peer: string;
  /** The session as the log names it. */
  readonly number: number;
  readonly source: Source;
}

/** Tells of one session. */
export class SessionLog {
  /** What all lines name. */
  readonly #names: { readonly peer: string; readonly number: number; readonly name: string };
  #quality: Quality = QUALITIES[0];
  #hasToldSlowness = false;
  #hasToldUnreadable = false;

  constructor({ peer, number, source }: SessionLogOptions) {
    this.#names = { peer, number, name: source.name };
  }

  /** It has been set up, to send to a destination. */
  tellSetup(destination: string): void {
    log.info("{peer} set up {name}: session {number}, {destination}", { ...this.#names, destination });
  }

  /** One more track has been set up. */
  tellTrack(track: "frames" | "sound", destination: string): void {
    log.info(`{peer} set up the ${track} of {name}: session {number}, {destination}`, { ...this.#names, destination });
  }

  /** It plays from a time of its source on, in microseconds. */
  tellPlay(positionUs: number): void {
    log.info("{peer} plays session {number} from {seconds} s", { ...this.#names, seconds: positionUs / 1e6 });
  }

  /** It is paused at a time of its source, in microseconds. */
  tellPause(positionUs: number): void {
    log.info("{peer} paused session {number} at {seconds} s", { ...this.#names, seconds: positionUs / 1e6 });
  }

  /** All frames have been sent. */
  tellEndOfSource(): void {
    log.info("{peer} session {number} reached the end of {name}", this.#names);
  }

  /** Frames cannot be read or sent any more. */
  tellFailure(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    log.error("{peer} session {number} cannot go on with {name}: {reason}", { ...this.#names, reason });
  }

  /** It has ended after so many milliseconds of playing. */
  tellEnd(
    reason: string,
    { playedMs, counters: { frames, packets, bytes }, summary }: {
      readonly playedMs: number;
      readonly counters: SendCounters;
      readonly summary: LogSentence | undefined;
    },
  ): void {
    log.info(
      "{peer} session {number} ended, {reason}: {frames} frames, {packets} packets, {bytes} bytes, {seconds} s",
      { ...this.#names, reason, frames, packets, bytes, seconds: Math.round(playedMs) / 1000 },
    );
    if (summary === undefined) return;
    log.info(`{peer} session {number}: ${summary.template}`, { ...this.#names, ...summary.properties });
  }

  /** One frame alone cannot be had. */
  tellUnreadable(reason: string): void {
    if (this.#hasToldUnreadable) return;
    this.#hasToldUnreadable = true;
    log.warn("{peer} session {number} goes on without a frame of {name}: {reason}", { ...this.#names, reason });
  }

  /** Frames are dropped since they have to be transcoded and only so many a second are; says what helps. */
  tellSlowTranscoding(framesPerSecond: number): void {
    if (this.#hasToldSlowness) return;
    this.#hasToldSlowness = true;
    log.warn(
      "{peer} session {number} drops frames of {name}: this machine is too slow to transcode them, it does {rate} a second; " +
        "ffmpeg -i IN -c:v mjpeg -huffman default OUT makes frames that need none",
      { ...this.#names, rate: Math.round(10 * framesPerSecond) / 10 },
    );
  }

  /** What is sent now is of this quality; told where it has changed. */
  tellQuality(quality: Quality): void {
    if (quality === this.#quality) return;
    const isBetter = quality.rate > this.#quality.rate;
    this.#quality = quality;
    log.info(
      `{peer} session {number} gets {quality} now: ${isBetter ? "its network has room" : "its network is too slow"}`,
      { ...this.#names, quality: describeQuality(quality) },
    );
  }
}
