/**
 * The player: sends what its user asks for to the server, follows the state table, and hands whole frames to whoever
 * watches. Everything a page or a terminal knows, it knows from here.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { hostAndPort } from "../net/addresses.ts";
import { nextState, type SessionMethod, type SessionState, validMethods } from "../rtsp/session_state.ts";
import { FrameFeed } from "./playout/frame_feed.ts";
import { CLOSE_PATIENCE_MS, RECONNECT_SILENCE_MS, SILENCE_MS } from "./limits.ts";
import type { MediaSession } from "./session/media_session.ts";
import type {
  Notice,
  Playback,
  PlaybackListener,
  PlaybackStatistics,
  PlaybackStatus,
  ReceivedFrame,
} from "../page/playback.ts";
import { Reconnection } from "./playout/reconnection.ts";
import { RunStatistics } from "./playout/run_statistics.ts";
import type { SessionFactoryOptions } from "./session/create_session.ts";
import { SessionSlot } from "./session/session_slot.ts";
import { silenceNotice, SilenceWatch } from "./playout/silence_watch.ts";
import { withoutSecrets } from "./rtsp/rtsp_url.ts";
import { Turns } from "./playout/turns.ts";

const log = getLogger(["mjpegrtsp", "player"]);

/** What to play and how. */
export interface PlayerOptions extends SessionFactoryOptions {
  /** Whether a server that goes away is tried again; by default live streams that have a URL are. */
  readonly reconnect?: boolean;
}

/** Plays one stream of one server. */
export class Player implements Playback {
  readonly title: string;
  readonly server: string;
  readonly #options: PlayerOptions;
  readonly #listeners = new Set<PlaybackListener>();
  readonly #slot: SessionSlot;
  readonly #feed: FrameFeed;
  readonly #statistics: RunStatistics;
  readonly #silence: SilenceWatch;
  readonly #reconnection: Reconnection;
  #state: SessionState = "INIT";
  #isBusy = false;
  /** A step is under way that opens a connection. */
  #isConnecting = false;
  #isClosing = false;
  #hasEnded = false;
  #hasReceived = false;
  /** The server has said that the stream has ended, and no packet has come since. */
  #isAtEnd = false;
  #notice: Notice | undefined;
  readonly #turns = new Turns();

  /** Does nothing before the first command. */
  constructor(options: PlayerOptions) {
    const { source, clock, random = Math.random } = this.#options = options;
    const { hostname, port } = "url" in source ? source.url : source;
    this.title = "url" in source
      ? withoutSecrets(source.url.path).replace(/^\//, "") || source.url.hostname
      : source.file;
    this.server = hostAndPort({ hostname, port });
    this.#slot = new SessionSlot(options, {
      onPacket: (datagram) => this.#receive(datagram),
      onEnd: () => this.#reachEnd(),
      onNotice: (notice) => this.#tell(notice),
      onRenewal: (reason) => this.#renew(reason),
      onClosed: (reason) => this.#lose(reason),
    });
    this.#feed = new FrameFeed({ clock, onFrame: (frame) => this.#show(frame) });
    this.#statistics = new RunStatistics(clock);
    this.#silence = new SilenceWatch({
      clock,
      stepsMs: [SILENCE_MS, RECONNECT_SILENCE_MS],
      onSilence: (silentMs) => this.#takeSilence(silentMs),
    });
    this.#reconnection = new Reconnection({
      clock,
      random,
      comeBack: (state) => this.#turns.take(() => this.#comeBack(state)),
      onNotice: (notice) => this.#tell(notice),
    });
  }

  get status(): PlaybackStatus {
    return {
      state: this.#state,
      allowed: this.#allowed,
      notice: this.#notice,
      reconnects: this.#reconnects,
      dialect: this.#slot.dialect,
      transport: this.#slot.transport,
      ended: this.#hasEnded,
    };
  }

  get latestFrame(): ReceivedFrame | undefined {
    return this.#feed.latest;
  }

  /** Time spent in PLAYING, in seconds, whether something comes or not. */
  get playedSeconds(): number {
    return this.#statistics.playedSeconds;
  }

  statistics(): PlaybackStatistics {
    const { fps, bitrate } = this.#feed.rates();
    return this.#statistics.summarize({
      currentFps: fps,
      currentBitrate: bitrate,
      unexpectedSourcePackets: this.#slot.unexpectedSourcePackets,
      senderTimeMs: this.#feed.latest?.senderTimeMs,
    });
  }

  subscribe(listener: PlaybackListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  command(command: SessionMethod): Promise<void> {
    // Whoever stops does not wait for a server that may never be back.
    if (command === "TEARDOWN" && this.#reconnection.lostState !== undefined) return this.#forgetLostState();
    return this.#turns.take(() => this.#obey(command));
  }

  /** Tears the session down if there is one, and ends; what connects is given up at once. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#reconnection.forget();
    if (this.#isConnecting) this.#slot.close();
    const cancelPatience = this.#options.clock.after(CLOSE_PATIENCE_MS, () => this.#slot.close());
    await this.#turns.settled;
    if (this.#state !== "INIT") {
      await this.command("TEARDOWN").catch((error) => log.info("TEARDOWN failed: {reason}", { reason: error.message }));
    }
    cancelPatience();
    this.#hasEnded = true;
    this.#endSession();
    this.#tellStatus();
  }

  /** The commands that make sense now. */
  get #allowed(): readonly SessionMethod[] {
    if (this.#hasEnded) return [];
    if (this.#reconnection.lostState !== undefined) {
      return this.#reconnection.isWaiting ? ["SETUP", "TEARDOWN"] : ["TEARDOWN"];
    }
    return this.#isBusy ? [] : validMethods(this.#state);
  }

  /** Whether a server that goes away is tried again: one from which something came. */
  get #reconnects(): boolean {
    const { source, reconnect = "url" in source && this.#slot.isLive } = this.#options;
    return reconnect && this.#hasReceived && !this.#isClosing;
  }

  /** A step in its turn, unless the session of now is over by then. */
  #inTurnAtSession(step: () => unknown): Promise<void> {
    const { session } = this.#slot;
    return this.#turns.take(() => {
      if (session !== undefined && this.#slot.session === session && !this.#isClosing) return step();
    });
  }

  async #obey(command: SessionMethod): Promise<void> {
    if (command === "SETUP" && this.#reconnection.lostState !== undefined) this.#forgetLostState();
    const next = nextState(this.#state, command);
    if (next === undefined || this.#hasEnded) {
      throw new Error(`${command} is not valid in state ${this.#state}: ${validMethods(this.#state).join(" or ")} is`);
    }
    await this.#whileBusy(async () => {
      try {
        await this.#send(command);
        this.#enter(next);
      } catch (error) {
        if (command === "SETUP" || command === "TEARDOWN") this.#endSession();
        if (this.#reconnection.lostState === undefined) this.#notice = { level: "error", text: messageOf(error) };
        throw error;
      }
    });
  }

  async #whileBusy(step: () => Promise<void>): Promise<void> {
    this.#isBusy = true;
    if (this.#reconnection.lostState === undefined && this.#notice?.level !== "info") this.#notice = undefined;
    this.#tellStatus();
    try {
      await step();
    } finally {
      this.#isBusy = false;
      this.#isConnecting = false;
      this.#tellStatus();
    }
  }

  async #send(command: SessionMethod): Promise<void> {
    if (command === "SETUP") return await this.#setUp();
    const { session } = this.#slot;
    if (session === undefined) throw new Error(`Cannot send ${command}: the connection to the server has ended`);
    if (command === "PAUSE") return await session.pause();
    if (command === "TEARDOWN") return await session.tearDown();
    await session.play();
  }

  async #setUp(): Promise<void> {
    if (this.#isClosing) throw new Error("The player is closed");
    this.#isConnecting = true;
    this.#follow(await this.#slot.open());
    const { title, server } = this;
    log.info("set up {title} at {server}, dialect {dialect}", { title, server, dialect: this.#slot.dialect });
  }

  #follow(session: MediaSession): void {
    this.#feed.follow(session.receiver);
    this.#statistics.follow(session);
  }

  /** The session asks to begin anew, for a reason to be told. */
  #renew(reason: string): void {
    const { session } = this.#slot;
    if (session === undefined) return;
    this.#tell({ level: "info", text: reason });
    this.#inTurnAtSession(() =>
      this.#whileBusy(async () => {
        this.#isConnecting = true;
        this.#feed.flush();
        await session.renew();
        this.#follow(session);
        if (this.#state !== "PLAYING") return;
        await session.play();
        this.#silence.start();
      })
    ).catch((error) => this.#slot.session === session && this.#lose(messageOf(error)));
  }

  #enter(state: SessionState): void {
    const before = this.#state;
    this.#state = state;
    if (state === "PLAYING") {
      this.#statistics.start();
      this.#silence.start();
    } else if (before === "PLAYING") {
      this.#stopPlaying();
    }
    if (state === "INIT") {
      this.#notice = undefined;
      this.#endSession();
    }
  }

  /** The server has gone without TEARDOWN. */
  #lose(reason: string): void {
    if (this.#state === "INIT") return;
    const state = this.#state;
    this.#endSession();
    if (this.#reconnects) this.#reconnection.lose(state, `The server has gone: ${reason}`);
    else this.#tell({ level: "error", text: `The server has gone: ${reason}`, advice: "Start it again, then Play" });
  }

  async #comeBack(state: SessionState): Promise<void> {
    const checkWanted = () => {
      if (this.#reconnection.lostState === undefined) throw new Error("Nobody wants the server back any more");
    };
    await this.#whileBusy(async () => {
      try {
        checkWanted();
        await this.#setUp();
        if (state === "PLAYING") await this.#send("PLAY");
        checkWanted();
        this.#enter(state);
      } catch (error) {
        this.#endSession();
        throw error;
      }
    });
  }

  /** Nobody waits for the server any more. Resolves when what is under way has ended. */
  #forgetLostState(): Promise<void> {
    this.#reconnection.forget();
    if (this.#isConnecting) this.#slot.close();
    this.#tell(undefined);
    return this.#turns.settled;
  }

  #endSession(): void {
    this.#stopPlaying();
    this.#state = "INIT";
    this.#slot.close();
  }

  #stopPlaying(): void {
    this.#silence.stop();
    this.#statistics.stop();
    this.#feed.flush();
    this.#isAtEnd = false;
  }

  /** The server has said that nothing more comes. A live stream may go on all the same; silence will tell. */
  #reachEnd(): void {
    // It may come together with the reply to PLAY, which is seen to first.
    const { receiver } = this.#feed;
    if (this.#isBusy) return void this.#inTurnAtSession(() => this.#feed.receiver === receiver && this.#reachEnd());
    if (this.#state !== "PLAYING" || this.#isAtEnd) return;
    this.#isAtEnd = true;
    this.#feed.flush();
    this.#statistics.rest(0);
    if (this.#reconnects) log.info("the server says that the stream has ended");
    else this.#tell({ level: "warning", text: "The stream has ended", advice: "Stop, then Play shows it again" });
  }

  #receive(datagram: Uint8Array): void {
    if (!this.#feed.push(datagram)) return;
    if (this.#notice?.level === "warning" && this.#reconnection.lostState === undefined) this.#tell(undefined);
    this.#hasReceived = true;
    this.#isAtEnd = false;
    this.#reconnection.note();
    this.#silence.note();
    this.#statistics.goOn();
  }

  #takeSilence(silentMs: number): void {
    if (this.#isBusy) return void this.#inTurnAtSession(() => this.#takeSilence(silentMs));
    if (this.#state !== "PLAYING" || this.#silence.silentMs < silentMs) return;
    this.#statistics.rest(this.#silence.silentMs);
    const isGone = silentMs >= RECONNECT_SILENCE_MS || this.#isAtEnd;
    if (this.#reconnects && isGone) {
      this.#lose(this.#isAtEnd ? "the stream has ended" : `no packet has come for ${silentMs / 1000} s`);
    } else if (this.#slot.session !== undefined && (this.#notice === undefined || this.#notice.level === "info")) {
      this.#tell(silenceNotice(this.#options.source, this.#slot.session.receiver));
    }
  }

  #show(frame: ReceivedFrame): void {
    for (const listener of this.#listeners) listener.frame?.(frame);
  }

  #tell(notice: Notice | undefined): void {
    this.#notice = notice;
    if (notice !== undefined) log[notice.level]("{text}", { text: notice.text });
    this.#tellStatus();
  }

  #tellStatus(): void {
    const { status } = this;
    for (const listener of this.#listeners) listener.status?.(status);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
