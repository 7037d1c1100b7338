/**
 * One open page, over one WebSocket: frames and status to it, sound where it wants some, commands from it. For a page that reads
 * slowly, whole frames and whole pieces of sound are dropped.
 *
 * To the page: binary messages are frames or sound; texts are JSON, {@linkcode PageMessage}. From the page: {@linkcode PageCommand}.
 * A frame:
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                     frame number, from 1                      |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |    arrival of its last packet: milliseconds since 1970,       |
 *     |    IEEE 754 double                                            |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |    time: microseconds from the first frame of the run,        |
 *     |    IEEE 754 double                                            |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |    place in the movie: seconds, IEEE 754 double,              |
 *     |    NaN where it is not known                                  |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |    JPEG …
 *
 * Sound has 0 in place of the number of a frame:
 *
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                               0                               |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |              samples of a channel in a second                 |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                           channels                            |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |    time of the first sample, as the times of frames:          |
 *     |    microseconds, IEEE 754 double                              |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |    samples of 16 bits with sign, least significant byte first,
 *     |    those of all channels at a time side by side …
 *
 * @module
 */

import type { SoundFormat } from "../mjpeg/sound.ts";
import { printable } from "../net/printable.ts";
import { isSessionMethod, type SessionMethod } from "../rtsp/session_state.ts";
import type { ServerWebSocket, WebSocketHandler } from "./http/web_socket.ts";
import {
  MAX_PAGE_COMMANDS,
  PAGE_MAX_BUFFERED_BYTES,
  PAGE_MAX_BUFFERED_MESSAGES,
  PAGE_MAX_MESSAGES_BEFORE_SOUND,
} from "./limits.ts";
import {
  isScale,
  type Playback,
  type PlaybackStatistics,
  type PlaybackStatus,
  type ReceivedFrame,
  type ReceivedSound,
  type WireMessage,
} from "./playback.ts";

const FRAME_HEADER_BYTES = 28;
const SOUND_HEADER_BYTES = 20;
/** What stands where a frame has its number. */
const SOUND_MARK = 0;
const STATISTICS_INTERVAL_MS = 500;

/** A message to the page, as JSON. */
export type PageMessage =
  | {
    readonly type: "hello";
    /** Changes with the files of the page: a page of another build reloads itself. */
    readonly build: string;
    readonly title: string;
    readonly server: string;
  }
  | {
    readonly type: "status";
    /** The sound that comes beside the frames, for pages that want it; left out where there is none. */
    readonly sound: SoundFormat | undefined;
  } & PlaybackStatus
  | {
    readonly type: "stats";
    readonly droppedFrames: number;
    /** The first bytes of a packet of the video. */
    readonly packet: readonly number[] | undefined;
  } & PlaybackStatistics
  /** Messages of the dialogue that the page does not have yet. */
  | { readonly type: "wire"; readonly messages: readonly WireMessage[] }
  | { readonly type: "error"; readonly text: string };

/**
 * A message from the page, as JSON: a method for the server, what is to be done about the time of the movie, or whether the page
 * wants the sound from now on.
 */
export type PageCommand =
  | { readonly command: SessionMethod | "step" }
  | { readonly command: "seek"; readonly seconds: number }
  | { readonly command: "scale"; readonly scale: number }
  | { readonly command: "sound"; readonly wanted: boolean };

/** Serves one WebSocket until it closes. */
export class FrameSocket implements WebSocketHandler {
  readonly #socket: ServerWebSocket;
  readonly #playback: Playback;
  readonly #onClosed: () => void;
  #droppedFrames = 0;
  #wantsSound = false;
  #waitingCommands = 0;
  /** The place in the movie that the page wants, until it is there. */
  #nextSeconds: number | undefined;
  /** A status could not be told because the page did not read. */
  #owesStatus = false;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #unsubscribe: () => void;

  constructor(socket: ServerWebSocket, { playback, build, onClosed }: {
    readonly playback: Playback;
    readonly build: string;
    readonly onClosed: () => void;
  }) {
    this.#socket = socket;
    this.#playback = playback;
    this.#onClosed = onClosed;
    const { title, server, latestFrame, wireMessages } = playback;
    this.#tell({ type: "hello", build, title, server });
    this.#tellStatus();
    this.#tellStatistics();
    if (wireMessages.length > 0) this.#tell({ type: "wire", messages: wireMessages });
    if (latestFrame !== undefined) this.#show(latestFrame);
    this.#timer = setInterval(() => this.#tellStatistics(), STATISTICS_INTERVAL_MS);
    this.#unsubscribe = playback.subscribe({
      frame: (frame) => this.#show(frame),
      sound: (sound) => this.#sound(sound),
      status: () => this.#tellStatus(),
      wire: (message) => this.#tell({ type: "wire", messages: [message] }),
    });
  }

  /** Frames dropped because this page was too slow. */
  get droppedFrames(): number {
    return this.#droppedFrames;
  }

  onMessage(data: string | Uint8Array): void {
    const command = typeof data === "string" ? decodePageCommand(data) : undefined;
    if (command === undefined) {
      this.#refuse("The page sent a message that is not a command");
    } else if (command.command === "seek") {
      this.#seek(command.seconds);
    } else if (command.command === "sound") {
      this.#wantsSound = command.wanted;
    } else if (this.#waitingCommands >= MAX_PAGE_COMMANDS) {
      this.#refuse(`${command.command} is ignored: ${MAX_PAGE_COMMANDS} commands of this page wait for the server`);
    } else {
      this.#waitingCommands++;
      this.#obey(command)
        .catch((error) => this.#refuse(error.message))
        .finally(() => this.#waitingCommands--);
    }
  }

  #obey(command: Exclude<PageCommand, { command: "seek" | "sound" }>): Promise<void> {
    switch (command.command) {
      case "step":
        return this.#playback.step();
      case "scale":
        return this.#playback.setScale(command.scale);
      default:
        return this.#playback.command(command.command);
    }
  }

  /** Goes to a place, or once it is there to the newest one that came meanwhile: a hand that drags names many. */
  async #seek(seconds: number): Promise<void> {
    const isUnderWay = this.#nextSeconds !== undefined;
    this.#nextSeconds = seconds;
    if (isUnderWay) return;
    let done;
    do {
      done = this.#nextSeconds;
      await this.#playback.seek(done).catch((error) => this.#refuse(error.message));
    } while (this.#nextSeconds !== done);
    this.#nextSeconds = undefined;
  }

  onClosed(): void {
    clearInterval(this.#timer);
    this.#unsubscribe();
    this.#onClosed();
  }

  #show(frame: ReceivedFrame): void {
    if (!this.#hasRoom(frame.data.length)) {
      this.#droppedFrames++;
      return;
    }
    const header = new DataView(new ArrayBuffer(FRAME_HEADER_BYTES));
    header.setUint32(0, frame.number);
    header.setFloat64(4, frame.arrivalMs);
    header.setFloat64(12, frame.timestampUs);
    header.setFloat64(20, frame.positionSeconds ?? NaN);
    this.#socket.sendBytes(new Uint8Array(header.buffer), frame.data);
  }

  /** Sends sound to a page that wants it, unless so much waits for the page that it would stand in the way of frames. */
  #sound({ format, data, timestampUs }: ReceivedSound): void {
    if (!this.#wantsSound || this.#socket.bufferedMessages >= PAGE_MAX_MESSAGES_BEFORE_SOUND) return;
    if (!this.#hasRoom(data.length)) return;
    const header = new DataView(new ArrayBuffer(SOUND_HEADER_BYTES));
    header.setUint32(0, SOUND_MARK);
    header.setUint32(4, format.sampleRate);
    header.setUint32(8, format.channels);
    header.setFloat64(12, timestampUs);
    this.#socket.sendBytes(new Uint8Array(header.buffer), data);
  }

  #tellStatus(): void {
    const { status, soundFormat } = this.#playback;
    this.#owesStatus = !this.#tell({ type: "status", ...status, sound: soundFormat });
  }

  #tellStatistics(): void {
    if (this.#owesStatus) this.#tellStatus();
    const sample = this.#playback.packetSample();
    this.#tell({
      type: "stats",
      ...this.#playback.statistics(),
      droppedFrames: this.#droppedFrames,
      packet: sample && [...sample],
    });
  }

  #refuse(text: string): void {
    this.#tell({ type: "error", text });
  }

  /** Sends a message, unless too much waits for the page; returns whether. */
  #tell(message: PageMessage): boolean {
    if (!this.#hasRoom(0)) return false;
    // What a server wrote must not reorder or hide what stands beside it on the page.
    const text = JSON.stringify(message, (_, value) => typeof value === "string" ? printable(value) : value);
    this.#socket.sendText(text);
    return true;
  }

  #hasRoom(bytes: number): boolean {
    const { bufferedBytes, bufferedMessages } = this.#socket;
    if (bufferedMessages === 0) return true;
    return bufferedMessages < PAGE_MAX_BUFFERED_MESSAGES && bufferedBytes + bytes <= PAGE_MAX_BUFFERED_BYTES;
  }
}

/** Decodes a message from the page; `undefined` where it is not a command. */
export function decodePageCommand(text: string): PageCommand | undefined {
  try {
    const { command, seconds, scale, wanted } = JSON.parse(text) ?? {};
    if (command === "step") return { command };
    if (command === "seek") return Number.isFinite(seconds) ? { command, seconds } : undefined;
    if (command === "scale") return Number.isFinite(scale) && isScale(scale) ? { command, scale } : undefined;
    if (command === "sound") return typeof wanted === "boolean" ? { command, wanted } : undefined;
    return typeof command === "string" && isSessionMethod(command) ? { command } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
