/**
 * Thumbnails of what is served: one frame of each stream, taken when somebody asks for it, and kept for a while.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";
import type { Player } from "../../client/player.ts";
import { RefusedError } from "../../client/rtsp/refusal.ts";
import type { Clock } from "../../net/clock.ts";
import {
  LIVE_THUMBNAIL_KEPT_MS,
  MAX_THUMBNAIL_BYTES,
  MAX_THUMBNAILS_AT_ONCE,
  MAX_WAITING_THUMBNAILS,
  THUMBNAIL_KEPT_MS,
  WEB_PATIENCE_MS,
} from "../limits.ts";
import { type CreatePlayer, WebPlayers } from "./web_players.ts";

/** Where in a movie its thumbnail is: many begin black. */
const PLACE = { share: 0.1, maxSeconds: 10 } as const;

/** Thumbnails, and reasons why there are none, that are kept: as many as a list has, and more. */
const MAX_KEPT = 1024;

/** A thumbnail, or why there is none. */
interface Kept {
  readonly jpeg: Uint8Array | Error;
  readonly untilMs: number;
}

/** Takes thumbnails, a few at a time. */
export class Thumbnails {
  readonly #clock: Clock;
  readonly #players: WebPlayers;
  /** In the order in which they were taken. */
  readonly #kept = new Map<string, Kept>();
  readonly #coming = new Map<string, Promise<Uint8Array>>();
  /** Those whose sessions are there now. */
  readonly #taking = new Set<string>();
  readonly #turns: (() => void)[] = [];
  #keptBytes = 0;

  constructor(createPlayer: CreatePlayer, { clock }: { readonly clock: Clock }) {
    this.#clock = clock;
    this.#players = new WebPlayers(createPlayer, { max: MAX_THUMBNAILS_AT_ONCE });
  }

  /** A JPEG of the stream of that name. Rejects with why there is none. */
  async get(name: string): Promise<Uint8Array> {
    const kept = this.#kept.get(name);
    if (kept !== undefined && this.#clock.nowMs() < kept.untilMs) {
      if (kept.jpeg instanceof Error) throw kept.jpeg;
      return kept.jpeg;
    }
    const coming = this.#coming.get(name);
    if (coming !== undefined) return await coming;
    if (this.#coming.size >= MAX_WAITING_THUMBNAILS) {
      throw new Error(`${MAX_WAITING_THUMBNAILS} thumbnails are being taken: ask again`);
    }
    const taking = this.#take(name).finally(() => this.#coming.delete(name));
    this.#coming.set(name, taking);
    return await taking;
  }

  /** Whether a thumbnail of that name is being taken now: its session is no viewer's. */
  isTaking(name: string): boolean {
    return this.#taking.has(name);
  }

  /** Why the server refuses the stream of that name, where it has lately. */
  refusalOf(name: string): RefusedError | undefined {
    const { jpeg } = this.#kept.get(name) ?? {};
    return jpeg instanceof RefusedError ? jpeg : undefined;
  }

  /** Ends all sessions. */
  async close(): Promise<void> {
    await this.#players.close();
  }

  async #take(name: string): Promise<Uint8Array> {
    const player = await this.#openPlayer(name);
    this.#taking.add(name);
    try {
      const jpeg = await deadline(frameOf(player), WEB_PATIENCE_MS);
      const isMovie = player.status.durationSeconds !== undefined;
      this.#keep(name, jpeg, isMovie ? THUMBNAIL_KEPT_MS : LIVE_THUMBNAIL_KEPT_MS);
      return jpeg;
    } catch (error) {
      this.#keep(name, error instanceof Error ? error : new Error(String(error)), LIVE_THUMBNAIL_KEPT_MS);
      throw error;
    } finally {
      await this.#players.end(player);
      this.#taking.delete(name);
      this.#turns.shift()?.();
    }
  }

  /** Waits for its turn. */
  async #openPlayer(name: string): Promise<Player> {
    for (;;) {
      const player = this.#players.open(name);
      if (player !== undefined) return player;
      await new Promise<void>((resolve) => this.#turns.push(resolve));
    }
  }

  #keep(name: string, jpeg: Uint8Array | Error, forMs: number): void {
    this.#forget(name);
    this.#kept.set(name, { jpeg, untilMs: this.#clock.nowMs() + forMs });
    this.#keptBytes += bytesOf(jpeg);
    for (const oldest of this.#kept.keys()) {
      if (this.#keptBytes <= MAX_THUMBNAIL_BYTES && this.#kept.size <= MAX_KEPT) break;
      this.#forget(oldest);
    }
  }

  #forget(name: string): void {
    const kept = this.#kept.get(name);
    if (kept !== undefined) this.#keptBytes -= bytesOf(kept.jpeg);
    this.#kept.delete(name);
  }
}

function bytesOf(jpeg: Uint8Array | Error): number {
  return jpeg instanceof Error ? 0 : jpeg.length;
}

/** A frame some way into a movie, or the newest of a live stream. */
async function frameOf(player: Player): Promise<Uint8Array> {
  const first = Promise.withResolvers<Uint8Array>();
  player.subscribe({ frame: ({ data }) => first.resolve(data) });
  await player.command("SETUP");
  const { canSeek, durationSeconds = 0 } = player.status;
  const seconds = Math.min(PLACE.share * durationSeconds, PLACE.maxSeconds);
  if (canSeek && seconds > 0) await player.seek(seconds);
  else await player.command("PLAY");
  return await first.promise;
}
