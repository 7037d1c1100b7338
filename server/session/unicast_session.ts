/**
 * One client's own way through a source: its state and its place. Driven by the methods that requests call; the frames of a PLAY are
 * the work of its run, packets that of its sender, and the sound beside them goes along by itself.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import type { SessionState } from "../../rtsp/session_state.ts";
import { type FrameSender, joinSentences } from "../send/frame_sender.ts";
import type { Pacer } from "../send/pacer.ts";
import type { RtpStream } from "../send/rtp_stream.ts";
import type { SoundPlayback } from "../sound/sound_playback.ts";
import type { Cursor, SeekableCursor, Source } from "../source/source.ts";
import { FrameRun } from "./frame_run.ts";
import { Pace } from "./pace.ts";
import type { PlayOptions, Session } from "./session.ts";
import { SessionLog } from "./session_log.ts";
import { numberOf } from "./session_number.ts";

/** Constructor options of {@linkcode UnicastSession}. */
export interface UnicastSessionOptions {
  readonly id: string;
  /** The client as the log names it. */
  readonly peer: string;
  readonly source: Source;
  readonly sender: FrameSender;
  /** Says when frames are due. */
  readonly pacer: Pacer;
  /** The pacer's clock. */
  readonly clock: Clock;
  /** Called when all frames up to the end have been sent, or no more can be. */
  readonly onEnd?: () => void;
}

/** A session with a cursor of its own. */
export class UnicastSession implements Session {
  readonly id: string;
  readonly source: Source;
  readonly isShared = false;
  readonly #options: UnicastSessionOptions;
  readonly #log: SessionLog;
  #state: SessionState = "READY";
  #sender: FrameSender;
  #sound: SoundPlayback | undefined;
  /** That of the last PLAY. */
  #pace: Pace | undefined;
  #cursor: Cursor;
  /** The same cursor where it can be sought. */
  #seekable: SeekableCursor | undefined;
  /** Stands for the last PLAY; `undefined` while no frames are to be sent. */
  #play: symbol | undefined;
  /** What the last PLAY sends, or has sent. */
  #run: FrameRun | undefined;
  #playingSinceMs: number | undefined;
  #playedMs = 0;
  #heardMs: number;
  #hasPlayed = false;

  /** A session in state READY, at the first frame. */
  constructor(options: UnicastSessionOptions) {
    this.id = options.id;
    this.source = options.source;
    this.#sender = options.sender;
    this.#options = options;
    this.#log = new SessionLog({ ...options, number: numberOf(this) });
    this.#heardMs = options.clock.nowMs();
    this.#cursor = this.#openCursor();
    this.#log.tellSetup(this.sender.destination);
  }

  get sender(): FrameSender {
    return this.#sender;
  }

  get streams(): readonly RtpStream[] {
    const frames = this.sender.dialect === "rtsp" ? this.sender.stream : undefined;
    return [frames, this.#sound?.stream].filter((stream) => stream !== undefined);
  }

  /** The client wants the frames as well, which it had not set up. */
  addFrames(sender: FrameSender): void {
    this.#sender = sender;
    this.#log.tellTrack("frames", sender.destination);
  }

  /** The client wants the sound as well: from now on where it is playing. */
  addSound(sound: SoundPlayback): void {
    this.#sound = sound;
    this.#log.tellTrack("sound", sound.destination);
    if (this.#pace !== undefined && this.#play !== undefined) this.#playSound(this.#pace, {});
  }

  get state(): SessionState {
    return this.#state;
  }

  get hasPlayed(): boolean {
    return this.#hasPlayed;
  }

  get positionUs(): number {
    return this.#seekable?.positionUs ?? 0;
  }

  get heardMs(): number {
    return this.#heardMs;
  }

  touch(): void {
    this.#heardMs = this.#options.clock.nowMs();
  }

  async play(options: PlayOptions = {}): Promise<number> {
    const { pacer, clock } = this.#options;
    this.#countPlayedTime();
    this.#state = "PLAYING";
    this.#hasPlayed = true;
    const play = this.#play = Symbol(this.id);
    this.#run?.stop();
    if (this.#run?.leaving !== undefined) await this.#run.leaving;
    const startMs = clock.nowMs();
    if (this.#play !== play) return startMs;
    const pace = this.#pace = this.#goTo(options, startMs);
    const run = new FrameRun({
      ...{ cursor: this.#cursor, seekable: this.#seekable, pace },
      ...{ sender: this.sender, pacer, clock, log: this.#log },
    });
    this.#run = run;
    this.#playingSinceMs = startMs;
    this.#log.tellPlay(this.positionUs);
    this.#playSound(pace, options);
    run.send().then((isAtEnd) => {
      if (isAtEnd && this.#play === play) this.#reachEnd();
      // An error of what was sent before the last PLAY is no news.
    }).catch((error) => this.#play === play && this.fail(error));
    return startMs;
  }

  async pause(): Promise<void> {
    this.#stop();
    this.#sound?.pause();
    this.#state = "READY";
    this.#log.tellPause(this.positionUs);
    await this.#run?.leaving;
  }

  end(reason: string): void {
    if (this.#state === "INIT") return;
    this.#stop();
    this.#state = "INIT";
    this.#cursor.close();
    this.sender.close();
    this.#sound?.close();
    const { counters } = this.sender;
    const summary = joinSentences([this.sender.summary(), this.#sound?.summary()]);
    this.#log.tellEnd(reason, { playedMs: this.#playedMs, counters, summary });
  }

  /** Frames cannot be read or sent any more: the client is told that the stream has ended, and may try PLAY again. */
  fail(error: unknown): void {
    if (this.#state === "INIT") return;
    this.#log.tellFailure(error);
    this.#stop();
    this.#state = "READY";
    this.#sound?.pause();
    this.#finish();
  }

  #openCursor(): Cursor {
    const { source } = this.#options;
    if (source.isLive) return source.openCursor();
    return this.#seekable = source.openCursor();
  }

  /** Moves the cursor to where PLAY asks for, and gives the pace of the frames from there on. */
  #goTo({ fromUs, toUs, scale = 1, speed = 1 }: PlayOptions, startMs: number): Pace {
    if (this.#seekable === undefined) {
      // What came during a pause is gone: go on with the next frame.
      this.#cursor.close();
      this.#cursor = this.#openCursor();
      return Pace.live();
    }
    // Slow motion shows every frame for longer; fast motion skips frames.
    this.#seekable.seek({ fromUs, toUs, step: Math.abs(scale) < 1 ? Math.sign(scale) : scale });
    const end = { timeUs: this.#seekable.positionUs, durationUs: 0, droppedFrames: 0 };
    return Pace.from(this.#seekable.peek() ?? end, { startMs, rate: Math.abs(scale) * speed });
  }

  /** The session stays PLAYING, without frames, until its client asks for something else or goes. */
  #reachEnd(): void {
    this.#log.tellEndOfSource();
    this.#stop();
    this.#finish();
  }

  /** The client is told that nothing follows. */
  #finish(): void {
    this.sender.finish();
    this.#sound?.finish();
    this.#options.onEnd?.();
  }

  /** Plays the sound along with the frames, from the next one on, if those come at their own speed. */
  #playSound(pace: Pace, { toUs, scale = 1, speed = 1 }: PlayOptions): void {
    this.#sound?.pause();
    const next = this.#seekable?.peek();
    if (next === undefined || scale !== 1 || speed !== 1) return;
    this.#sound?.play({ fromUs: next.timeUs, toUs, fromMs: pace.at(next).dueMs });
  }

  #stop(): void {
    this.#play = undefined;
    this.#run?.stop();
    this.#countPlayedTime();
    this.sender.pause();
  }

  #countPlayedTime(): void {
    if (this.#playingSinceMs === undefined) return;
    this.#playedMs += this.#options.clock.nowMs() - this.#playingSinceMs;
    this.#playingSinceMs = undefined;
  }
}
