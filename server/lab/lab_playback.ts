/**
 * The way through a movie of one client of the lab: PLAY and PAUSE, and what forks have beside them. Numbers of frames are those of the
 * movie once a client has gone elsewhere in it: that is how forks know what they show.
 *
 * @module
 */

import type { LabMethod, RtspRequest } from "../../rtsp/message.ts";
import type { StatusCode } from "../../rtsp/status.ts";
import { MAX_PLAY_FACTOR, MIN_PLAY_FACTOR } from "../limits.ts";
import type { Session } from "../session/session.ts";
import { seekTarget } from "./lab_seek.ts";

/** What methods do to the speed. */
const SPEEDS: Readonly<Partial<Record<LabMethod, (speed: number) => number>>> = {
  SPEEDUP: (speed) => speed * 2,
  SLOWDOWN: (speed) => speed / 2,
  NORMAL: () => 1,
};

/** Whether a method changes the speed. */
export function isSpeedMethod(method: string): boolean {
  return method in SPEEDS;
}

/** A frame by its index in the movie, and the number that it is sent under. */
interface Place {
  readonly index: number;
  readonly number: number;
}

const FIRST: Place = { index: 0, number: 1 };

/** Plays one session. */
export class LabPlayback {
  readonly session: Session;
  #speed = 1;
  /** Where the next PLAY starts, if it does not go on. */
  #next: Place | undefined;
  /** The client may think that its last request has paused it. */
  #mayPlayAgain = false;

  constructor(session: Session) {
    this.session = session;
  }

  /** Answers PLAY, in any state but INIT; `Frame: 100` says where. */
  async play(request: RtspRequest): Promise<StatusCode> {
    const isPlaying = this.session.state === "PLAYING";
    if (request.headers.get("Frame") !== undefined) {
      const status = await this.seek(request);
      if (status !== 200 || isPlaying) return status;
    } else if (isPlaying) return this.#mayPlayAgain ? 200 : 455;
    await this.#start();
    return 200;
  }

  /** Plays on in the place of a session that played; the client may think that it is paused. */
  async takeOver(): Promise<void> {
    await this.#start();
    this.#mayPlayAgain = true;
  }

  /** Answers PAUSE while it plays. */
  async pause(): Promise<StatusCode> {
    this.#mayPlayAgain = false;
    await this.session.pause();
    return 200;
  }

  /** Goes back to the first frame, and waits for PLAY. */
  async stop(): Promise<StatusCode> {
    if (this.session.state === "PLAYING") await this.pause();
    this.#next = FIRST;
    return 200;
  }

  /** Goes elsewhere, playing or not. 457 where there is no such place. */
  async seek(request: RtspRequest): Promise<StatusCode> {
    const { session } = this;
    const { source, sender } = session;
    if (source.isLive || sender.dialect !== "lab") return 457;
    const isPlaying = session.state === "PLAYING";
    // A frame that is leaving leaves under its own number, and counts.
    if (isPlaying) await session.pause();
    const here = this.#next ?? { index: source.times.frameFrom(session.positionUs), number: sender.nextNumber };
    const target = seekTarget(request, { source, index: here.index });
    if (target !== undefined) {
      const { index, isStep } = target;
      // Clients that count themselves on and back count over the rounds of a movie that loops.
      this.#next = { index, number: isStep ? here.number + index - here.index : index + 1 };
    }
    // The fork that writes FORWARD with a frame plays from there.
    const plays = request.method === "FORWARD" && request.headers.get("Frame") !== undefined;
    if (isPlaying || (target !== undefined && plays)) await this.#start();
    this.#mayPlayAgain = isPlaying;
    return target === undefined ? 457 : 200;
  }

  /** Plays faster or slower from now on, or `asked` times as fast as usual. */
  async changeSpeed(method: string, asked: number | undefined): Promise<StatusCode> {
    const speed = asked ?? SPEEDS[method as LabMethod]!(this.#speed);
    this.#speed = Math.min(MAX_PLAY_FACTOR, Math.max(MIN_PLAY_FACTOR, speed));
    if (this.session.state === "PLAYING" && !this.#isAtEnd) await this.session.play({ speed: this.#speed });
    return 200;
  }

  /** Whether everything has been sent: PLAY would start again. */
  get #isAtEnd(): boolean {
    const { source, positionUs } = this.session;
    return !source.isLive && positionUs >= source.times.durationUs;
  }

  async #start(): Promise<void> {
    const { source, sender } = this.session;
    const next = this.#next;
    this.#next = undefined;
    if (next === undefined || source.isLive) return void await this.session.play({ speed: this.#speed });
    if (sender.dialect === "lab") sender.renumber(next.number);
    await this.session.play({ fromUs: source.times.timeUs(next.index), speed: this.#speed });
  }
}
