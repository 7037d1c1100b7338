/**
 * What leaves for one page. For a page that reads slowly, whole messages are dropped: there is a limit on what waits.
 *
 * @module
 */

import { printable } from "../../net/printable.ts";
import type { ServerWebSocket } from "../http/web_socket.ts";
import { PAGE_MAX_BUFFERED_BYTES, PAGE_MAX_BUFFERED_MESSAGES, PAGE_MAX_MESSAGES_BEFORE_SOUND } from "../limits.ts";
import type { ReceivedFrame, ReceivedSound } from "../playback.ts";
import { encodeCellHeader, encodeFrameHeader, encodeSoundHeader } from "./media_message.ts";
import type { PageMessage } from "./messages.ts";

/** Sends, as long as the page reads. */
export class Outbox {
  readonly #socket: ServerWebSocket;
  #droppedFrames = 0;

  constructor(socket: ServerWebSocket) {
    this.#socket = socket;
  }

  /** Frames dropped because the page was too slow. */
  get droppedFrames(): number {
    return this.#droppedFrames;
  }

  /** Sends a message, unless too much waits for the page; returns whether. */
  tell(message: PageMessage): boolean {
    if (!this.#hasRoom(0)) return false;
    // What a server wrote must not reorder or hide what stands beside it on the page.
    const text = JSON.stringify(message, (_, value) => typeof value === "string" ? printable(value) : value);
    this.#socket.sendText(text);
    return true;
  }

  /** Sends a frame, unless too much waits for the page. */
  show(frame: ReceivedFrame): void {
    if (this.#hasRoom(frame.data.length)) this.#socket.sendBytes(encodeFrameHeader(frame), frame.data);
    else this.#droppedFrames++;
  }

  /** Sends a frame of a grid's cell, unless too much waits for the page. */
  showCell(index: number, frame: ReceivedFrame): void {
    if (!this.#hasRoom(frame.data.length)) this.#droppedFrames++;
    else this.#socket.sendBytes(encodeCellHeader(index), encodeFrameHeader(frame), frame.data);
  }

  /** Sends sound, unless so much waits for the page that it would stand in the way of frames. */
  sound(sound: ReceivedSound): void {
    if (this.#socket.bufferedMessages >= PAGE_MAX_MESSAGES_BEFORE_SOUND) return;
    if (this.#hasRoom(sound.data.length)) this.#socket.sendBytes(encodeSoundHeader(sound), sound.data);
  }

  #hasRoom(bytes: number): boolean {
    const { bufferedBytes, bufferedMessages } = this.#socket;
    if (bufferedMessages === 0) return true;
    return bufferedMessages < PAGE_MAX_BUFFERED_MESSAGES && bufferedBytes + bytes <= PAGE_MAX_BUFFERED_BYTES;
  }
}
