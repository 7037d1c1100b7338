/**
 * A player as viewers see it: frames at their times, not as the network gives them. Stands between the player and the page;
 * recorders and limits on frames see the player itself, without delay.
 *
 * Frames pass as they come where no times serve: from lab servers, whose timestamps are whole seconds, from cameras over HTTP, which
 * have none, and at other speeds or backwards, where servers leave frames out. So do frames of a player that does not play: steps.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import { PassedOnPlayback } from "../../page/passed_on_playback.ts";
import type {
  Playback,
  PlaybackStatistics,
  PlaybackStatus,
  ReceivedFrame,
  ReceivedSound,
} from "../../page/playback.ts";
import { FrameScheduler } from "./frame_scheduler.ts";
import { type Latency, PlayoutClock } from "./playout_clock.ts";

/** Constructor options of {@linkcode PlayedOut}. */
export interface PlayedOutOptions {
  readonly clock: Clock;
  readonly latency: Latency;
}

/** Shows what `player` receives, in its time. A pause freezes the picture at once, at the newest frame that has come. */
export class PlayedOut extends PassedOnPlayback {
  protected readonly behind: Playback;
  readonly #clock: Clock;
  readonly #playout: PlayoutClock;
  readonly #frames: FrameScheduler<ReceivedFrame>;
  readonly #sound: FrameScheduler<ReceivedSound>;
  readonly #unsubscribe: () => void;
  #latest: ReceivedFrame | undefined;
  #isPlayedOut = false;

  constructor(player: Playback, { clock, latency }: PlayedOutOptions) {
    super();
    this.behind = player;
    this.#clock = clock;
    this.#playout = new PlayoutClock(latency);
    this.#frames = new FrameScheduler({ clock, skips: true, onDue: (frame) => this.#show(frame) });
    this.#sound = new FrameScheduler({ clock, onDue: (sound) => this.tell((listener) => listener.sound?.(sound)) });
    this.#latest = player.latestFrame;
    this.#unsubscribe = player.subscribe({
      frame: (frame) => this.#takeFrame(frame),
      sound: (sound) => this.#takeSound(sound),
      wire: (message) => this.tell((listener) => listener.wire?.(message)),
      status: (status) => this.#takeStatus(status),
    });
    this.#isPlayedOut = isSteady(player.status);
  }

  /** The newest frame that was shown. */
  override get latestFrame(): ReceivedFrame | undefined {
    return this.#latest;
  }

  override statistics(): PlaybackStatistics {
    return { ...this.behind.statistics(), playoutDelayMs: this.#delayMs, lateFrames: this.#frames.late };
  }

  /** What waits is of the old place. */
  override seek(seconds: number): Promise<void> {
    this.#restart();
    return this.behind.seek(seconds);
  }

  /** Drops what waits, and hears no more of the player. */
  close(): void {
    this.#unsubscribe();
    this.#restart();
  }

  get #delayMs(): number {
    return this.#isPlayedOut ? this.#playout.delayMs : 0;
  }

  #takeFrame(frame: ReceivedFrame): void {
    if (!this.#isPlayedOut) return this.#show(frame);
    const { timestampUs, data } = frame;
    // Arrivals are told in time of day, which may be set meanwhile.
    const arrivalMs = frame.arrivalMs - this.#clock.unixMs() + this.#clock.nowMs();
    const dueMs = this.#playout.dueMs({ timeMs: timestampUs / 1000, arrivalMs });
    this.#frames.push(frame, { bytes: data.length, dueMs });
  }

  /** Sound waits as long as frames do. */
  #takeSound(sound: ReceivedSound): void {
    this.#sound.push(sound, { bytes: sound.data.length, dueMs: this.#clock.nowMs() + this.#delayMs });
  }

  #takeStatus(status: PlaybackStatus): void {
    const isPlayedOut = isSteady(status);
    if (this.#isPlayedOut && !isPlayedOut) {
      // At its end a movie is shown to the last frame; elsewhere a picture that goes on after a click looks broken.
      if (!status.isAtEnd) {
        this.#frames.showAll();
        this.#sound.clear();
      }
      this.#playout.restart();
    }
    this.#isPlayedOut = isPlayedOut;
    this.tell((listener) => listener.status?.(status));
  }

  #restart(): void {
    this.#frames.clear();
    this.#sound.clear();
    this.#playout.restart();
  }

  #show(frame: ReceivedFrame): void {
    // A step, or a frame at another speed, overtakes those that wait.
    if (this.#latest !== undefined && frame.number <= this.#latest.number) return;
    this.#latest = frame;
    this.tell((listener) => listener.frame?.(frame));
  }
}

/** Whether frames come at the sender's times, one after the other. */
function isSteady({ state, dialect, scale }: PlaybackStatus): boolean {
  return state === "PLAYING" && dialect === "rtsp" && scale === 1;
}
