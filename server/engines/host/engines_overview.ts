/**
 * What all engines together tell of the server. What each of them knows is asked of one, what each has of its own of all.
 *
 * @module
 */

import {
  addCounts,
  NO_COUNTS,
  type Overview,
  type ServerCounts,
  type SessionReport,
  type StreamDetails,
} from "../../observation/overview.ts";
import type { ListedStream } from "../../source/catalog.ts";
import type { EngineThread } from "./engine_thread.ts";

/** The overview of a server in threads. */
export class EnginesOverview implements Overview {
  readonly #engines: () => readonly EngineThread[];
  /** What each engine had done when it was asked last. */
  readonly #latest = new Map<EngineThread, ServerCounts>();
  /** What those have done that are gone. */
  #gone = NO_COUNTS;

  /** `engines` gives those that there are. */
  constructor(engines: () => readonly EngineThread[]) {
    this.#engines = engines;
  }

  listStreams(): Promise<ListedStream[]> {
    return this.#any().ask((api) => api.listStreams());
  }

  /** Frames of a live source come to those engines alone that somebody watches it at. */
  async describeStream(name: string): Promise<StreamDetails> {
    const details = await this.#any().ask((api) => api.describeStream(name));
    if (!details.isLive || details.frameRate !== undefined) return details;
    const others = this.#engines().slice(1).map((engine) => engine.ask((api) => api.describeStream(name)));
    const answers = await Promise.allSettled(others);
    const found = answers.find((answer) => answer.status === "fulfilled" && answer.value.frameRate !== undefined);
    return found?.status === "fulfilled" ? found.value : details;
  }

  async listSessions(): Promise<SessionReport[]> {
    const answers = await Promise.allSettled(this.#engines().map((engine) => engine.ask((api) => api.listSessions())));
    // One that fails while it is asked has no sessions any more.
    const reports = answers.flatMap((answer) => answer.status === "fulfilled" ? answer.value : []);
    return reports.sort((one, other) => one.number - other.number);
  }

  async counts(): Promise<ServerCounts> {
    await Promise.allSettled(
      this.#engines().map(async (engine) => {
        this.#latest.set(engine, await engine.ask((api) => api.counts()));
      }),
    );
    return [...this.#latest.values()].reduce(addCounts, this.#gone);
  }

  /** An engine has failed: what it had done when it was asked last has been done. */
  leave(engine: EngineThread): void {
    const { sent, errorReplies } = this.#latest.get(engine) ?? NO_COUNTS;
    this.#latest.delete(engine);
    this.#gone = addCounts(this.#gone, { ...NO_COUNTS, sent, errorReplies, failedThreads: 1 });
  }

  async endSession(number: number): Promise<boolean> {
    const answers = await Promise.allSettled(
      this.#engines().map((engine) => engine.ask((api) => api.endSession(number))),
    );
    return answers.some((answer) => answer.status === "fulfilled" && answer.value);
  }

  #any(): EngineThread {
    const [engine] = this.#engines();
    if (engine === undefined) throw new Error("The server's threads are being started anew");
    return engine;
  }
}
