/**
 * A session at a camera that speaks HTTP: a multipart stream of JPEGs, or a snapshot that is asked for again and again. Its methods are
 * those of RTSP: SETUP asks for the stream, PLAY reads it, and PAUSE leaves it.
 *
 * @module
 */

import { MultipartSplitter } from "../../mjpeg/multipart/multipart_splitter.ts";
import { PartClock } from "../../mjpeg/multipart/part_clock.ts";
import { timestampUsOf } from "../../mjpeg/multipart/part_fields.ts";
import { type Clock, sleep } from "../../net/clock.ts";
import { JPEG_CLOCK_RATE } from "../../rtp/jpeg/jpeg_payload.ts";
import { MAX_FRAME_BYTES } from "../../rtp/limits.ts";
import type { RtpStatistics } from "../../rtp/receiver/rtp_receiver.ts";
import { FRESH_ANSWER_MS, REPLY_TIMEOUT_MS, SNAPSHOT_FPS } from "../limits.ts";
import type { PlayerSession, PlayerSessionEvents, ReceivedVideo } from "../session/player_session.ts";
import { HttpRequester, reasonOf } from "./http_requester.ts";
import type { HttpUrl } from "./http_url.ts";

/** Timestamps before that are no times of day: 2000-01-01. */
const FIRST_TIME_OF_DAY_US = 946_684_800e6;

/** So many bytes are a sign of life before they are a picture. */
const ALIVE_BYTES = 64 * 1024;

/** Constructor options of {@linkcode HttpSession}. */
export interface HttpSessionOptions {
  /** What to play. */
  readonly url: HttpUrl;
  /** How often to ask for a snapshot, a second; default {@linkcode SNAPSHOT_FPS}. */
  readonly snapshotFps?: number;
  /** Name and version of the program. */
  readonly userAgent: string;
  /** How long to wait for an answer, in milliseconds; default {@linkcode REPLY_TIMEOUT_MS}. */
  readonly replyTimeoutMs?: number;
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1. */
  readonly random: () => number;
  readonly events: PlayerSessionEvents;
}

/** An answer whose body is not read yet. */
interface Answer {
  readonly response: Response;
  /** When it came, in milliseconds of the clock. */
  readonly cameMs: number;
}

/** Plays one URL. */
export class HttpSession implements PlayerSession {
  readonly dialect = "http";
  readonly transport = "tcp";
  readonly audio: PlayerSession["audio"] = [];
  readonly isLive = true;
  readonly durationSeconds: undefined = undefined;
  readonly description: undefined = undefined;
  readonly canSeek = false;
  readonly scale = 1;
  readonly #options: HttpSessionOptions;
  readonly #requester: HttpRequester;
  readonly #received = new ReceivedPictures();
  readonly #partClock = new PartClock();
  #answer: Answer | undefined;
  #reading = new AbortController();
  #isClosed = false;

  constructor(options: HttpSessionOptions) {
    const { url, userAgent, replyTimeoutMs: timeoutMs = REPLY_TIMEOUT_MS, clock, random } = this.#options = options;
    this.#requester = new HttpRequester({ url, userAgent, timeoutMs, clock, random });
  }

  get video(): ReceivedVideo {
    return this.#received;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  async setUp(): Promise<void> {
    this.#answer = await this.#request(this.#reading.signal);
  }

  play(): Promise<void> {
    const { events, clock } = this.#options;
    // Pictures of an old answer would be of then.
    const isFresh = this.#answer !== undefined && clock.nowMs() - this.#answer.cameMs < FRESH_ANSWER_MS;
    if (!isFresh) this.#stop();
    const { signal } = this.#reading;
    this.#read(this.#answer, signal).catch((error) => signal.aborted || events.onClosed(reasonOf(error)));
    this.#answer = undefined;
    return Promise.resolve();
  }

  secondsAt(): undefined {}

  pause(): Promise<void> {
    this.#stop();
    return Promise.resolve();
  }

  tearDown(): Promise<void> {
    this.#stop();
    return Promise.resolve();
  }

  async renew(): Promise<void> {
    this.#stop();
    await this.setUp();
  }

  close(): void {
    this.#isClosed = true;
    this.#stop();
  }

  /** Leaves what is read, or was asked for. */
  #stop(): void {
    this.#reading.abort();
    this.#reading = new AbortController();
    this.#answer = undefined;
  }

  async #request(signal: AbortSignal): Promise<Answer> {
    const response = await this.#requester.get(signal);
    return { response, cameMs: this.#options.clock.nowMs() };
  }

  /** Reads until `signal` aborts. Rejects where the stream ends, and where a snapshot cannot be had. */
  async #read(first: Answer | undefined, signal: AbortSignal): Promise<void> {
    const { clock, snapshotFps = SNAPSHOT_FPS } = this.#options;
    let answer = first ?? await this.#request(signal);
    for (;;) {
      const pictures = await this.#readBody(answer.response, signal);
      signal.throwIfAborted();
      const isStream = /^multipart\//i.test(answer.response.headers.get("Content-Type") ?? "");
      if (isStream || pictures !== 1) throw new Error("the stream has ended");
      await sleep(answer.cameMs + 1000 / snapshotFps - clock.nowMs(), { clock, signal });
      answer = await this.#request(signal);
    }
  }

  /** Gives the pictures of an answer. Resolves with how many there were. */
  async #readBody({ body }: Response, signal: AbortSignal): Promise<number> {
    if (body === null) return 0;
    const { clock, events } = this.#options;
    const splitter = new MultipartSplitter({ maxBytes: MAX_FRAME_BYTES });
    const reader = body.getReader();
    let [count, dropped, pictures, bytes] = [0, 0, 0, 0];
    for (;;) {
      const { done, value } = await reader.read();
      if (done || signal.aborted) return count;
      const arrivalMs = clock.nowMs();
      for (const { data, fields } of splitter.push(value)) {
        count++;
        this.#received.count(data);
        const takenUs = timestampUsOf(fields);
        const timestamp = this.#partClock.next(takenUs) * (JPEG_CLOCK_RATE / 1e6);
        events.onFrame({
          data,
          timestamp: Math.round(timestamp) % 2 ** 32,
          clockRate: takenUs === undefined ? undefined : JPEG_CLOCK_RATE,
          arrivalMs,
          senderTimeMs: takenUs === undefined || takenUs < FIRST_TIME_OF_DAY_US ? undefined : takenUs / 1000,
        });
      }
      this.#received.countDropped(splitter.dropped - dropped);
      bytes += value.length;
      // Bytes without a picture are a sign of life only where they could be one.
      if (count + splitter.dropped > pictures || bytes >= ALIVE_BYTES) {
        events.onPacket(arrivalMs);
        bytes = 0;
      }
      [dropped, pictures] = [splitter.dropped, count + splitter.dropped];
    }
  }
}

/** Counts pictures as packets that cannot be lost. */
class ReceivedPictures implements ReceivedVideo {
  readonly otherPayloadType = undefined;
  #frames = 0;
  #dropped = 0;
  #bytes = 0;

  get hasStarted(): boolean {
    return this.#frames + this.#dropped > 0;
  }

  count({ length }: Uint8Array): void {
    this.#frames++;
    this.#bytes += length;
  }

  countDropped(pictures: number): void {
    this.#dropped += pictures;
  }

  statistics(): RtpStatistics {
    const packets = this.#frames + this.#dropped;
    return {
      frames: this.#frames,
      damagedFrames: this.#dropped,
      damageCauses: this.#dropped === 0 ? {} : { "damaged or too large": this.#dropped },
      packets,
      expectedPackets: packets,
      lostPackets: 0,
      duplicatePackets: 0,
      reorderedPackets: 0,
      repairedPackets: 0,
      malformedPackets: 0,
      otherPayloadTypePackets: 0,
      strayPackets: 0,
      bytes: this.#bytes,
      jitterMs: 0,
      peakJitterMs: 0,
    };
  }
}
