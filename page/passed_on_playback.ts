/**
 * A playback in front of another: viewers see that one, but for what the class in between does itself.
 *
 * @module
 */

import type { SoundFormat } from "../mjpeg/sound.ts";
import type { SessionMethod } from "../rtsp/session_state.ts";
import type {
  EmulatedNetwork,
  Playback,
  PlaybackListener,
  PlaybackStatistics,
  PlaybackStatus,
  ReceivedFrame,
  WireMessage,
} from "./playback.ts";
import type { ExchangedReports, PacketTrace } from "./wire_view.ts";

/** Passes on what is asked of it. What its own listeners hear, it has to {@linkcode PassedOnPlayback.tell}. */
export abstract class PassedOnPlayback implements Playback {
  readonly #listeners = new Set<PlaybackListener>();

  /** The playback behind this one. */
  protected abstract readonly behind: Playback;

  /** Tells the viewers something. */
  protected tell(news: (listener: PlaybackListener) => void): void {
    for (const listener of this.#listeners) news(listener);
  }

  get title(): string {
    return this.behind.title;
  }

  get server(): string {
    return this.behind.server;
  }

  get status(): PlaybackStatus {
    return this.behind.status;
  }

  get latestFrame(): ReceivedFrame | undefined {
    return this.behind.latestFrame;
  }

  get soundFormat(): SoundFormat | undefined {
    return this.behind.soundFormat;
  }

  get wireMessages(): readonly WireMessage[] {
    return this.behind.wireMessages;
  }

  get isCaptured(): boolean {
    return this.behind.isCaptured === true;
  }

  statistics(): PlaybackStatistics {
    return this.behind.statistics();
  }

  packetSample(): Uint8Array | undefined {
    return this.behind.packetSample();
  }

  packetTrace(from: number): PacketTrace | undefined {
    return this.behind.packetTrace?.(from);
  }

  reports(): ExchangedReports | undefined {
    return this.behind.reports?.();
  }

  recentCapture(): Uint8Array<ArrayBuffer> | undefined {
    return this.behind.recentCapture?.();
  }

  command(command: SessionMethod): Promise<void> {
    return this.behind.command(command);
  }

  seek(seconds: number): Promise<void> {
    return this.behind.seek(seconds);
  }

  setScale(scale: number): Promise<void> {
    return this.behind.setScale(scale);
  }

  step(): Promise<void> {
    return this.behind.step();
  }

  async emulate(network: Partial<EmulatedNetwork>): Promise<void> {
    await this.behind.emulate?.(network);
  }

  subscribe(listener: PlaybackListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
