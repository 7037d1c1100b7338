/**
 * A stream of a playlist: what is known of it, and its player for as long as it is played.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Playback, PlaybackStatus, ReceivedFrame } from "../../page/playback.ts";
import type { CellRates, ItemState, KnownOfItem, PlaylistItem } from "../../page/playlist.ts";
import type { SessionMethod } from "../../rtsp/session_state.ts";
import { serverOf, type Target, titleOf } from "../session/target.ts";

const log = getLogger(["mjpegrtsp", "player"]);

/** A player of one stream, as viewers see it. */
export interface OpenedPlayer {
  readonly playback: Playback;
  /** Time spent in PLAYING, in seconds. */
  readonly playedSeconds: number;
  /** Tears the session down if there is one, and ends. */
  close(): Promise<void>;
}

/** Makes a player that has sent nothing. */
export type OpenPlayer = (target: Target) => OpenedPlayer;

/** A stream, and what is known of it before it is played. */
export interface PlaylistSource {
  readonly target: Target;
  readonly known?: KnownOfItem;
}

/** Constructor options of {@linkcode PlaylistEntry}. */
export interface PlaylistEntryOptions {
  readonly open: OpenPlayer;
  /** What the list shows of it has changed. */
  readonly onChange: () => void;
}

/** One stream, whether it is played or not. */
export class PlaylistEntry {
  readonly #target: Target;
  readonly #options: PlaylistEntryOptions;
  readonly #name: string;
  readonly #server: string;
  #opened: OpenedPlayer | undefined;
  #unsubscribe = () => {};
  #known: KnownOfItem;
  #state: ItemState = "idle";

  constructor({ target, known }: PlaylistSource, options: PlaylistEntryOptions) {
    this.#target = target;
    this.#known = known ?? { durationSeconds: undefined, isLive: false };
    this.#options = options;
    this.#name = titleOf(target);
    this.#server = serverOf(target);
  }

  /** What the list shows of it. */
  get item(): PlaylistItem {
    return { ...this.#known, name: this.#name, server: this.#server, state: this.#state };
  }

  /** Time spent in PLAYING by the player that it has, in seconds. */
  get playedSeconds(): number {
    return this.#opened?.playedSeconds ?? 0;
  }

  /** The newest frame of the player that it has. */
  get latestFrame(): ReceivedFrame | undefined {
    return this.#opened?.playback.latestFrame;
  }

  /** How fast its frames come. */
  get rates(): CellRates {
    if (this.#opened === undefined) return { fps: 0, bitrate: 0 };
    const { currentFps: fps, currentBitrate: bitrate } = this.#opened.playback.statistics();
    return { fps, bitrate };
  }

  /** Its player; one that has sent nothing where it was not played. */
  open(): Playback {
    if (this.#opened !== undefined) return this.#opened.playback;
    const { open } = this.#options;
    const { playback } = this.#opened = open(this.#target);
    this.#unsubscribe = playback.subscribe({ status: (status) => this.learn(status, stateOf(status)) });
    return playback;
  }

  /** Sends SETUP and PLAY, as far as they are still to be sent. Never rejects: the player's status tells what fails. */
  async play({ paused = false }: { readonly paused?: boolean } = {}): Promise<void> {
    const playback = this.open();
    const { state, allowed } = playback.status;
    const wanted: SessionMethod[] = paused ? ["SETUP"] : state === "INIT" ? ["SETUP", "PLAY"] : ["PLAY"];
    if (!wanted.includes("SETUP") && !allowed.includes("PLAY")) return;
    try {
      for (const method of wanted) await playback.command(method);
    } catch (error) {
      // One that was closed meanwhile has failed nobody.
      if (this.#opened?.playback !== playback) return;
      log.error("{name}: {reason}", { name: this.#name, reason: error instanceof Error ? error.message : error });
    }
  }

  /** Ends its player, if it has one, which it gives back once that is closed. */
  async close(): Promise<OpenedPlayer | undefined> {
    const opened = this.#opened;
    if (opened === undefined) return undefined;
    this.#opened = undefined;
    this.#unsubscribe();
    // What has come of it is still to be seen.
    const isOver = this.#state === "failed" || this.#state === "ended";
    this.#know(this.#known, isOver ? this.#state : "idle");
    await opened.close();
    return opened;
  }

  /** Takes what a session tells of the stream; its state is that of the player's own. */
  learn(status: PlaybackStatus, state: ItemState = this.#state): void {
    const { durationSeconds = this.#known.durationSeconds } = status;
    const isLive = status.state === "INIT" ? this.#known.isLive : status.isLive;
    this.#know({ ...this.#known, durationSeconds, isLive }, state);
  }

  #know(known: KnownOfItem, state: ItemState): void {
    const before = this.#known;
    const isSame = state === this.#state && before.isLive === known.isLive &&
      before.durationSeconds === known.durationSeconds;
    [this.#known, this.#state] = [known, state];
    if (!isSame) this.#options.onChange();
  }
}

function stateOf({ state, allowed, isAtEnd, notice, ended }: PlaybackStatus): ItemState {
  if (isAtEnd) return "ended";
  if (state === "PLAYING") return "playing";
  if (state === "READY") return "paused";
  if (notice?.level === "error") return "failed";
  // A server that is lost, and wanted back, can be given up.
  return !ended && (allowed.length === 0 || allowed.includes("TEARDOWN")) ? "waiting" : "idle";
}
