/**
 * One open page, over one WebSocket: frames and status to it, sound where it wants some, commands from it. Binary messages are
 * frames or sound (media_message.ts), texts are JSON (messages.ts).
 *
 * @module
 */

import type { ServerWebSocket, WebSocketHandler } from "../http/web_socket.ts";
import type { Playback } from "../playback.ts";
import { decodePageCommand } from "./messages.ts";
import { Outbox } from "./outbox.ts";
import { PlayerCommands } from "./player_commands.ts";

const STATISTICS_INTERVAL_MS = 500;

/** Serves one WebSocket until it closes. */
export class FrameSocket implements WebSocketHandler {
  readonly #playback: Playback;
  readonly #outbox: Outbox;
  readonly #commands: PlayerCommands;
  readonly #onClosed: () => void;
  #wantsSound = false;
  /** A status could not be told because the page did not read. */
  #owesStatus = false;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #unsubscribe: () => void;

  constructor(socket: ServerWebSocket, { playback, build, onClosed }: {
    readonly playback: Playback;
    readonly build: string;
    readonly onClosed: () => void;
  }) {
    this.#playback = playback;
    this.#outbox = new Outbox(socket);
    this.#commands = new PlayerCommands(playback, (reason) => this.#refuse(reason));
    this.#onClosed = onClosed;
    const { title, server, latestFrame, wireMessages } = playback;
    this.#outbox.tell({ type: "hello", build, title, server });
    this.#tellStatus();
    this.#tellStatistics();
    if (wireMessages.length > 0) this.#outbox.tell({ type: "wire", messages: wireMessages });
    if (latestFrame !== undefined) this.#outbox.show(latestFrame);
    this.#timer = setInterval(() => this.#tellStatistics(), STATISTICS_INTERVAL_MS);
    this.#unsubscribe = playback.subscribe({
      frame: (frame) => this.#outbox.show(frame),
      sound: (sound) => this.#wantsSound && this.#outbox.sound(sound),
      status: () => this.#tellStatus(),
      wire: (message) => this.#outbox.tell({ type: "wire", messages: [message] }),
    });
  }

  /** Frames dropped because this page was too slow. */
  get droppedFrames(): number {
    return this.#outbox.droppedFrames;
  }

  onMessage(data: string | Uint8Array): void {
    const command = typeof data === "string" ? decodePageCommand(data) : undefined;
    if (command === undefined) this.#refuse("The page sent a message that is not a command");
    else if (command.command === "sound") this.#wantsSound = command.wanted;
    else this.#commands.pass(command);
  }

  onClosed(): void {
    clearInterval(this.#timer);
    this.#unsubscribe();
    this.#onClosed();
  }

  #tellStatus(): void {
    const { status, soundFormat } = this.#playback;
    this.#owesStatus = !this.#outbox.tell({ type: "status", ...status, sound: soundFormat });
  }

  #tellStatistics(): void {
    if (this.#owesStatus) this.#tellStatus();
    const sample = this.#playback.packetSample();
    this.#outbox.tell({
      type: "stats",
      ...this.#playback.statistics(),
      droppedFrames: this.droppedFrames,
      packet: sample && [...sample],
    });
  }

  #refuse(text: string): void {
    this.#outbox.tell({ type: "error", text });
  }
}
