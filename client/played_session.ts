/**
 * The session that a player has at present, with what follows from its state: the place in the movie, and whether anything is to come.
 * Does at once what it is told; the session control gives each step its turn, and deals with trouble.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { TrackFrame } from "../rtp/receiver/track_receiver.ts";
import type { SessionMethod, SessionState } from "../rtsp/session_state.ts";
import { Journey } from "./journey.ts";
import { RECONNECT_SILENCE_MS, SILENCE_MS } from "./limits.ts";
import { Liveness } from "./playout/liveness.ts";
import { RefusedError } from "./rtsp/refusal.ts";
import type { PlayerSessionOptions } from "./session/create_session.ts";
import type { PlayerSession, PlayerSessionEvents } from "./session/player_session.ts";
import { SessionSlot } from "./session/session_slot.ts";

const log = getLogger(["mjpegrtsp", "player"]);

/** What the present session tells. */
export interface PlayedSessionEvents extends Omit<PlayerSessionEvents, "onFrame" | "onPacket"> {
  /** A whole frame has come, from this place in the movie, in seconds, where that is known. */
  readonly onFrame: (frame: TrackFrame, positionSeconds: number | undefined) => void;
  /** Another session, or the same one after a renewal, has tracks of its own. */
  readonly onTracks: (session: PlayerSession) => void;
  /** No packet has come for so long. */
  readonly onSilence: (silentMs: number) => void;
  /** Packets come again. */
  readonly onResumed: () => void;
}

/** One session after the other. */
export class PlayedSession {
  /** The way through the movie. */
  readonly journey: Journey;
  /** Whether anything comes, and for how long it has. */
  readonly liveness: Liveness;
  /** Holds the session that is open. */
  readonly slot: SessionSlot;
  readonly #events: PlayedSessionEvents;
  #state: SessionState = "INIT";
  #isClosing = false;

  constructor(options: PlayerSessionOptions, events: PlayedSessionEvents) {
    const { clock } = options;
    this.#events = events;
    this.journey = new Journey({ clock, onFrame: events.onFrame });
    this.liveness = new Liveness({
      clock,
      stepsMs: [SILENCE_MS, RECONNECT_SILENCE_MS],
      onSilence: events.onSilence,
      onResumed: events.onResumed,
    });
    this.slot = new SessionSlot(options, {
      ...events,
      onFrame: (frame) => this.journey.take(frame, this.slot.session),
      onPacket: (nowMs) => this.liveness.note(nowMs),
    });
  }

  /** What the server knows of the session. */
  get state(): SessionState {
    return this.#state;
  }

  /** From now on no session is opened any more. */
  refuseMore(): void {
    this.#isClosing = true;
  }

  /** Sends a method to the server; the caller has {@linkcode enter} the state that follows. */
  async send(method: SessionMethod): Promise<void> {
    if (method === "PLAY") return await this.journey.play(this.slot.need(method));
    if (method === "PAUSE") return await this.slot.need(method).pause();
    if (method === "TEARDOWN") return await this.slot.need(method).tearDown();
    if (this.#isClosing) throw new Error("The player is closed");
    this.#begin(await this.slot.open());
  }

  /** The server is in this state now. */
  enter(state: SessionState): void {
    if (state === "INIT") return this.end();
    this.#state = state;
    if (state === "PLAYING") this.liveness.start();
    else this.liveness.stop();
  }

  /** The session is over, whether the server knows or not. */
  end(): void {
    this.liveness.stop();
    this.journey.end();
    this.#state = "INIT";
    this.slot.close();
  }

  /** Plays on from a time, in seconds, or at another speed. Where the server refuses, it has paused. */
  async playFrom(session: PlayerSession, fromSeconds: number | undefined): Promise<void> {
    try {
      await this.journey.playFrom(session, fromSeconds);
      this.liveness.start();
    } catch (error) {
      if (error instanceof RefusedError) this.enter("READY");
      throw error;
    }
  }

  /** Plays from the beginning or a time, in another session: in one that has come to its end, few servers do. */
  async playAgain(fromSeconds?: number): Promise<void> {
    await this.send("TEARDOWN").catch((error) => log.info("TEARDOWN failed: {reason}", { reason: error.message }));
    this.end();
    await this.send("SETUP");
    await this.journey.play(this.slot.need("PLAY"), fromSeconds);
    this.enter("PLAYING");
  }

  /** Sets the session up anew, and plays on where it was, if it is to play. */
  async renew(session: PlayerSession, isToPlay: () => boolean): Promise<void> {
    const { positionSeconds } = this.journey;
    await session.renew();
    this.#begin(session);
    if (!isToPlay()) return;
    await this.journey.goOn(session, positionSeconds);
    this.liveness.start();
  }

  #begin(session: PlayerSession): void {
    this.journey.begin(session);
    this.#events.onTracks(session);
  }
}
