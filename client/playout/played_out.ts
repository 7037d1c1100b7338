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
import type {
  EmulatedNetwork,
  Playback,
  PlaybackListener,
  PlaybackStatistics,
  PlaybackStatus,
  ReceivedFrame,
  ReceivedSound,
  WireMessage,
} from "../../page/playback.ts";
import type { ExchangedReports, PacketTrace } from "../../page/wire_view.ts";
import type { SoundFormat } from "../../mjpeg/sound.ts";
import type { SessionMethod } from "../../rtsp/session_state.ts";
import { FrameScheduler } from "./frame_scheduler.ts";
import { type Latency, PlayoutClock } from "./playout_clock.ts";

/** Constructor options of {@linkcode PlayedOut}. */
export interface PlayedOutOptions {
  readonly clock: Clock;
  readonly latency: Latency;
}

/** Shows what `player` receives, in its time. A pause freezes the picture at once, at the newest frame that has come. */
export class PlayedOut implements Playback {
  readonly #player: Playback;
  readonly #clock: Clock;
  readonly #playout: PlayoutClock;
  readonly #frames: FrameScheduler<ReceivedFrame>;
  readonly #sound: FrameScheduler<ReceivedSound>;
  readonly #listeners = new Set<PlaybackListener>();
  readonly #unsubscribe: () => void;
  #latest: ReceivedFrame | undefined;
  #isPlayedOut = false;

  constructor(player: Playback, { clock, latency }: PlayedOutOptions) {
    this.#player = player;
    this.#clock = clock;
    this.#playout = new PlayoutClock(latency);
    this.#frames = new FrameScheduler({ clock, skips: true, onDue: (frame) => this.#show(frame) });
    this.#sound = new FrameScheduler({ clock, onDue: (sound) => this.#tell((listener) => listener.sound?.(sound)) });
    this.#latest = player.latestFrame;
    this.#unsubscribe = player.subscribe({
      frame: (frame) => this.#takeFrame(frame),
      sound: (sound) => this.#takeSound(sound),
      wire: (message) => this.#tell((listener) => listener.wire?.(message)),
      status: (status) => this.#takeStatus(status),
    });
    this.#isPlayedOut = isSteady(player.status);
  }

  get title(): string {
    return this.#player.title;
  }

  get server(): string {
    return this.#player.server;
  }

  get status(): PlaybackStatus {
    return this.#player.status;
  }

  /** The newest frame that was shown. */
  get latestFrame(): ReceivedFrame | undefined {
    return this.#latest;
  }

  get soundFormat(): SoundFormat | undefined {
    return this.#player.soundFormat;
  }

  get wireMessages(): readonly WireMessage[] {
    return this.#player.wireMessages;
  }

  statistics(): PlaybackStatistics {
    return { ...this.#player.statistics(), playoutDelayMs: this.#delayMs, lateFrames: this.#frames.late };
  }

  packetSample(): Uint8Array | undefined {
    return this.#player.packetSample();
  }

  packetTrace(from: number): PacketTrace | undefined {
    return this.#player.packetTrace?.(from);
  }

  reports(): ExchangedReports | undefined {
    return this.#player.reports?.();
  }

  get isCaptured(): boolean {
    return this.#player.isCaptured === true;
  }

  recentCapture(): Uint8Array<ArrayBuffer> | undefined {
    return this.#player.recentCapture?.();
  }

  command(command: SessionMethod): Promise<void> {
    return this.#player.command(command);
  }

  /** What waits is of the old place. */
  seek(seconds: number): Promise<void> {
    this.#restart();
    return this.#player.seek(seconds);
  }

  setScale(scale: number): Promise<void> {
    return this.#player.setScale(scale);
  }

  async emulate(network: Partial<EmulatedNetwork>): Promise<void> {
    await this.#player.emulate?.(network);
  }

  step(): Promise<void> {
    return this.#player.step();
  }

  subscribe(listener: PlaybackListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
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
    this.#tell((listener) => listener.status?.(status));
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
    this.#tell((listener) => listener.frame?.(frame));
  }

  #tell(news: (listener: PlaybackListener) => void): void {
    for (const listener of this.#listeners) news(listener);
  }
}

/** Whether frames come at the sender's times, one after the other. */
function isSteady({ state, dialect, scale }: PlaybackStatus): boolean {
  return state === "PLAYING" && dialect === "rtsp" && scale === 1;
}
