/**
 * A `Playback` in whose place another one can be put: viewers see what plays now, and are told of the change.
 *
 * @module
 */

import { PassedOnPlayback } from "../../page/passed_on_playback.ts";
import type { Playback } from "../../page/playback.ts";

/** Passes on what one playback tells, and what is asked of it. */
export class SwitchedPlayback extends PassedOnPlayback {
  protected behind: Playback;
  #unsubscribe: () => void;

  constructor(playback: Playback) {
    super();
    this.behind = playback;
    this.#unsubscribe = this.#follow();
  }

  /** Puts another playback in the place of this one. */
  protected switchTo(playback: Playback): void {
    this.#unsubscribe();
    this.behind = playback;
    this.#unsubscribe = this.#follow();
    this.tell((listener) => listener.switched?.());
  }

  /** Returns the function that ends it. */
  #follow(): () => void {
    return this.behind.subscribe({
      frame: (frame) => this.tell((listener) => listener.frame?.(frame)),
      sound: (sound) => this.tell((listener) => listener.sound?.(sound)),
      wire: (message) => this.tell((listener) => listener.wire?.(message)),
      status: (status) => this.tell((listener) => listener.status?.(status)),
    });
  }
}
