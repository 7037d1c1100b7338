/**
 * What one page asks of the player: as many commands as may wait, and of the places it wants to go to the newest one.
 *
 * @module
 */

import { MAX_PAGE_COMMANDS } from "../limits.ts";
import type { Playback } from "../playback.ts";
import type { PlayerCommand } from "./messages.ts";

/** Passes commands on to a player. */
export class PlayerCommands {
  readonly #playback: Playback;
  readonly #refuse: (reason: string) => void;
  #waiting = 0;
  /** The place in the movie that the page wants, until it is there. */
  #nextSeconds: number | undefined;

  /** `refuse` tells the page why something is not done. */
  constructor(playback: Playback, refuse: (reason: string) => void) {
    this.#playback = playback;
    this.#refuse = refuse;
  }

  /** Has the player do it, unless too much waits already. */
  pass(command: PlayerCommand): void {
    if (command.command === "seek") {
      this.#seek(command.seconds);
    } else if (this.#waiting >= MAX_PAGE_COMMANDS) {
      this.#refuse(`${command.command} is ignored: ${MAX_PAGE_COMMANDS} commands of this page wait for the server`);
    } else {
      this.#waiting++;
      this.#obey(command)
        .catch((error) => this.#refuse(error.message))
        .finally(() => this.#waiting--);
    }
  }

  #obey(command: Exclude<PlayerCommand, { command: "seek" }>): Promise<void> {
    switch (command.command) {
      case "step":
        return this.#playback.step();
      case "scale":
        return this.#playback.setScale(command.scale);
      case "emulate":
        return this.#playback.emulate?.(command.network) ?? Promise.resolve();
      default:
        return this.#playback.command(command.command);
    }
  }

  /** Goes to a place, or once it is there to the newest one that came meanwhile: a hand that drags names many. */
  async #seek(seconds: number): Promise<void> {
    const isUnderWay = this.#nextSeconds !== undefined;
    this.#nextSeconds = seconds;
    if (isUnderWay) return;
    let done;
    do {
      done = this.#nextSeconds;
      await this.#playback.seek(done).catch((error) => this.#refuse(error.message));
    } while (this.#nextSeconds !== done);
    this.#nextSeconds = undefined;
  }
}
