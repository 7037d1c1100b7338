/**
 * One stream of another server, passed on: it is played from there once somebody watches it here, one connection for all, and for a
 * while after the last one has gone. Its JPEGs are passed on as they came.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { RECONNECT_STABLE_MS } from "../../client/limits.ts";
import { RefusedError } from "../../client/rtsp/refusal.ts";
import type { Player } from "../../client/player.ts";
import { retryDelayMs } from "../../client/playout/reconnection.ts";
import { type Clock, sleep } from "../../net/clock.ts";
import { LiveFeed } from "../../server/source/live_source.ts";
import { RELAY_FIRST_FRAME_TIMEOUT_MS, RELAY_LINGER_MS } from "../limits.ts";
import { aborted } from "../terminal/interrupts.ts";

const log = getLogger(["mjpegrtsp", "relay"]);

const UNSUPPORTED_TRANSPORT = 461;

/** Constructor options of {@linkcode Relay}. */
export interface RelayOptions {
  /** The name under which it is served. */
  readonly name: string;
  /** Whether it is played from there even while nobody watches. */
  readonly isAlwaysOn: boolean;
  /** Makes a player of the other server's stream, over that transport, which reconnects. */
  readonly createPlayer: (transport: "tcp" | "udp") => Player;
  /** Times arrivals and tries. */
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1. */
  readonly random: () => number;
}

/** Plays a stream for those who watch it here. */
export class Relay {
  readonly feed: LiveFeed;
  readonly #options: RelayOptions;
  /** Over TCP nothing is lost, and no server spreads the packets of a frame over the time until the next. */
  #transport: "tcp" | "udp" = "tcp";
  /** Ends what is played; `undefined` while nothing is. */
  #stopping: AbortController | undefined;
  #cancelLinger = () => {};
  /** Resolves when all that was played so far has ended. */
  #over: Promise<void> = Promise.resolve();

  constructor(options: RelayOptions) {
    const { name, clock, isAlwaysOn } = this.#options = options;
    this.feed = new LiveFeed({
      name,
      clock,
      firstFrameTimeoutMs: RELAY_FIRST_FRAME_TIMEOUT_MS,
      onWanted: (isWanted) => isWanted ? this.#start() : this.#linger(),
    });
    if (isAlwaysOn) this.#start();
  }

  /** Ends it, for those who watch as well. */
  async close(): Promise<void> {
    this.#stop();
    await this.#over;
    this.feed.end();
  }

  #start(): void {
    this.#cancelLinger();
    if (this.#stopping !== undefined || this.feed.hasEnded) return;
    const { signal } = this.#stopping = new AbortController();
    this.#over = this.#over.then(() => this.#pull(signal));
  }

  #linger(): void {
    const { name, isAlwaysOn, clock } = this.#options;
    if (isAlwaysOn || this.#stopping === undefined) return;
    this.#cancelLinger = clock.after(RELAY_LINGER_MS, () => {
      log.info("{name} is closed: nobody watches it", { name });
      this.#stop();
    });
  }

  #stop(): void {
    this.#cancelLinger();
    this.#stopping?.abort();
    this.#stopping = undefined;
  }

  /** Plays it until `signal` aborts, again and again where it cannot be had. */
  async #pull(signal: AbortSignal): Promise<void> {
    const { name, clock, random } = this.#options;
    for (let tries = 0; !signal.aborted; tries++) {
      const startMs = clock.nowMs();
      const transport = this.#transport;
      const reason = await this.#play(signal);
      if (signal.aborted) break;
      if (transport !== this.#transport) {
        log.info("{name}: {reason}: using UDP", { name, reason });
        continue;
      }
      if (clock.nowMs() - startMs >= RECONNECT_STABLE_MS) tries = 0;
      this.feed.interrupt(reason);
      const delayMs = retryDelayMs(tries, random());
      log.warn("{name}: {reason}; trying again in {seconds} s", {
        ...{ name, reason, seconds: Math.max(1, Math.round(delayMs / 1000)) },
      });
      await sleep(delayMs, { clock, signal });
    }
    // What is shown to the next one who comes is to be of then.
    this.feed.interrupt();
  }

  /** Plays it once, until `signal` aborts or it cannot go on. Resolves with why. */
  async #play(signal: AbortSignal): Promise<string> {
    const { name, createPlayer } = this.#options;
    const player = createPlayer(this.#transport);
    const failed = Promise.withResolvers<string>();
    let hasStarted = false;
    const unsubscribe = player.subscribe({
      frame: ({ data, timestampUs }) => this.feed.push(data, { takenUs: timestampUs }),
      status: ({ state, notice }) => {
        if (notice === undefined || notice.level === "info" || notice.goesOn) return;
        // What goes wrong before that, its command tells.
        if (notice.level === "error" && state === "INIT") hasStarted && failed.resolve(notice.text);
        else this.feed.interrupt(notice.text);
      },
    });
    log.info("{name} is opened at {server}", { name, server: player.server });
    try {
      const play = async () => {
        await player.command("SETUP");
        await player.command("PLAY");
        hasStarted = true;
        return await failed.promise;
      };
      return await Promise.race([play(), aborted(signal).then(() => "")]);
    } catch (error) {
      if (error instanceof RefusedError && error.status === UNSUPPORTED_TRANSPORT) this.#transport = "udp";
      return error instanceof Error ? error.message : String(error);
    } finally {
      unsubscribe();
      await player.close();
    }
  }
}
