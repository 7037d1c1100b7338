/**
 * Controls the session of a player: does what the user asks for in its turn, follows the state tables, and deals with servers that
 * fall silent or are gone.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Notice, PlaybackStatus } from "../page/playback.ts";
import type { NetworkValues } from "../rtsp/fields/emulation_parameters.ts";
import type { PresentationDescription } from "../rtsp/sdp.ts";
import { nextState, type SessionMethod, type SessionState, validMethods } from "../rtsp/session_state.ts";
import { CLOSE_PATIENCE_MS, RECONNECT_SILENCE_MS } from "./limits.ts";
import { NoticeBoard } from "./notice_board.ts";
import { PlayedSession, type PlayedSessionEvents } from "./played_session.ts";
import {
  allowedCommands,
  isConnecting,
  isEnding,
  isLost,
  nextPhase,
  type PlayerEvent,
  type PlayerPhase,
} from "./player_state.ts";
import type { Liveness } from "./playout/liveness.ts";
import { Reconnection } from "./playout/reconnection.ts";
import { silenceNotice } from "./playout/silence_notice.ts";
import { Turns } from "./playout/turns.ts";
import { ConnectionEndedError } from "./rtsp/rtsp_connection.ts";
import type { PlayerSessionOptions } from "./session/create_session.ts";
import type { PlayerSession, ReceivedVideo } from "./session/player_session.ts";

const log = getLogger(["mjpegrtsp", "player"]);

/** What the control tells the player. */
export interface SessionControlEvents
  extends Pick<PlayedSessionEvents, "onFrame" | "onSound" | "onTracks" | "onUnexpectedSource" | "onWire"> {
  /** The status has changed. */
  readonly onStatus: () => void;
}

/** Constructor options of {@linkcode SessionControl}. */
export interface SessionControlOptions extends PlayerSessionOptions {
  /** Whether to reconnect to a server that is gone; by default to live streams that have a URL. */
  readonly reconnect?: boolean;
  readonly events: SessionControlEvents;
}

/** From the first command to the end. */
export class SessionControl {
  /** What the user should know. */
  readonly board: NoticeBoard;
  readonly #options: SessionControlOptions;
  readonly #played: PlayedSession;
  readonly #reconnection: Reconnection;
  readonly #turns = new Turns();
  /** What the player is doing. */
  #phase: PlayerPhase = "idle";
  /** Where in the movie the player was when the server was lost, in seconds. */
  #lostAtSeconds: number | undefined;

  constructor(options: SessionControlOptions) {
    const { clock, random = Math.random, events } = this.#options = options;
    this.board = new NoticeBoard(events.onStatus);
    this.#played = new PlayedSession(options, {
      ...events,
      onSilence: (silentMs) => this.#takeSilence(silentMs),
      onResumed: () => this.#resume(),
      onEnd: () => this.#reachEnd(),
      onNotice: (notice) => this.#tell(notice),
      // What keeps the session alive is no concern of the user's.
      onWaiting: (text) => (text === undefined || this.#phase !== "idle") && this.board.tellWaiting(text),
      onRenewal: (reason) => this.#renew(reason),
      onClosed: (reason) => this.#lose(reason),
    });
    this.#reconnection = new Reconnection({
      clock,
      random,
      lastPacketMs: () => this.liveness.lastPacketMs,
      reconnect: (state, signal) => {
        this.#apply("retry");
        return this.#turns.take(() => this.#reconnect(state, signal));
      },
      onWait: (reason) => this.#tell({ level: "warning", text: reason }, "lose"),
      onBack: () => this.#tell({ level: "info", text: "The server is back" }),
      onRefused: (reason) => this.#tell({ level: "error", text: reason }, "refused"),
    });
  }

  /** Whether anything comes, and for how long it has. */
  get liveness(): Liveness {
    return this.#played.liveness;
  }

  get status(): PlaybackStatus {
    const { slot, journey } = this.#played;
    return {
      state: this.#sessionState,
      allowed: allowedCommands(this.#phase, this.#sessionState, { isSilent: this.liveness.isSilent }),
      notice: this.board.notice,
      reconnects: isLost(this.#phase) || this.#reconnects,
      dialect: slot.dialect,
      transport: slot.transport,
      ended: this.#phase === "ended",
      isLive: slot.session?.isLive === true,
      durationSeconds: journey.durationSeconds,
      positionSeconds: journey.positionSeconds,
      isAtEnd: this.#isOver,
      canSeek: this.#canMove,
      canScale: this.#canMove && journey.canScale,
      scale: journey.scale,
      emulation: slot.session?.network,
    };
  }

  /** Whether the session goes where it is asked to. One that waits for a reply can be asked in its turn. */
  get #canMove(): boolean {
    const isAsked = this.#phase === "idle" || this.#phase === "requesting";
    return isAsked && this.#played.state !== "INIT" && this.#played.slot.session?.canSeek === true;
  }

  /** Whether the server has sent all of what was asked for. */
  get #isOver(): boolean {
    return this.#played.state === "PLAYING" && this.#isAtEnd;
  }

  /** Receives the video of the present session. */
  get video(): ReceivedVideo | undefined {
    return this.#played.slot.session?.video;
  }

  /** The tracks of sound of the present session. */
  get audio(): PlayerSession["audio"] {
    return this.#played.slot.session?.audio ?? [];
  }

  /** What the server says of the present session's stream. */
  get description(): PresentationDescription | undefined {
    return this.#played.slot.session?.description;
  }

  /** Goes over to TCP, for a reason to be told. Returns whether it does. */
  fallBack(reason: string): boolean {
    return this.#played.slot.session?.fallBack?.(reason) ?? false;
  }

  /** Sends a method to the server, once all earlier commands are answered. */
  command(command: SessionMethod): Promise<void> {
    if (command === "TEARDOWN" && isLost(this.#phase)) {
      // A user who stops does not wait for a server that may never be back.
      this.#forgetServer();
      return this.#turns.settled;
    }
    return this.#turns.take(() => this.#obey(command));
  }

  /** Goes to a time of the movie, in seconds. */
  seek(seconds: number): Promise<void> {
    return this.#turns.take(() => this.#move("seek", (session) => this.#goTo(session, seconds)));
  }

  /** Plays at another speed from now on. */
  setScale(scale: number): Promise<void> {
    return this.#turns.take(() =>
      this.#move("change the speed", async (session) => {
        this.#played.journey.want(scale);
        if (this.#played.state === "PLAYING" && !this.#isOver) await this.#played.playFrom(session, undefined);
        if (this.#played.journey.scale !== scale) this.#tell(otherScaleNotice(this.#played.journey.scale));
      })
    );
  }

  /** Shows the next frame of a session that is paused. */
  step(): Promise<void> {
    return this.#turns.take(async () => {
      if (this.#phase !== "idle" || this.#played.state !== "READY") {
        throw new Error(`Cannot show the next frame in state ${this.#played.state}: pause first`);
      }
      await this.#during("request", async () => {
        if (!await this.#played.journey.showOne(this.#played.slot.need("PLAY"))) {
          throw new Error("No other frame has come");
        }
      });
    });
  }

  /** Changes the emulated network of the session, once all earlier commands are answered. */
  emulate(values: Partial<NetworkValues>): Promise<void> {
    return this.#turns.take(async () => {
      const { session } = this.#played.slot;
      if (session?.network === undefined) throw new Error("The server has no network that can be changed: --lab-knobs");
      await session.setNetwork?.(values);
      this.#options.events.onStatus();
    });
  }

  /** Tears the session down if there is one, and ends. A connection that is being opened is given up at once. */
  async close(): Promise<void> {
    if (isConnecting(this.#phase)) this.#played.slot.close();
    this.#apply("close");
    this.#played.refuseMore();
    this.#reconnection.stop();
    const cancelPatience = this.#options.clock.after(CLOSE_PATIENCE_MS, () => this.#played.slot.close());
    await this.#turns.settled;
    if (this.#played.state !== "INIT") {
      await this.command("TEARDOWN").catch((error) => log.info("TEARDOWN failed: {reason}", { reason: error.message }));
    }
    cancelPatience();
    this.#played.end();
    this.#tell(this.board.notice, "end");
  }

  /** Whether the player would reconnect if the server were gone: to one from which something came. */
  get #reconnects(): boolean {
    const { target, reconnect = "url" in target && this.#played.slot.session?.isLive === true } = this.#options;
    return reconnect && this.liveness.lastPacketMs !== undefined && !isEnding(this.#phase);
  }

  /** Whether all has come, and nobody waits for more. */
  get #isAtEnd(): boolean {
    return this.liveness.isAtEnd && !this.#reconnects;
  }

  /** A server goes to READY by itself at the end of what was asked for (RFC 2326, A.2). */
  get #sessionState(): SessionState {
    return this.#isOver ? "READY" : this.#played.state;
  }

  #apply(event: PlayerEvent): void {
    this.#phase = nextPhase(this.#phase, event);
  }

  /** Runs a step in its turn, unless the present session is over by then. */
  #inTurnAtSession(step: () => unknown): Promise<void> {
    const { session } = this.#played.slot;
    return this.#turns.take(() => {
      if (session !== undefined && this.#played.slot.session === session && !isEnding(this.#phase)) return step();
    });
  }

  async #obey(command: SessionMethod): Promise<void> {
    if (command === "SETUP" && isLost(this.#phase)) this.#forgetServer();
    const state = this.#sessionState;
    const isAgain = command === "PLAY" && this.#played.state === "PLAYING" && (this.#isAtEnd || this.liveness.isSilent);
    const next = isAgain ? "PLAYING" : nextState(state, command);
    if (next === undefined || this.#phase === "ended") {
      throw new Error(`${command} is not valid in state ${state}: ${validMethods(state).join(" or ")} is`);
    }
    await this.#during(command === "SETUP" || isAgain ? "connect" : "request", async () => {
      try {
        await (isAgain ? this.#played.playAgain() : this.#played.send(command));
        this.#enter(next);
      } catch (error) {
        if (command === "SETUP" || command === "TEARDOWN" || isAgain) this.#played.end();
        if (!isLost(this.#phase)) this.board.set({ level: "error", text: messageOf(error) });
        throw error;
      }
    });
  }

  /** Runs a step that starts with an event and then settles. */
  async #during(event: PlayerEvent, step: () => Promise<void>): Promise<void> {
    this.#apply(event);
    this.board.clearTrouble();
    this.#options.events.onStatus();
    try {
      await step();
    } finally {
      this.#apply("settle");
      this.#options.events.onStatus();
    }
  }

  /** Does something about the time of the movie, at a session that lets it be done. */
  async #move(what: string, act: (session: PlayerSession) => Promise<void>): Promise<void> {
    const { session } = this.#played.slot;
    if (session === undefined || !this.#canMove) throw new Error(`Cannot ${what} ${this.#moveAdvice}`);
    await this.#during("request", () => act(session));
  }

  get #moveAdvice(): string {
    return this.#played.state === "INIT"
      ? "without a session: press Play first"
      : "in what has no end that the server tells";
  }

  async #goTo(session: PlayerSession, seconds: number): Promise<void> {
    const place = Math.min(Math.max(0, seconds), this.#played.journey.lastSeconds);
    if (this.#isOver) return await this.#played.playAgain(place);
    if (this.#played.state === "READY") return void await this.#played.journey.showOne(session, place);
    await this.#played.playFrom(session, place);
  }

  /** The session asks to start again, for a reason to be told. */
  #renew(reason: string): void {
    const { session } = this.#played.slot;
    if (session === undefined) return;
    this.#tell({ level: "info", text: reason });
    this.#inTurnAtSession(() =>
      this.#during("connect", async () => {
        await this.#played.renew(session, () => this.#sessionState === "PLAYING");
      })
    ).catch((error) => this.#played.slot.session === session && this.#lose(reasonOf(error)));
  }

  #enter(state: SessionState): void {
    if (state === "INIT") this.board.set(undefined);
    this.#played.enter(state);
  }

  /** The server is gone without TEARDOWN. */
  #lose(reason: string): void {
    if (this.#played.state === "INIT") return;
    const wasAtEnd = this.#isAtEnd;
    const [state, reconnects, text] = [this.#played.state, this.#reconnects, `The server is gone: ${reason}`];
    this.#lostAtSeconds = this.#played.journey.positionSeconds;
    this.#played.end();
    // Whoever has sent everything may go.
    if (wasAtEnd) this.#tell(this.board.notice);
    else if (reconnects) this.#reconnection.start(state, text);
    else this.#tell({ level: "error", text, advice: "Start it again, then Play" });
  }

  /** Brings a server that was lost back to `state`. */
  async #reconnect(state: SessionState, signal: AbortSignal): Promise<void> {
    try {
      // Another session may be set up by now.
      if (signal.aborted) return;
      this.#options.events.onStatus();
      await this.#played.send("SETUP");
      if (state === "PLAYING") await this.#played.journey.goOn(this.#played.slot.need("PLAY"), this.#lostAtSeconds);
      signal.throwIfAborted();
      this.#apply("reconnected");
      this.#enter(state);
    } catch (error) {
      this.#played.end();
      throw error;
    } finally {
      this.#apply("settle");
      this.#options.events.onStatus();
    }
  }

  /** Nobody waits for the server any more. */
  #forgetServer(): void {
    this.#reconnection.stop();
    if (isConnecting(this.#phase)) this.#played.slot.close();
    this.#tell(undefined, "forget");
  }

  /** The server has said that nothing more comes. A live stream may go on all the same; silence will tell. */
  #reachEnd(): void {
    const { session } = this.#played.slot;
    // It may come together with the reply to PLAY, which has to be handled first.
    if (this.#phase !== "idle") {
      const video = session?.video;
      return void this.#inTurnAtSession(() => session?.video === video && this.#reachEnd());
    }
    if (this.#played.state !== "PLAYING" || this.liveness.isAtEnd) return;
    this.liveness.end();
    if (this.#reconnects) log.info("the server says that the stream has ended");
    else this.#tell({ level: "warning", text: "The stream has ended", advice: "Play shows it again" });
  }

  #takeSilence(silentMs: number): void {
    if (this.#phase !== "idle") return void this.#inTurnAtSession(() => this.#takeSilence(silentMs));
    if (this.#played.state !== "PLAYING" || this.liveness.silentMs < silentMs) return;
    const { isAtEnd } = this.liveness;
    if (this.#reconnects && (silentMs >= RECONNECT_SILENCE_MS || isAtEnd)) {
      return this.#lose(isAtEnd ? "the stream has ended" : `no packet has come for ${silentMs / 1000} s`);
    }
    const video = this.#played.slot.session?.video;
    const isTold = video === undefined || this.board.isTrouble;
    const stream = { target: this.#options.target, transport: this.#played.slot.transport };
    this.#tell(isTold ? this.board.notice : silenceNotice(stream, video));
  }

  /** Packets come again. */
  #resume(): void {
    this.#tell(this.board.notice?.level === "warning" && !isLost(this.#phase) ? undefined : this.board.notice);
  }

  /** Changes the notice, and with an event the phase. */
  #tell(notice: Notice | undefined, event?: PlayerEvent): void {
    if (event !== undefined) this.#apply(event);
    this.board.tell(notice);
  }
}

/** Why a server is gone. */
function reasonOf(error: unknown): string {
  return error instanceof ConnectionEndedError ? error.reason : messageOf(error);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function otherScaleNotice(scale: number): Notice {
  const speed = scale === 1 ? "as usual" : `${scale < 0 ? "backwards " : ""}at ${Math.abs(scale)} times the speed`;
  return { level: "info", text: `The server does not play at that speed: it plays ${speed}` };
}
