/**
 * What one server tells of itself. It looks at what is there when it is asked; nothing is counted for it.
 *
 * @module
 */

import { readJpegHeader } from "../../mjpeg/jpeg/jpeg_header.ts";
import type { Clock } from "../../net/clock.ts";
import { fileReason } from "../../net/file_reason.ts";
import { OVERVIEW_PATIENCE_MS } from "../limits.ts";
import type { Pacer } from "../send/pacer.ts";
import { numberOf } from "../session/session_number.ts";
import type { KeptSession, SessionRegistry } from "../session/session_registry.ts";
import { transportOf } from "../session/session_tally.ts";
import type { Catalog, ListedStream } from "../source/catalog.ts";
import { DecodedSource } from "../source/decoded/decoded_source.ts";
import { LiveFeed } from "../source/live_source.ts";
import { type Source, SourceUnusableError } from "../source/source.ts";
import { LiveRates } from "./live_rates.ts";
import type { Overview, ServerCounts, SessionReport, StreamDetails } from "./overview.ts";

/** The first status code that refuses (RFC 2326, 7.1.1). */
const FIRST_ERROR = 400;
const ENDED = "whoever looks after this server has ended it";

/** Constructor options of {@linkcode ServerView}. */
export interface ServerViewOptions {
  readonly clock: Clock;
  readonly catalog: Catalog;
  readonly registry: SessionRegistry;
  readonly pacer: Pick<Pacer, "lateMs">;
  /** How many clients are connected. */
  readonly countClients: () => number;
}

/** A look at one server. */
export class ServerView implements Overview {
  readonly #options: ServerViewOptions;
  readonly #errorReplies: Record<number, number> = {};
  readonly #liveRates: LiveRates;

  constructor(options: ServerViewOptions) {
    this.#options = options;
    this.#liveRates = new LiveRates(options.clock);
  }

  listStreams(): Promise<ListedStream[]> {
    return this.#options.catalog.listed();
  }

  async describeStream(name: string): Promise<StreamDetails> {
    const { catalog, clock } = this.#options;
    const impatience = new AbortController();
    const cancel = clock.after(
      OVERVIEW_PATIENCE_MS,
      () => impatience.abort(new Error("it takes long to be looked at: its index is being made")),
    );
    try {
      const source = await catalog.find(name, impatience.signal);
      const details = await describe(source);
      return source instanceof LiveFeed ? { ...details, frameRate: this.#liveRates.rateOf(source) } : details;
    } catch (error) {
      return { ...NOTHING_KNOWN, problem: reasonOf(error) };
    } finally {
      cancel();
    }
  }

  listSessions(): SessionReport[] {
    const nowMs = this.#options.clock.nowMs();
    return [...this.#options.registry].map((kept) => report(kept, nowMs));
  }

  /** A request was answered. */
  noteReply(status: number): void {
    if (status >= FIRST_ERROR) this.#errorReplies[status] = (this.#errorReplies[status] ?? 0) + 1;
  }

  counts(): ServerCounts {
    const { registry, pacer, countClients } = this.#options;
    return {
      sent: registry.totals,
      errorReplies: this.#errorReplies,
      failedThreads: 0,
      clients: countClients(),
      lateMs: pacer.lateMs,
    };
  }

  /** A client that has nothing else here is sent away: over its connection, it would wait for frames that do not come. */
  endSession(number: number): boolean {
    const { registry } = this.#options;
    for (const { session, client } of registry) {
      if (numberOf(session) !== number) continue;
      registry.end(session, ENDED);
      if (client.sessions.size === 0) client.connection.close(ENDED);
      return true;
    }
    return false;
  }
}

/** Why a stream cannot be had, for people who need not know where on this machine its file is. */
function reasonOf(error: unknown): string {
  const reason = fileReason(error instanceof SourceUnusableError ? error.cause ?? error : error);
  // The system names the path that it was asked for at the end.
  return reason.replace(/: [a-z]+ '[^']*'$/, "");
}

const NOTHING_KNOWN: StreamDetails = {
  ...{ isLive: false, durationSeconds: undefined, frames: undefined, frameRate: undefined, loops: false },
  ...{ size: undefined, problem: undefined },
};

async function describe(source: Source): Promise<StreamDetails> {
  const size = await sizeOf(source);
  const known = { ...NOTHING_KNOWN, isLive: source.isLive, frameRate: source.frameRate, size };
  if (source.isLive) return known;
  const { times: { count: frames, durationUs }, loops } = source;
  const durationSeconds = durationUs / 1e6;
  return { ...known, durationSeconds, frames, loops, frameRate: source.frameRate ?? frames / durationSeconds };
}

/** A live source would have to be opened, and a frame of another codec to be decoded: those are not asked for one. */
async function sizeOf(source: Source): Promise<StreamDetails["size"]> {
  if (source instanceof DecodedSource) return undefined;
  const frame = source.isLive
    ? source instanceof LiveFeed ? source.newest?.data : undefined
    : await source.firstFrame();
  return frame && pixelsOf(frame);
}

function pixelsOf(jpeg: Uint8Array): StreamDetails["size"] {
  try {
    const { width, height } = readJpegHeader(jpeg).frame;
    return { width, height };
  } catch {
    // One damaged frame is no damaged stream; its viewers are told.
    return undefined;
  }
}

function report({ session, client, channels, sinceMs }: KeptSession, nowMs: number): SessionReport {
  const { sender, source, state, positionUs } = session;
  const { frames, packets, bytes, droppedFrames } = sender.counters;
  return {
    number: numberOf(session),
    name: source.name,
    peer: client.connection.peer,
    dialect: sender.dialect,
    transport: transportOf({ session, channels }),
    state,
    positionSeconds: source.isLive ? undefined : positionUs / 1e6,
    seconds: (nowMs - sinceMs) / 1000,
    ...{ frames, packets, bytes, droppedFrames },
  };
}
