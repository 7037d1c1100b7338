/**
 * The newest messages of the dialogue with the server, for whoever wants to see what goes over the wire.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import type { WireMessage } from "../../page/playback.ts";
import type { MessageDirection } from "../../rtsp/message.ts";
import { MAX_WIRE_LINE_CHARS, MAX_WIRE_LINES, MAX_WIRE_MESSAGES } from "../limits.ts";

/** Constructor options of {@linkcode WireLog}. */
export interface WireLogOptions {
  /** Tells the time of each message. */
  readonly clock: Clock;
  /** Takes each message as it comes. */
  readonly onMessage: (message: WireMessage) => void;
}

/** Keeps {@linkcode MAX_WIRE_MESSAGES} messages. */
export class WireLog {
  readonly #options: WireLogOptions;
  readonly #messages: WireMessage[] = [];

  constructor(options: WireLogOptions) {
    this.#options = options;
  }

  /** The newest messages, the oldest of them first. */
  get messages(): readonly WireMessage[] {
    return this.#messages;
  }

  /** Takes a message whose credentials are blanked. */
  take(direction: MessageDirection, text: string): void {
    const { clock, onMessage } = this.#options;
    const message = { direction, atMs: clock.unixMs(), lines: linesOf(text) };
    if (this.#messages.push(message) > MAX_WIRE_MESSAGES) this.#messages.shift();
    onMessage(message);
  }
}

/** The lines of a message, as far as they are shown. */
function linesOf(text: string): string[] {
  const lines = text.trimEnd().split(/\r?\n/);
  const shown = lines.slice(0, MAX_WIRE_LINES).map((line) =>
    line.length > MAX_WIRE_LINE_CHARS ? `${line.slice(0, MAX_WIRE_LINE_CHARS)}…` : line
  );
  const left = lines.length - shown.length;
  return left > 0 ? [...shown, `… and ${left} lines`] : shown;
}
