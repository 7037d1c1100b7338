/**
 * The way of a player through a movie: where it is, how fast it goes, and how it gets elsewhere. Asks the present session; the
 * session control, which gives it its turns, knows the states.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../net/clock.ts";
import type { TrackFrame } from "../rtp/receiver/track_receiver.ts";
import { MAX_HELD_FRAMES, PLACE_PATIENCE_MS } from "./limits.ts";
import { RefusedError } from "./rtsp/refusal.ts";
import type { PlayerSession } from "./session/player_session.ts";

const log = getLogger(["mjpegrtsp", "player"]);

/** Places that are nearer to each other are the same: `npt` has milliseconds. */
const SAME_PLACE_SECONDS = 0.0005;

/** A frame, and where it is in the movie, in seconds. */
interface PlacedFrame {
  readonly frame: TrackFrame;
  readonly positionSeconds: number | undefined;
}

/** Constructor options of {@linkcode Journey}. */
export interface JourneyOptions {
  /** Times out frames that do not come. */
  readonly clock: Clock;
  /** Takes each frame, and where it is in the movie, in seconds, where that is known. */
  readonly onFrame: (frame: TrackFrame, positionSeconds: number | undefined) => void;
}

/** Goes from frame to frame, over all sessions of a player. */
export class Journey {
  readonly #options: JourneyOptions;
  #scale = 1;
  /** Whether a server that was asked for another scale has played at 1. */
  #isScaleRefused = false;
  /** Length and place in the movie, which outlive the session. */
  #durationSeconds: number | undefined;
  #positionSeconds: number | undefined;
  /** Frames that came before the answer to PLAY, which says where they are. */
  #unplaced: TrackFrame[] | undefined;
  /** Frames that came behind the one that was asked for, before the server paused. They are shown next. */
  #ahead: PlacedFrame[] = [];
  /** Where the newest frame was that was given, in whatever session. */
  #givenSeconds: number | undefined;
  /** Whether the present session has given one. */
  #hasGiven = false;
  /** Whether the way goes on where it was: the first frame may be the one that was given last. */
  #isGoingOn = false;
  /** Hears of the one frame that was asked for. */
  #onOne: (() => void) | undefined;
  /** Whether that frame has come, and the server is to pause. */
  #isPausing = false;

  constructor(options: JourneyOptions) {
    this.#options = options;
  }

  /** The scale that is wanted of the server. */
  get scale(): number {
    return this.#scale;
  }

  /** Whether the server may be asked for another. */
  get canScale(): boolean {
    return !this.#isScaleRefused;
  }

  /** Length of the movie, in seconds, once a session was set up. */
  get durationSeconds(): number | undefined {
    return this.#durationSeconds;
  }

  /** The last place in the movie, in seconds. At its very end servers have no frame, or refuse. */
  get lastSeconds(): number {
    return Math.max(0, (this.#durationSeconds ?? 0) - 0.001);
  }

  /** Where the newest frame is, or the next one will be, in seconds. */
  get positionSeconds(): number | undefined {
    return this.#positionSeconds;
  }

  /** A session was set up: it starts at the beginning. */
  begin(session: PlayerSession): void {
    this.#hasGiven = false;
    this.#durationSeconds = session.durationSeconds;
    this.#positionSeconds = session.canSeek ? 0 : undefined;
    this.#ahead = [];
  }

  /** The session is over: the next one is nowhere yet. */
  end(): void {
    this.#positionSeconds = undefined;
    this.#ahead = [];
  }

  /** Takes a frame of a session. */
  take(frame: TrackFrame, session: PlayerSession | undefined): void {
    if (this.#unplaced !== undefined && this.#unplaced.length < MAX_HELD_FRAMES) return void this.#unplaced.push(frame);
    this.#place(session);
    const placed = { frame, positionSeconds: session?.secondsAt(frame.timestamp) };
    if (this.#isPausing && this.#ahead.length < MAX_HELD_FRAMES) return void this.#ahead.push(placed);
    this.#giveAhead();
    this.#give(placed);
  }

  /** Plays on, or from a time. Another scale than the last one starts from where the player is. */
  play(session: PlayerSession, fromSeconds?: number): Promise<void> {
    this.#isGoingOn = fromSeconds === undefined && session.canSeek && this.#hasGiven;
    const scale = session.canSeek ? this.#scale : 1;
    return this.#playFrom(session, { from: fromSeconds ?? this.#start(session, scale), scale });
  }

  /** Plays on in another session from where the last one was, in seconds: a frame that was given there is not given again. */
  goOn(session: PlayerSession, lastSeconds: number | undefined): Promise<void> {
    this.#isGoingOn = session.canSeek;
    const from = session.canSeek ? lastSeconds : undefined;
    return this.#playFrom(session, { from, scale: session.canSeek ? this.#scale : 1 });
  }

  async #playFrom(
    session: PlayerSession,
    { from, scale }: { readonly from: number | undefined; readonly scale: number },
  ): Promise<void> {
    if (from === undefined) this.#giveAhead();
    else {
      this.#ahead = [];
      this.#positionSeconds = from;
    }
    this.#unplaced = [];
    try {
      await session.play({ fromSeconds: from, scale });
      if (scale !== 1) this.#isScaleRefused = session.scale === 1;
      // What the server grants is what is shown: it may have limits of its own.
      if (session.canSeek) this.#scale = session.scale;
    } finally {
      this.#place(session);
    }
  }

  /** Plays from elsewhere, a session that plays. Servers that queue PLAY (RFC 2326, 10.5) need a PAUSE before it. */
  async playFrom(session: PlayerSession, fromSeconds: number | undefined): Promise<void> {
    await this.#pause(session);
    await this.play(session, fromSeconds);
  }

  /** Shows one frame of a session that is paused: the next one, or that of a time. Returns whether one has come. */
  async showOne(session: PlayerSession, fromSeconds?: number): Promise<boolean> {
    const next = fromSeconds === undefined ? this.#ahead.shift() : undefined;
    if (next !== undefined) {
      this.#give(next);
      return true;
    }
    const scale = this.#scale;
    const shown = Promise.withResolvers<boolean>();
    const cancelPatience = this.#options.clock.after(PLACE_PATIENCE_MS, () => shown.resolve(false));
    this.#onOne = () => shown.resolve(true);
    try {
      this.#scale = 1;
      await this.play(session, fromSeconds);
      const isShown = await shown.promise;
      await this.#pause(session);
      return isShown;
    } finally {
      cancelPatience();
      this.#onOne = undefined;
      this.#isPausing = false;
      this.#scale = scale;
    }
  }

  /** Wants another scale. */
  want(scale: number): void {
    this.#scale = scale;
  }

  /** Where to start what is to go on; `undefined` where the server knows. Backwards, the beginning is the end. */
  #start(session: PlayerSession, scale: number): number | undefined {
    if (scale < 0 && this.#positionSeconds === 0) return this.lastSeconds;
    return scale === session.scale ? undefined : this.#positionSeconds;
  }

  /** The answer to PLAY is there, or does not come soon: takes the frames that have waited for it. */
  #place(session: PlayerSession | undefined): void {
    const frames = this.#unplaced ?? [];
    this.#unplaced = undefined;
    for (const frame of frames) this.take(frame, session);
  }

  #giveAhead(): void {
    const frames = this.#ahead;
    this.#ahead = [];
    for (const frame of frames) this.#give(frame);
  }

  #give({ frame, positionSeconds }: PlacedFrame): void {
    if (this.#isGivenAgain(positionSeconds)) return;
    this.#positionSeconds = positionSeconds ?? this.#positionSeconds;
    this.#options.onFrame(frame, positionSeconds);
    // Where there are places, a frame without one was sent before the PLAY.
    if (this.#onOne === undefined || (positionSeconds === undefined && this.#durationSeconds !== undefined)) return;
    this.#isPausing = true;
    this.#onOne();
  }

  /** Servers start at a time with the frame that is shown then, which is the one that was shown last. */
  #isGivenAgain(positionSeconds: number | undefined): boolean {
    if (positionSeconds === undefined) return false;
    const [last, isGoingOn] = [this.#givenSeconds, this.#isGoingOn];
    this.#givenSeconds = positionSeconds;
    this.#hasGiven = true;
    this.#isGoingOn = false;
    return isGoingOn && last !== undefined && Math.abs(positionSeconds - last) < SAME_PLACE_SECONDS;
  }

  /** Servers that are at the end, or know no PAUSE, play from elsewhere all the same. */
  async #pause(session: PlayerSession): Promise<void> {
    try {
      await session.pause();
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      log.info("{reason}; it is passed over", { reason: error.message });
    }
  }
}
