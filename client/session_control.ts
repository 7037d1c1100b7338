/**
 * Runs the sessions of a player, one after the other: sends what the user asks for in its turn, follows the state tables, and
 * deals with servers that redirect, fall silent, or are gone.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Notice, PlaybackStatus } from "../page/playback.ts";
import type { PresentationDescription } from "../rtsp/sdp.ts";
import { nextState, type SessionMethod, type SessionState, validMethods } from "../rtsp/session_state.ts";
import { Journey } from "./journey.ts";
import { CLOSE_PATIENCE_MS, RECONNECT_SILENCE_MS, SILENCE_MS } from "./limits.ts";
import { NoticeBoard } from "./notice_board.ts";
import {
  allowedCommands,
  isConnecting,
  isEnding,
  isLost,
  nextPhase,
  type PlayerEvent,
  type PlayerPhase,
} from "./player_state.ts";
import { Liveness } from "./playout/liveness.ts";
import { Reconnection } from "./playout/reconnection.ts";
import { silenceNotice } from "./playout/silence_notice.ts";
import { Turns } from "./playout/turns.ts";
import { RefusedError } from "./rtsp/refusal.ts";
import { ConnectionEndedError } from "./rtsp/rtsp_connection.ts";
import type { PlayerSessionOptions } from "./session/create_session.ts";
import type { TrackFrame } from "../rtp/receiver/track_receiver.ts";
import type { PlayerSession, PlayerSessionEvents, ReceivedVideo } from "./session/player_session.ts";
import { SessionSlot } from "./session/session_slot.ts";

const log = getLogger(["mjpegrtsp", "player"]);

/** What the control tells the player. */
export interface SessionControlEvents extends Pick<PlayerSessionEvents, "onSound" | "onUnexpectedSource" | "onWire"> {
  /** A whole frame has come, from this place in the movie, in seconds, where that is known. */
  readonly onFrame: (frame: TrackFrame, positionSeconds: number | undefined) => void;
  /** Another session, or the same one after a renewal, has tracks of its own. */
  readonly onTracks: (session: PlayerSession) => void;
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
  /** Whether anything comes, and for how long it has. */
  readonly liveness: Liveness;
  /** What the user should know. */
  readonly board: NoticeBoard;
  readonly #options: SessionControlOptions;
  readonly #slot: SessionSlot;
  readonly #journey: Journey;
  readonly #reconnection: Reconnection;
  readonly #turns = new Turns();
  /** What the player is doing. */
  #phase: PlayerPhase = "idle";
  /** What the server knows of the session. */
  #state: SessionState = "INIT";

  constructor(options: SessionControlOptions) {
    const { clock, random = Math.random, events } = this.#options = options;
    this.board = new NoticeBoard(events.onStatus);
    this.liveness = new Liveness({
      clock,
      stepsMs: [SILENCE_MS, RECONNECT_SILENCE_MS],
      onSilence: (silentMs) => this.#takeSilence(silentMs),
      onResumed: () => this.#resume(),
    });
    this.#journey = new Journey({ clock, onFrame: events.onFrame });
    this.#slot = new SessionSlot(options, {
      ...events,
      onFrame: (frame) => this.#journey.take(frame, this.#slot.session),
      onPacket: (nowMs) => this.liveness.note(nowMs),
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

  get status(): PlaybackStatus {
    return {
      state: this.#sessionState,
      allowed: allowedCommands(this.#phase, this.#sessionState, { isSilent: this.liveness.isSilent }),
      notice: this.board.notice,
      reconnects: isLost(this.#phase) || this.#reconnects,
      dialect: this.#slot.dialect,
      transport: this.#slot.transport,
      ended: this.#phase === "ended",
      isLive: this.#slot.session?.isLive === true,
      durationSeconds: this.#journey.durationSeconds,
      positionSeconds: this.#journey.positionSeconds,
      isAtEnd: this.#isOver,
      canSeek: this.#canMove,
      canScale: this.#canMove && this.#journey.canScale,
      scale: this.#journey.scale,
    };
  }

  /** Whether the session goes where it is asked to. One that waits for a reply can be asked in its turn. */
  get #canMove(): boolean {
    const isAsked = this.#phase === "idle" || this.#phase === "requesting";
    return isAsked && this.#state !== "INIT" && this.#slot.session?.canSeek === true;
  }

  /** Whether the server has sent all of what was asked for. */
  get #isOver(): boolean {
    return this.#state === "PLAYING" && this.#isAtEnd;
  }

  /** Receives the video of the present session. */
  get video(): ReceivedVideo | undefined {
    return this.#slot.session?.video;
  }

  /** The tracks of sound of the present session. */
  get audio(): PlayerSession["audio"] {
    return this.#slot.session?.audio ?? [];
  }

  /** What the server says of the present session's stream. */
  get description(): PresentationDescription | undefined {
    return this.#slot.session?.description;
  }

  /** Goes over to TCP, for a reason to be told. Returns whether it does. */
  fallBack(reason: string): boolean {
    return this.#slot.session?.fallBack?.(reason) ?? false;
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
        this.#journey.want(scale);
        if (this.#state === "PLAYING" && !this.#isOver) await this.#playFrom(session, undefined);
        if (this.#journey.scale !== scale) this.#tell(otherScaleNotice(this.#journey.scale));
      })
    );
  }

  /** Shows the next frame of a session that is paused. */
  step(): Promise<void> {
    return this.#turns.take(async () => {
      if (this.#phase !== "idle" || this.#state !== "READY") {
        throw new Error(`Cannot show the next frame in state ${this.#state}: pause first`);
      }
      await this.#during("request", async () => {
        if (!await this.#journey.showOne(this.#slot.need("PLAY"))) throw new Error("No other frame has come");
      });
    });
  }

  /** Tears the session down if there is one, and ends. A connection that is being opened is given up at once. */
  async close(): Promise<void> {
    if (isConnecting(this.#phase)) this.#slot.close();
    this.#apply("close");
    this.#reconnection.stop();
    const cancelPatience = this.#options.clock.after(CLOSE_PATIENCE_MS, () => this.#slot.close());
    await this.#turns.settled;
    if (this.#state !== "INIT") {
      await this.command("TEARDOWN").catch((error) => log.info("TEARDOWN failed: {reason}", { reason: error.message }));
    }
    cancelPatience();
    this.#endSession();
    this.#tell(this.board.notice, "end");
  }

  /** Whether the player would reconnect if the server were gone: to one from which something came. */
  get #reconnects(): boolean {
    const { target, reconnect = "url" in target && this.#slot.session?.isLive === true } = this.#options;
    return reconnect && this.liveness.lastPacketMs !== undefined && !isEnding(this.#phase);
  }

  /** Whether all has come, and nobody waits for more. */
  get #isAtEnd(): boolean {
    return this.liveness.isAtEnd && !this.#reconnects;
  }

  /** A server goes to READY by itself at the end of what was asked for (RFC 2326, A.2). */
  get #sessionState(): SessionState {
    return this.#isOver ? "READY" : this.#state;
  }

  #apply(event: PlayerEvent): void {
    this.#phase = nextPhase(this.#phase, event);
  }

  /** Runs a step in its turn, unless the present session is over by then. */
  #inTurnAtSession(step: () => unknown): Promise<void> {
    const { session } = this.#slot;
    return this.#turns.take(() => {
      if (session !== undefined && this.#slot.session === session && !isEnding(this.#phase)) return step();
    });
  }

  async #obey(command: SessionMethod): Promise<void> {
    if (command === "SETUP" && isLost(this.#phase)) this.#forgetServer();
    const state = this.#sessionState;
    const isAgain = command === "PLAY" && this.#state === "PLAYING" && (this.#isAtEnd || this.liveness.isSilent);
    const next = isAgain ? "PLAYING" : nextState(state, command);
    if (next === undefined || this.#phase === "ended") {
      throw new Error(`${command} is not valid in state ${state}: ${validMethods(state).join(" or ")} is`);
    }
    await this.#during(command === "SETUP" || isAgain ? "connect" : "request", async () => {
      try {
        await (isAgain ? this.#playAgain() : this.#send(command));
        this.#enter(next);
      } catch (error) {
        if (command === "SETUP" || command === "TEARDOWN" || isAgain) this.#endSession();
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

  async #send(command: SessionMethod): Promise<void> {
    if (command === "PLAY") return await this.#journey.play(this.#slot.need(command));
    if (command === "PAUSE") return await this.#slot.need(command).pause();
    if (command === "TEARDOWN") return await this.#slot.need(command).tearDown();
    if (isEnding(this.#phase)) throw new Error("The player is closed");
    const session = await this.#slot.open();
    this.#journey.begin(session);
    this.#options.events.onTracks(session);
  }

  /** Does something about the time of the movie, at a session that lets it be done. */
  async #move(what: string, act: (session: PlayerSession) => Promise<void>): Promise<void> {
    const { session } = this.#slot;
    if (session === undefined || !this.#canMove) throw new Error(`Cannot ${what} ${this.#moveAdvice}`);
    await this.#during("request", () => act(session));
  }

  get #moveAdvice(): string {
    return this.#state === "INIT" ? "without a session: press Play first" : "in what has no end that the server tells";
  }

  async #goTo(session: PlayerSession, seconds: number): Promise<void> {
    const place = Math.min(Math.max(0, seconds), this.#journey.lastSeconds);
    if (this.#isOver) return await this.#playAgain(place);
    if (this.#state === "READY") return void await this.#journey.showOne(session, place);
    await this.#playFrom(session, place);
  }

  /** Plays on from a time, or at another speed. Where the server refuses, it has paused. */
  async #playFrom(session: PlayerSession, fromSeconds: number | undefined): Promise<void> {
    try {
      await this.#journey.playFrom(session, fromSeconds);
      this.liveness.start();
    } catch (error) {
      if (error instanceof RefusedError) this.#enter("READY");
      throw error;
    }
  }

  /** Plays from the beginning or a time, in another session: in one that has come to its end, few servers do. */
  async #playAgain(fromSeconds?: number): Promise<void> {
    await this.#send("TEARDOWN").catch((error) => log.info("TEARDOWN failed: {reason}", { reason: error.message }));
    this.#endSession();
    await this.#send("SETUP");
    await this.#journey.play(this.#slot.need("PLAY"), fromSeconds);
    this.#enter("PLAYING");
  }

  /** The session asks to start again, for a reason to be told. */
  #renew(reason: string): void {
    const { session } = this.#slot;
    if (session === undefined) return;
    this.#tell({ level: "info", text: reason });
    this.#inTurnAtSession(() =>
      this.#during("connect", async () => {
        const { positionSeconds } = this.#journey;
        await session.renew();
        this.#journey.begin(session);
        this.#options.events.onTracks(session);
        if (this.#sessionState !== "PLAYING") return;
        await this.#journey.play(session, session.canSeek ? positionSeconds : undefined);
        this.liveness.start();
      })
    ).catch((error) => this.#slot.session === session && this.#lose(reasonOf(error)));
  }

  #enter(state: SessionState): void {
    if (state === "INIT") {
      this.board.set(undefined);
      return this.#endSession();
    }
    this.#state = state;
    if (state === "PLAYING") this.liveness.start();
    else this.liveness.stop();
  }

  #endSession(): void {
    this.liveness.stop();
    this.#journey.end();
    this.#state = "INIT";
    this.#slot.close();
  }

  /** The server is gone without TEARDOWN. */
  #lose(reason: string): void {
    if (this.#state === "INIT") return;
    const wasAtEnd = this.#isAtEnd;
    const [state, reconnects, text] = [this.#state, this.#reconnects, `The server is gone: ${reason}`];
    this.#endSession();
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
      await this.#send("SETUP");
      if (state === "PLAYING") await this.#send("PLAY");
      signal.throwIfAborted();
      this.#apply("reconnected");
      this.#enter(state);
    } catch (error) {
      this.#endSession();
      throw error;
    } finally {
      this.#apply("settle");
      this.#options.events.onStatus();
    }
  }

  /** Nobody waits for the server any more. */
  #forgetServer(): void {
    this.#reconnection.stop();
    if (isConnecting(this.#phase)) this.#slot.close();
    this.#tell(undefined, "forget");
  }

  /** The server has said that nothing more comes. A live stream may go on all the same; silence will tell. */
  #reachEnd(): void {
    const { session } = this.#slot;
    // It may come together with the reply to PLAY, which has to be handled first.
    if (this.#phase !== "idle") {
      const video = session?.video;
      return void this.#inTurnAtSession(() => session?.video === video && this.#reachEnd());
    }
    if (this.#state !== "PLAYING" || this.liveness.isAtEnd) return;
    this.liveness.end();
    if (this.#reconnects) log.info("the server says that the stream has ended");
    else this.#tell({ level: "warning", text: "The stream has ended", advice: "Play shows it again" });
  }

  #takeSilence(silentMs: number): void {
    if (this.#phase !== "idle") return void this.#inTurnAtSession(() => this.#takeSilence(silentMs));
    if (this.#state !== "PLAYING" || this.liveness.silentMs < silentMs) return;
    const { isAtEnd } = this.liveness;
    if (this.#reconnects && (silentMs >= RECONNECT_SILENCE_MS || isAtEnd)) {
      return this.#lose(isAtEnd ? "the stream has ended" : `no packet has come for ${silentMs / 1000} s`);
    }
    const video = this.#slot.session?.video;
    const isTold = video === undefined || this.board.isTrouble;
    const stream = { target: this.#options.target, transport: this.#slot.transport };
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
