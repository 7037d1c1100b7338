/**
 * The player: sends what its user asks for to the server, follows the table of its states, and gives whole frames to whoever watches.
 * Everything a page or a terminal knows, it knows from here.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { hostAndPort } from "../net/addresses.ts";
import type {
  Notice,
  Playback,
  PlaybackListener,
  PlaybackStatistics,
  PlaybackStatus,
  ReceivedFrame,
} from "../page/playback.ts";
import { nextState, type SessionMethod, type SessionState, validMethods } from "../rtsp/session_state.ts";
import { CLOSE_PATIENCE_MS, RECONNECT_SILENCE_MS, SILENCE_MS } from "./limits.ts";
import { isEnding, nextPlayerState, type PlayerEvent, type PlayerState, sessionStateOf } from "./player_state.ts";
import { FrameFeed } from "./playout/frame_feed.ts";
import { Reconnection } from "./playout/reconnection.ts";
import { RunStatistics } from "./playout/run_statistics.ts";
import { silenceNotice, SilenceWatch } from "./playout/silence_watch.ts";
import { Turns } from "./playout/turns.ts";
import { withoutSecrets } from "./rtsp/rtsp_url.ts";
import type { PlayerSessionOptions } from "./session/create_session.ts";
import type { PlayerSession } from "./session/player_session.ts";
import { SessionSlot } from "./session/session_slot.ts";

const log = getLogger(["mjpegrtsp", "player"]);

/** What to play and how. */
export interface PlayerOptions extends PlayerSessionOptions {
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
  readonly #turns = new Turns();
  #state: PlayerState = "idle";
  /** The step that is under way, if one is: `connecting` may be given up at once. */
  #step: "connecting" | "asking" | undefined;
  #notice: Notice | undefined;

  /** Does nothing before the first command. */
  constructor(options: PlayerOptions) {
    const { target, clock, random = Math.random } = this.#options = options;
    const { hostname, port } = "url" in target ? target.url : target;
    this.title = "url" in target
      ? withoutSecrets(target.url.path).replace(/^\//, "") || target.url.hostname
      : target.file;
    this.server = hostAndPort({ hostname, port });
    this.#slot = new SessionSlot(options, {
      onFrame: (frame) => this.#feed.push(frame),
      onPacket: () => this.#notePacket(),
      onUnexpectedSource: () => this.#statistics.noteUnexpectedSource(),
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
      isWanted: () => this.#state === "lost",
      reconnect: (state) => this.#turns.take(() => this.#reconnect(state)),
      onRefused: () => this.#enter("session-over"),
      onNotice: (notice) => this.#tell(notice),
    });
  }

  get status(): PlaybackStatus {
    return {
      state: sessionStateOf(this.#state),
      allowed: this.#allowed,
      notice: this.#notice,
      reconnects: this.#reconnects,
      dialect: this.#slot.dialect,
      transport: this.#slot.transport,
      ended: this.#state === "ended",
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
      senderTimeMs: this.#feed.latest?.senderTimeMs,
    });
  }

  subscribe(listener: PlaybackListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  command(command: SessionMethod): Promise<void> {
    // Whoever stops does not wait for a server that may never be back.
    if (command === "TEARDOWN" && this.#state === "lost") return this.#giveUpLost();
    return this.#turns.take(() => this.#obey(command));
  }

  /** Tears the session down if there is one, and ends; what connects is given up at once. */
  async close(): Promise<void> {
    this.#enter("close");
    this.#reconnection.stop();
    if (this.#step === "connecting") this.#slot.close();
    const cancelPatience = this.#options.clock.after(CLOSE_PATIENCE_MS, () => this.#slot.close());
    await this.#turns.settled;
    if (this.#state === "leaving") {
      await this.#turns.take(() => this.#tearDown())
        .catch((error) => log.info("TEARDOWN failed: {reason}", { reason: error.message }));
    }
    cancelPatience();
    this.#endSession();
    this.#enter("closed");
    this.#tellStatus();
  }

  /** The commands that make sense now. */
  get #allowed(): readonly SessionMethod[] {
    if (isEnding(this.#state)) return [];
    if (this.#state === "lost") return this.#reconnection.isWaiting ? ["SETUP", "TEARDOWN"] : ["TEARDOWN"];
    return this.#step !== undefined ? [] : validMethods(sessionStateOf(this.#state));
  }

  /** Whether a server that goes away is tried again: one from which something came. */
  get #reconnects(): boolean {
    const { target, reconnect = "url" in target && this.#slot.isLive } = this.#options;
    return reconnect && this.#silence.lastPacketMs !== undefined && !isEnding(this.#state);
  }

  get #isPlaying(): boolean {
    return this.#state === "playing" || this.#state === "at-end";
  }

  /** A step in its turn, unless the session of now is over by then. */
  #inTurnAtSession(step: () => unknown): Promise<void> {
    const { session } = this.#slot;
    return this.#turns.take(() => {
      if (session !== undefined && this.#slot.session === session && !isEnding(this.#state)) return step();
    });
  }

  async #obey(command: SessionMethod): Promise<void> {
    if (command === "SETUP" && this.#state === "lost") this.#giveUpLost();
    const state = sessionStateOf(this.#state);
    if (nextState(state, command) === undefined || isEnding(this.#state)) {
      throw new Error(`${command} is not valid in state ${state}: ${validMethods(state).join(" or ")} is`);
    }
    await this.#whileBusy(async () => {
      try {
        await this.#ask(command);
      } catch (error) {
        if (command === "SETUP" || command === "TEARDOWN") this.#endSession();
        if (this.#state !== "lost") this.#notice = { level: "error", text: messageOf(error) };
        throw error;
      }
    });
  }

  async #whileBusy(step: () => Promise<void>): Promise<void> {
    this.#step = "asking";
    if (this.#state !== "lost" && this.#notice?.level !== "info") this.#notice = undefined;
    this.#tellStatus();
    try {
      await step();
    } finally {
      this.#step = undefined;
      this.#tellStatus();
    }
  }

  /** Sends a command, and goes on from its reply. */
  async #ask(command: SessionMethod): Promise<void> {
    if (command === "SETUP") {
      await this.#setUp();
      this.#enter("ready");
    } else if (command === "PLAY") {
      await this.#sessionFor(command).play();
      this.#enter("played");
    } else if (command === "PAUSE") {
      await this.#sessionFor(command).pause();
      this.#enter("ready");
    } else {
      await this.#tearDown();
    }
  }

  #sessionFor(command: SessionMethod): PlayerSession {
    const { session } = this.#slot;
    if (session === undefined) throw new Error(`Cannot send ${command}: the connection to the server has ended`);
    return session;
  }

  async #setUp(): Promise<void> {
    if (isEnding(this.#state)) throw new Error("The player is closed");
    this.#step = "connecting";
    this.#follow(await this.#slot.open());
    const { title, server } = this;
    log.info("set up {title} at {server}, dialect {dialect}", { title, server, dialect: this.#slot.dialect });
  }

  async #tearDown(): Promise<void> {
    await this.#sessionFor("TEARDOWN").tearDown();
    this.#notice = undefined;
    this.#endSession();
  }

  #follow(session: PlayerSession): void {
    this.#feed.restart(session.receiver?.clockRate);
    this.#statistics.follow(session);
  }

  /** The session asks to be set up again, for a reason to be told. */
  #renew(reason: string): void {
    const { session } = this.#slot;
    if (session === undefined) return;
    this.#tell({ level: "info", text: reason });
    this.#inTurnAtSession(() =>
      this.#whileBusy(async () => {
        this.#step = "connecting";
        session.flush();
        await session.renew();
        this.#follow(session);
        if (!this.#isPlaying) return;
        await session.play();
        this.#silence.start();
      })
    ).catch((error) => this.#slot.session === session && this.#lose(messageOf(error)));
  }

  /** Takes an event by the table; what is played starts and stops with the state. */
  #enter(event: PlayerEvent): void {
    const wasPlaying = this.#isPlaying;
    this.#state = nextPlayerState(this.#state, event);
    if (this.#isPlaying && event === "played") {
      this.#statistics.start();
      this.#silence.start();
    } else if (wasPlaying && !this.#isPlaying && this.#state !== "leaving") {
      this.#stopPlaying();
    }
  }

  /** The server has gone without TEARDOWN. */
  #lose(reason: string): void {
    const state = sessionStateOf(this.#state);
    if (state === "INIT") return;
    const text = `The server has gone: ${reason}`;
    if (!this.#reconnects) {
      this.#endSession();
      return this.#tell({ level: "error", text, advice: "Start it again, then Play" });
    }
    this.#enter("server-lost");
    this.#slot.close();
    this.#reconnection.start(state, text, this.#silence);
  }

  /** One try to get a lost session back. */
  async #reconnect(state: SessionState): Promise<void> {
    const checkWanted = () => {
      if (this.#state !== "lost") throw new Error("The server is not wanted any more");
    };
    await this.#whileBusy(async () => {
      try {
        checkWanted();
        await this.#setUp();
        if (state === "PLAYING") await this.#sessionFor("PLAY").play();
        checkWanted();
        this.#enter(state === "PLAYING" ? "played" : "ready");
      } catch (error) {
        this.#slot.close();
        throw error;
      }
    });
  }

  /** Nobody waits for the server any more. Resolves when what is under way has ended. */
  #giveUpLost(): Promise<void> {
    this.#enter("session-over");
    this.#reconnection.stop();
    if (this.#step === "connecting") this.#slot.close();
    this.#tell(undefined);
    return this.#turns.settled;
  }

  #endSession(): void {
    if (this.#state === "leaving") this.#stopPlaying();
    this.#enter("session-over");
    this.#slot.close();
  }

  #stopPlaying(): void {
    this.#silence.stop();
    this.#statistics.stop();
    this.#slot.session?.flush();
  }

  /** The server has said that nothing more comes. A live stream may go on all the same; silence will tell. */
  #reachEnd(): void {
    // It may come together with the reply to PLAY, which is handled first.
    const receiver = this.#slot.session?.receiver;
    if (this.#step !== undefined) {
      this.#inTurnAtSession(() => this.#slot.session?.receiver === receiver && this.#reachEnd());
      return;
    }
    if (this.#state !== "playing") return;
    this.#enter("stream-ended");
    this.#slot.session?.flush();
    this.#statistics.rest(0);
    if (this.#reconnects) log.info("the server says that the stream has ended");
    else this.#tell({ level: "warning", text: "The stream has ended", advice: "Stop, then Play shows it again" });
  }

  #notePacket(): void {
    if (this.#notice?.level === "warning" && this.#state !== "lost") this.#tell(undefined);
    this.#enter("packet");
    this.#silence.note();
    this.#statistics.goOn();
  }

  #takeSilence(silentMs: number): void {
    if (this.#step !== undefined) return void this.#inTurnAtSession(() => this.#takeSilence(silentMs));
    if (!this.#isPlaying || this.#silence.silentMs < silentMs) return;
    this.#statistics.rest(this.#silence.silentMs);
    const isAtEnd = this.#state === "at-end";
    const receiver = this.#slot.session?.receiver;
    if (this.#reconnects && (isAtEnd || silentMs >= RECONNECT_SILENCE_MS)) {
      this.#lose(isAtEnd ? "the stream has ended" : `no packet has come for ${silentMs / 1000} s`);
    } else if (receiver !== undefined && (this.#notice === undefined || this.#notice.level === "info")) {
      this.#tell(silenceNotice(this.#options.target, receiver));
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
