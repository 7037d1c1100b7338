/**
 * One open page, over one WebSocket: frames and status to it, sound where it wants some, commands from it. Binary messages are
 * frames or sound (media_message.ts), texts are JSON (messages.ts). A page that nobody sees gets nothing, unless it is heard: then
 * everything but frames.
 *
 * @module
 */

import type { ServerWebSocket, WebSocketHandler } from "../http/web_socket.ts";
import { MAX_KEPT_WIRE_MESSAGES } from "../limits.ts";
import type { Playback, WireMessage } from "../playback.ts";
import { PacketFeed } from "../packet_feed.ts";
import type { Playlist } from "../playlist.ts";
import { GridFeed } from "./grid_feed.ts";
import { decodePageCommand, isForPlaylist, isWish, type PageWish, type PlaylistCommand } from "./messages.ts";
import { Outbox } from "./outbox.ts";
import { PlayerCommands } from "./player_commands.ts";
import { passToPlaylist } from "./playlist_commands.ts";

const STATISTICS_INTERVAL_MS = 500;

/** Serves one WebSocket until it closes. */
export class FrameSocket implements WebSocketHandler {
  readonly #playback: Playback;
  readonly #playlist: Playlist | undefined;
  readonly #build: string;
  readonly #outbox: Outbox;
  readonly #commands: PlayerCommands;
  readonly #onClosed: () => void;
  readonly #grid: GridFeed | undefined;
  /** What the page wants. */
  readonly #wishes = { sound: false, pictures: true, packets: false, grid: false };
  readonly #packets: PacketFeed;
  /** What could not be told because the page did not read, or was not seen; it is told as it is when it can be. */
  readonly #owed = new Set<() => boolean>();
  /** Messages of the dialogue that the page does not have yet. */
  #untold: WireMessage[] = [];
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #unsubscribe: () => void;

  constructor(socket: ServerWebSocket, { playback, playlist, build, onClosed }: {
    readonly playback: Playback;
    /** The streams of which one is played; left out where there is one. */
    readonly playlist?: Playlist;
    readonly build: string;
    readonly onClosed: () => void;
  }) {
    this.#playback = playback;
    this.#playlist = playlist;
    this.#build = build;
    this.#outbox = new Outbox(socket);
    this.#grid = playlist && new GridFeed(playlist, this.#outbox);
    this.#packets = new PacketFeed({ playback, tell: (message) => this.#outbox.tell(message) });
    this.#commands = new PlayerCommands(playback, (reason) => this.#refuse(reason));
    this.#onClosed = onClosed;
    this.#tellSurely(this.#greet);
    if (playlist !== undefined) this.#tellSurely(this.#tellPlaylist);
    this.#timer = setInterval(() => this.#tellStatistics(), STATISTICS_INTERVAL_MS);
    this.#unsubscribe = playback.subscribe({
      frame: (frame) => this.#showsOne && this.#outbox.show(frame),
      sound: (sound) => this.#wishes.sound && this.#outbox.sound(sound),
      status: () => this.#tellSurely(this.#tellStatus),
      wire: (message) => this.#takeWire(message),
      switched: () => this.#tellSurely(this.#greet),
      playlist: () => this.#tellSurely(this.#tellPlaylist),
    });
  }

  /** Frames dropped because this page was too slow. */
  get droppedFrames(): number {
    return this.#outbox.droppedFrames;
  }

  onMessage(data: string | Uint8Array): void {
    const command = typeof data === "string" ? decodePageCommand(data) : undefined;
    if (command === undefined) this.#refuse("The page sent a message that is not a command");
    else if (isForPlaylist(command)) this.#passToPlaylist(command);
    else if (isWish(command)) this.#grant(command);
    else this.#commands.pass(command);
  }

  #passToPlaylist(command: PlaylistCommand): void {
    if (this.#playlist === undefined) this.#refuse("There is one stream, and no playlist");
    else if (command.command === "grid") this.#grant(command);
    else passToPlaylist(this.#playlist, command);
  }

  onClosed(): void {
    clearInterval(this.#timer);
    this.#grid?.set(false);
    this.#packets.close();
    this.#unsubscribe();
    this.#onClosed();
  }

  /** Whether there is nobody to tell anything. */
  get #isAway(): boolean {
    return !this.#wishes.pictures && !this.#wishes.sound;
  }

  /** Whether the page shows the stream that is played. */
  get #showsOne(): boolean {
    return this.#wishes.pictures && !this.#wishes.grid;
  }

  #grant({ command, wanted }: { readonly command: PageWish["command"] | "grid"; readonly wanted: boolean }): void {
    const wasShown = this.#showsOne;
    this.#wishes[command] = wanted;
    if (command === "packets") return this.#packets.want(wanted);
    this.#grid?.set(this.#wishes.pictures && this.#wishes.grid);
    if (command === "sound") return;
    this.#tellStatistics();
    const { latestFrame } = this.#playback;
    if (this.#showsOne && !wasShown && latestFrame !== undefined) this.#outbox.show(latestFrame);
  }

  #tellSurely(tell: () => boolean): void {
    // Telling one thing has others told that are owed.
    this.#owed.delete(tell);
    if (this.#isAway || !tell()) this.#owed.add(tell);
  }

  #takeWire(message: WireMessage): void {
    this.#untold.push(message);
    if (this.#untold.length > MAX_KEPT_WIRE_MESSAGES) this.#untold.shift();
    this.#tellSurely(this.#tellWire);
  }

  /** Tells what is played, and all that there is to know of it. */
  readonly #greet = (): boolean => {
    const { title, server, latestFrame, wireMessages } = this.#playback;
    this.#untold = [...wireMessages];
    if (!this.#outbox.tell({ type: "hello", build: this.#build, title, server })) return false;
    this.#tellSurely(this.#tellStatus);
    this.#tellStatistics();
    this.#tellSurely(this.#tellWire);
    if (latestFrame !== undefined && this.#showsOne) this.#outbox.show(latestFrame);
    return true;
  };

  readonly #tellWire = (): boolean => {
    const isTold = this.#untold.length === 0 || this.#outbox.tell({ type: "wire", messages: this.#untold });
    if (isTold) this.#untold = [];
    return isTold;
  };

  readonly #tellStatus = (): boolean => {
    const { status, soundFormat } = this.#playback;
    return this.#outbox.tell({ type: "status", ...status, sound: soundFormat });
  };

  readonly #tellPlaylist = (): boolean =>
    this.#playlist === undefined || this.#outbox.tell({ type: "playlist", ...this.#playlist.list });

  #tellStatistics(): void {
    if (this.#isAway) return;
    for (const tell of [...this.#owed]) this.#tellSurely(tell);
    const sample = this.#playback.packetSample();
    this.#outbox.tell({
      type: "stats",
      ...this.#playback.statistics(),
      droppedFrames: this.droppedFrames,
      packet: sample && [...sample],
      reports: this.#playback.reports?.(),
    });
    this.#grid?.tellRates();
  }

  #refuse(text: string): void {
    this.#outbox.tell({ type: "error", text });
  }
}
