/**
 * Several streams of a playlist at once, for as long as somebody watches them: the first ones are all played, and a while after the
 * last viewer has gone no more than one is.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import type { CellFrameListener, CellRates } from "../../page/playlist.ts";
import { GRID_LINGER_MS, MAX_GRID_CELLS } from "../limits.ts";
import type { PlaylistEntry } from "./playlist_entry.ts";

/** Constructor options of {@linkcode Grid}. */
export interface GridOptions {
  readonly entries: readonly PlaylistEntry[];
  /** Nobody has watched for a while: the players of the grid may be closed. */
  readonly onEnd: () => void;
  readonly clock: Clock;
}

/** Plays the first streams of a list. */
export class Grid {
  readonly #entries: readonly PlaylistEntry[];
  readonly #options: GridOptions;
  readonly #viewers = new Set<CellFrameListener>();
  /** Ends the subscriptions to the players. */
  #unsubscribe: (() => void)[] = [];
  #isPlaying = false;
  #cancelEnd = () => {};

  constructor(options: GridOptions) {
    this.#entries = options.entries.slice(0, MAX_GRID_CELLS);
    this.#options = options;
  }

  /** Whether somebody watches it. */
  get isWatched(): boolean {
    return this.#viewers.size > 0;
  }

  /** How fast each stream comes. */
  get rates(): readonly CellRates[] {
    return this.#entries.map(({ rates }) => rates);
  }

  /** Whether an entry is played for the grid, or was until a moment ago. */
  holds(entry: PlaylistEntry): boolean {
    return this.#isPlaying && this.#entries.includes(entry);
  }

  /** Gives a viewer all frames, the newest of each stream at once. Returns the function that ends it. */
  watch(viewer: CellFrameListener): () => void {
    if (!this.isWatched) this.#begin();
    this.#viewers.add(viewer);
    this.#entries.forEach((entry, index) => {
      const { latestFrame } = entry.open();
      if (latestFrame !== undefined) viewer(index, latestFrame);
    });
    return () => {
      if (this.#viewers.delete(viewer) && !this.isWatched) this.#endLater();
    };
  }

  /** Gives up all viewers. */
  close(): void {
    this.#cancelEnd();
    this.#viewers.clear();
    this.#stop();
  }

  #begin(): void {
    this.#cancelEnd();
    this.#stop();
    this.#isPlaying = true;
    this.#unsubscribe = this.#entries.map((entry, index) =>
      entry.open().subscribe({
        frame: (frame) => {
          for (const viewer of this.#viewers) viewer(index, frame);
        },
      })
    );
    for (const entry of this.#entries) void entry.play();
  }

  /** Who looks at one stream for a moment, and comes back, finds the others as they were. */
  #endLater(): void {
    this.#cancelEnd = this.#options.clock.after(GRID_LINGER_MS, () => {
      this.#stop();
      this.#options.onEnd();
    });
  }

  #stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#unsubscribe = [];
    this.#isPlaying = false;
  }
}
