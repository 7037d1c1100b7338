/**
 * The list of what is served, as the start page and programs get it: names, what is known of them, and who watches. It asks the server's
 * threads now and then, and looks at few streams at a time.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";
import type { Clock } from "../../net/clock.ts";
import { encodeSegment } from "../../rtsp/fields/uri.ts";
import type { Distant } from "../../server/engines/rpc.ts";
import type { Overview, StreamDetails } from "../../server/observation/overview.ts";
import type { Thumbnails } from "./thumbnails.ts";
import {
  LIVE_THUMBNAIL_KEPT_MS,
  MAX_LOOKED_STREAMS,
  MAX_LOOKS_AT_ONCE,
  MAX_WANTED_STREAMS,
  STREAM_DETAILS_KEPT_MS,
  STREAM_LIST_KEPT_MS,
  STREAM_LIST_PATIENCE_MS,
} from "../limits.ts";

type Names = Awaited<ReturnType<Overview["listStreams"]>>;

/** A stream in the list. Of one that was not looked at yet only name, path, URL and viewers are known. */
export interface ListedStream extends Partial<StreamDetails> {
  readonly name: string;
  readonly isLive: boolean;
  /** Where it is below the start page: `/name/`. */
  readonly path: string;
  /** Its URL for RTSP players. */
  readonly rtsp: string;
  /** Sessions that play it. */
  readonly viewers: number;
}

/** Constructor options of {@linkcode StreamList}. */
export interface StreamListOptions {
  readonly overview: Distant<Overview>;
  /** Thumbnails of these streams: their sessions are no viewers', and they may have found that a stream cannot be played. */
  readonly thumbnails: Pick<Thumbnails, "isTaking" | "refusalOf">;
  readonly clock: Clock;
}

/** What is known of a stream. */
interface Look {
  readonly details: StreamDetails;
  readonly untilMs: number;
}

/** Makes lists. */
export class StreamList {
  readonly #options: StreamListOptions;
  readonly #looks = new Map<string, Look>();
  /** Names beyond the first ones that somebody has seen. */
  readonly #wanted = new Set<string>();
  #looking: Promise<void> | undefined;
  #names: { readonly list: Promise<Names>; readonly untilMs: number } | undefined;

  constructor(options: StreamListOptions) {
    this.#options = options;
  }

  /** Everything that is served; `rtspServer` is the host and the port by which its reader knows this server. */
  async list(rtspServer: string): Promise<ListedStream[]> {
    const { overview, thumbnails } = this.#options;
    const [names, sessions] = await Promise.all([this.#listNames(), overview.listSessions()]);
    // The list does not wait for large files: what is not known yet comes with a later one.
    await deadline(this.#lookAt(names), STREAM_LIST_PATIENCE_MS).catch(() => {});
    const playing = sessions.filter(({ state }) => state === "PLAYING");
    const watched = Map.groupBy(playing, ({ name }) => name);
    return names.map(({ name, isLive }) => {
      const path = name.split("/").map(encodeSegment).join("/");
      const viewers = (watched.get(name)?.length ?? 0) - (thumbnails.isTaking(name) ? 1 : 0);
      const details = this.#looks.get(name)?.details;
      return {
        ...{ name, isLive, path: `/${path}/`, rtsp: `rtsp://${rtspServer}/${path}`, viewers: Math.max(0, viewers) },
        ...details,
        problem: details?.problem ?? thumbnails.refusalOf(name)?.message,
      };
    });
  }

  /** Whether the list has that name. */
  async has(name: string): Promise<boolean> {
    return (await this.#listNames()).some((one) => one.name === name);
  }

  /** Somebody has this stream before them: it is looked at for the next list. */
  want(name: string): void {
    if (this.#wanted.size < MAX_WANTED_STREAMS) this.#wanted.add(name);
  }

  #listNames(): Promise<Names> {
    const nowMs = this.#options.clock.nowMs();
    if (this.#names === undefined || nowMs >= this.#names.untilMs) {
      const list = this.#options.overview.listStreams();
      this.#names = { list, untilMs: nowMs + STREAM_LIST_KEPT_MS };
      list.catch(() => this.#names = undefined);
    }
    return this.#names.list;
  }

  /** Resolves when all is known that the next list has. */
  #lookAt(names: Names): Promise<void> {
    return this.#looking ??= this.#look(names).finally(() => this.#looking = undefined);
  }

  async #look(names: Names): Promise<void> {
    const listed = new Set(names.map(({ name }) => name));
    for (const name of this.#looks.keys()) if (!listed.has(name)) this.#looks.delete(name);
    const nowMs = this.#options.clock.nowMs();
    const isStale = (name: string) => nowMs >= (this.#looks.get(name)?.untilMs ?? 0);
    const wanted = [...listed].filter((name, index) => index < MAX_LOOKED_STREAMS || this.#wanted.has(name));
    this.#wanted.clear();
    const waiting = wanted.filter(isStale).values();
    await Promise.all(Array.from({ length: MAX_LOOKS_AT_ONCE }, async () => {
      for (const name of waiting) await this.#describe(name);
    }));
  }

  async #describe(name: string): Promise<void> {
    const { overview, clock } = this.#options;
    const details = await overview.describeStream(name);
    const isFirm = !details.isLive && details.problem === undefined;
    const keptMs = isFirm ? STREAM_DETAILS_KEPT_MS : LIVE_THUMBNAIL_KEPT_MS;
    this.#looks.set(name, { details, untilMs: clock.nowMs() + keptMs });
  }
}
