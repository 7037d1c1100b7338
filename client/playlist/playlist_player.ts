/**
 * Plays several streams, one at a time: the `Playback` of the one that is played now, whose place another takes by choice, or when
 * it ends. Each stream has a player of its own for as long as it is played.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import type { PlaybackStatus } from "../../page/playback.ts";
import type { CellFrameListener, CellRates, Playlist, PlaylistStatus } from "../../page/playlist.ts";
import { Grid } from "./grid.ts";
import { PlayOrder } from "./play_order.ts";
import { type OpenedPlayer, type OpenPlayer, PlaylistEntry, type PlaylistSource } from "./playlist_entry.ts";
import { SwitchedPlayback } from "./switched_playback.ts";
import { Thumbnails } from "./thumbnails.ts";

const log = getLogger(["mjpegrtsp", "player"]);

/** Constructor options of {@linkcode PlaylistPlayer}. */
export interface PlaylistPlayerOptions {
  /** At least one. */
  readonly sources: readonly PlaylistSource[];
  readonly open: OpenPlayer;
  /** Whether a stream with that status is over, and the next one may follow. */
  readonly isOver: (status: PlaybackStatus) => boolean;
  /** Whether pages begin with the grid; default false. */
  readonly opensGrid?: boolean;
  /** How long the picture of a stream that is over stays before the next one follows, in milliseconds. */
  readonly pauseMs: number;
  /** A stream is played no longer; its player is closed. */
  readonly onClosed?: (player: OpenedPlayer) => void;
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1; default `Math.random`. */
  readonly random?: () => number;
}

/** Sends nothing before {@linkcode begin}. */
export class PlaylistPlayer extends SwitchedPlayback implements Playlist {
  readonly #options: PlaylistPlayerOptions;
  readonly #entries: readonly PlaylistEntry[];
  readonly #order: PlayOrder;
  readonly #grid: Grid;
  readonly #thumbnails: Thumbnails;
  /** Players that are being closed. */
  readonly #closing = new Set<Promise<void>>();
  #current = 0;
  #loops = false;
  /** Time spent in PLAYING by players that are closed, in seconds. */
  #playedBefore = 0;
  /** Prevents that the next stream follows. */
  #stay = () => {};
  #isEnding = false;

  constructor(options: PlaylistPlayerOptions) {
    const { sources, open, clock, random = Math.random } = options;
    const onChange = () => this.tell((listener) => listener.playlist?.());
    const entries = sources.map((source) => new PlaylistEntry(source, { open, onChange }));
    super(entries[0].open());
    this.#options = options;
    this.#entries = entries;
    this.#order = new PlayOrder(sources.length, random);
    this.#thumbnails = new Thumbnails({
      ...{ targets: sources.map(({ target }) => target), open, clock },
      onStatus: (index, status) => entries[index].learn(status),
    });
    this.#grid = new Grid({ entries, onEnd: () => this.#closeOthers(), clock });
    this.subscribe({ status: (status) => this.#goOnAfter(status) });
  }

  /** Sends SETUP and, unless `paused`, PLAY for the first stream. Never rejects: its status tells what fails. */
  begin({ paused }: { readonly paused: boolean }): Promise<void> {
    this.#announce();
    return this.#entries[this.#current].play({ paused });
  }

  /** The list, for those who have the player alone. */
  get playlist(): Playlist {
    return this;
  }

  get list(): PlaylistStatus {
    return {
      items: this.#entries.map(({ item }) => item),
      current: this.#current,
      hasNext: this.hasNext,
      hasPrevious: this.#order.beside(this.#current, -1) !== undefined,
      loops: this.#loops,
      shuffles: this.#order.shuffles,
      opensGrid: this.#options.opensGrid ?? false,
      cells: this.#grid.rates.length,
    };
  }

  /** Whether another stream comes behind this one. */
  get hasNext(): boolean {
    return this.#order.beside(this.#current, 1) !== undefined;
  }

  select(index: number): void {
    const [entry, before] = [this.#entries[index], this.#entries[this.#current]];
    if (entry === undefined || this.#isEnding) return;
    this.#stay();
    if (entry !== before) {
      this.#current = index;
      this.switchTo(entry.open());
      this.#announce();
      if (!this.#grid.holds(before)) this.#close(before);
      this.tell((listener) => listener.playlist?.());
    }
    void entry.play();
  }

  skip(direction: 1 | -1): void {
    const index = this.#order.beside(this.#current, direction);
    if (index !== undefined) this.select(index);
  }

  setLoops(loops: boolean): void {
    if (loops === this.#loops) return;
    this.#loops = loops;
    this.tell((listener) => listener.playlist?.());
  }

  setShuffles(shuffles: boolean): void {
    this.#order.setShuffles(shuffles, this.#current);
    this.tell((listener) => listener.playlist?.());
  }

  thumbnail(index: number): Promise<Uint8Array | undefined> {
    const frame = this.#entries[index]?.latestFrame;
    if (frame !== undefined) this.#thumbnails.offer(index, frame.data);
    return this.#thumbnails.get(index);
  }

  get rates(): readonly CellRates[] {
    return this.#grid.rates;
  }

  watchGrid(viewer: CellFrameListener): () => void {
    return this.#isEnding ? () => {} : this.#grid.watch(viewer);
  }

  /** Time spent in PLAYING, in seconds, by all streams together. */
  get playedSeconds(): number {
    return this.#entries.reduce((sum, { playedSeconds }) => sum + playedSeconds, this.#playedBefore);
  }

  /** Ends all players. */
  async close(): Promise<void> {
    this.#isEnding = true;
    this.#stay();
    this.#grid.close();
    for (const entry of this.#entries) this.#close(entry);
    await Promise.all([...this.#closing, this.#thumbnails.close()]);
  }

  /** Has the next stream follow one that is over, unless somebody decides otherwise meanwhile. */
  #goOnAfter(status: PlaybackStatus): void {
    this.#stay();
    const { clock, pauseMs, isOver } = this.#options;
    // Who watches all of them has chosen none.
    if (this.#isEnding || this.#grid.isWatched || !isOver(status)) return;
    this.#stay = clock.after(pauseMs, () => this.#loops || this.skip(1));
  }

  #closeOthers(): void {
    this.#entries.forEach((entry, index) => index !== this.#current && this.#close(entry));
  }

  #close(entry: PlaylistEntry): void {
    const closing = this.#finish(entry).finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  async #finish(entry: PlaylistEntry): Promise<void> {
    const closed = await entry.close();
    if (closed === undefined) return;
    this.#playedBefore += closed.playedSeconds;
    this.#options.onClosed?.(closed);
  }

  #announce(): void {
    const { title, server } = this;
    const [number, count] = [this.#current + 1, this.#entries.length];
    log.info("plays {number} of {count}: {title} from {server}", { number, count, title, server });
  }
}
