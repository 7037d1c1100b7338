/**
 * A picture of each stream of a playlist: its first frame, by a short session of its own, one stream after the other. They are kept as
 * long as there is room, and asked for once.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import type { PlaybackStatus } from "../../page/playback.ts";
import { MAX_THUMBNAILS_BYTES, THUMBNAIL_PATIENCE_MS } from "../limits.ts";
import type { Target } from "../session/target.ts";
import type { OpenPlayer } from "./playlist_entry.ts";

const log = getLogger(["mjpegrtsp", "player"]);

/** Constructor options of {@linkcode Thumbnails}. */
export interface ThumbnailsOptions {
  readonly targets: readonly Target[];
  readonly open: OpenPlayer;
  /** What a stream has told of itself meanwhile. */
  readonly onStatus: (index: number, status: PlaybackStatus) => void;
  /** Times out streams of which nothing comes. */
  readonly clock: Clock;
}

/** Looks at streams, and remembers what it has seen. */
export class Thumbnails {
  readonly #options: ThumbnailsOptions;
  /** By index, the oldest first. */
  readonly #jpegs = new Map<number, Uint8Array>();
  #bytes = 0;
  /** Looks that wait, or are under way. */
  readonly #looks = new Map<number, Promise<void>>();
  /** Streams that have been looked at; of some nothing has come. */
  readonly #seen = new Set<number>();
  #last: Promise<void> = Promise.resolve();
  readonly #closing = Promise.withResolvers<undefined>();
  #isClosed = false;

  constructor(options: ThumbnailsOptions) {
    this.#options = options;
  }

  /** The picture of a stream, once its turn has come; `undefined` where there is none. */
  async get(index: number): Promise<Uint8Array | undefined> {
    if (this.#options.targets[index] === undefined) return undefined;
    if (!this.#seen.has(index)) {
      const run = () => this.#look(index);
      const look = this.#looks.get(index) ?? this.#last.then(run, run);
      this.#looks.set(index, look);
      this.#last = look;
      await look;
    }
    return this.#jpegs.get(index);
  }

  /** Takes the first frame of a stream that is played, which need not be asked for any more. */
  offer(index: number, jpeg: Uint8Array): void {
    if (this.#jpegs.has(index) || jpeg.length > MAX_THUMBNAILS_BYTES) return;
    this.#seen.add(index);
    this.#jpegs.set(index, jpeg.slice());
    this.#bytes += jpeg.length;
    for (const [oldest, { length }] of this.#jpegs) {
      if (this.#bytes <= MAX_THUMBNAILS_BYTES) break;
      this.#jpegs.delete(oldest);
      this.#seen.delete(oldest);
      this.#bytes -= length;
    }
  }

  /** Ends the look that is under way; no other follows. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#closing.resolve(undefined);
    await Promise.all(this.#looks.values());
  }

  async #look(index: number): Promise<void> {
    // Somebody may play it by now.
    if (this.#isClosed || this.#seen.has(index)) return;
    const { targets, open, onStatus, clock } = this.#options;
    const player = open(targets[index]);
    const { playback } = player;
    const first = Promise.withResolvers<Uint8Array | undefined>();
    playback.subscribe({ frame: ({ data }) => first.resolve(data) });
    const cancel = clock.after(THUMBNAIL_PATIENCE_MS, () => first.resolve(undefined));
    const asking = (async () => {
      for (const method of ["SETUP", "PLAY"] as const) await playback.command(method);
    })();
    asking.catch((error) => {
      log.debug("no picture of {title}: {reason}", { title: playback.title, reason: error.message });
      first.resolve(undefined);
    });
    try {
      const jpeg = await Promise.race([first.promise, this.#closing.promise]);
      if (playback.status.state !== "INIT") onStatus(index, playback.status);
      if (jpeg !== undefined) this.offer(index, jpeg);
      if (!this.#isClosed) this.#seen.add(index);
    } finally {
      cancel();
      this.#looks.delete(index);
      await player.close();
    }
  }
}
