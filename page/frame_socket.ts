/**
 * One open page, over one WebSocket: frames and status to it, commands from it. For a page that reads slowly, whole frames are
 * dropped.
 *
 * To the page: binary messages are frames; texts are JSON, {@linkcode PageMessage}. From the page: {@linkcode PageCommand}.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                     frame number, from 1                      |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |    arrival of its last packet: milliseconds since 1970,       |
 *     |    IEEE 754 double                                            |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |    JPEG …
 *
 * @module
 */

import { isSessionMethod, type SessionMethod } from "../rtsp/session_state.ts";
import { PAGE_MAX_BUFFERED_BYTES, PAGE_MAX_MESSAGE_CHARS } from "./limits.ts";
import type { Playback, PlaybackStatistics, PlaybackStatus, ReceivedFrame } from "./playback.ts";

const FRAME_HEADER_BYTES = 12;
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
  | { readonly type: "status" } & PlaybackStatus
  | { readonly type: "stats"; readonly droppedFrames: number } & PlaybackStatistics
  | { readonly type: "error"; readonly text: string };

/** A message from the page, as JSON. */
export interface PageCommand {
  readonly command: SessionMethod;
}

/** Serves one WebSocket until it closes. */
export class FrameSocket {
  readonly #socket: WebSocket;
  readonly #playback: Playback;
  readonly #onClosed: () => void;
  #droppedFrames = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor(socket: WebSocket, { playback, build, onClosed }: {
    readonly playback: Playback;
    readonly build: string;
    readonly onClosed: () => void;
  }) {
    this.#socket = socket;
    this.#playback = playback;
    this.#onClosed = onClosed;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#open(build);
    socket.onmessage = ({ data }) => this.#obey(data);
    socket.onclose = () => this.#end();
    socket.onerror = () => this.#end();
  }

  /** Frames dropped because this page was too slow. */
  get droppedFrames(): number {
    return this.#droppedFrames;
  }

  /** Closes the WebSocket, because the player ends. */
  close(): void {
    this.#end();
    if (this.#socket.readyState <= WebSocket.OPEN) this.#socket.close(1001, "the player has ended");
  }

  #open(build: string): void {
    const { title, server, latestFrame } = this.#playback;
    this.#tell({ type: "hello", build, title, server });
    this.#tell({ type: "status", ...this.#playback.status });
    this.#tellStatistics();
    if (latestFrame !== undefined) this.#show(latestFrame);
    this.#timer = setInterval(() => this.#tellStatistics(), STATISTICS_INTERVAL_MS);
    this.#unsubscribe = this.#playback.subscribe({
      frame: (frame) => this.#show(frame),
      status: (status) => this.#tell({ type: "status", ...status }),
    });
  }

  #end(): void {
    clearInterval(this.#timer);
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#onClosed();
  }

  #show(frame: ReceivedFrame): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    const { bufferedAmount } = this.#socket;
    if (bufferedAmount > 0 && bufferedAmount + frame.data.length > PAGE_MAX_BUFFERED_BYTES) {
      this.#droppedFrames++;
      return;
    }
    const message = new Uint8Array(FRAME_HEADER_BYTES + frame.data.length);
    const view = new DataView(message.buffer);
    view.setUint32(0, frame.number);
    view.setFloat64(4, frame.arrivalMs);
    message.set(frame.data, FRAME_HEADER_BYTES);
    this.#socket.send(message);
  }

  #tellStatistics(): void {
    this.#tell({ type: "stats", ...this.#playback.statistics(), droppedFrames: this.#droppedFrames });
  }

  #tell(message: PageMessage): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #obey(data: unknown): void {
    const command = typeof data === "string" ? decodePageCommand(data) : undefined;
    if (command === undefined) {
      this.#tell({ type: "error", text: "The page sent a message that is not a command" });
      return;
    }
    this.#playback.command(command.command).catch((error) => this.#tell({ type: "error", text: error.message }));
  }
}

/** Decodes a message from the page; `undefined` where it is not a command, or too long. */
export function decodePageCommand(text: string): PageCommand | undefined {
  if (text.length > PAGE_MAX_MESSAGE_CHARS) return undefined;
  try {
    const { command } = JSON.parse(text) ?? {};
    return typeof command === "string" && isSessionMethod(command) ? { command } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
