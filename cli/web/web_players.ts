/**
 * Players of what this server serves, for those who watch over HTTP: so many at once, each ended by whoever it plays for.
 *
 * @module
 */

import type { Player } from "../../client/player.ts";

/** Makes a player of what is served under a name, which has sent nothing. */
export type CreatePlayer = (name: string) => Player;

/** The players that there are. */
export class WebPlayers {
  readonly #createPlayer: CreatePlayer;
  readonly #max: number;
  readonly #open = new Set<Player>();

  constructor(createPlayer: CreatePlayer, { max }: { readonly max: number }) {
    this.#createPlayer = createPlayer;
    this.#max = max;
  }

  /** Players that have not ended. */
  get size(): number {
    return this.#open.size;
  }

  /** A player, or `undefined` where there are enough. */
  open(name: string): Player | undefined {
    if (this.#open.size >= this.#max) return undefined;
    const player = this.#createPlayer(name);
    this.#open.add(player);
    return player;
  }

  /** Ends a player, and its session. */
  async end(player: Player): Promise<void> {
    await player.close();
    this.#open.delete(player);
  }

  /** Ends all. */
  async close(): Promise<void> {
    await Promise.all([...this.#open].map((player) => this.end(player)));
  }
}
