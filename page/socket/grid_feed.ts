/**
 * The grid of one page: the frames of several streams, and how fast they come, for as long as the page shows them.
 *
 * @module
 */

import type { Playlist } from "../playlist.ts";
import type { Outbox } from "./outbox.ts";

/** Sends, or does not. */
export class GridFeed {
  readonly #playlist: Playlist;
  readonly #outbox: Outbox;
  #stop: (() => void) | undefined;

  constructor(playlist: Playlist, outbox: Outbox) {
    this.#playlist = playlist;
    this.#outbox = outbox;
  }

  /** Sends from now on, or no more. */
  set(isOn: boolean): void {
    if (isOn === (this.#stop !== undefined)) return;
    this.#stop?.();
    this.#stop = isOn ? this.#playlist.watchGrid((index, frame) => this.#outbox.showCell(index, frame)) : undefined;
  }

  /** Tells how fast the streams come. */
  tellRates(): void {
    if (this.#stop !== undefined) this.#outbox.tell({ type: "grid", rates: this.#playlist.rates });
  }
}
