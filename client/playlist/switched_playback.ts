/**
 * A `Playback` in whose place another one can be put: viewers see what plays now, and are told of the change.
 *
 * @module
 */

import type { SoundFormat } from "../../mjpeg/sound.ts";
import type {
  EmulatedNetwork,
  Playback,
  PlaybackListener,
  PlaybackStatistics,
  PlaybackStatus,
  ReceivedFrame,
  WireMessage,
} from "../../page/playback.ts";
import type { ExchangedReports, PacketTrace } from "../../page/wire_view.ts";
import type { SessionMethod } from "../../rtsp/session_state.ts";

/** Passes on what one playback tells, and what is asked of it. */
export class SwitchedPlayback implements Playback {
  #playback: Playback;
  #unsubscribe: () => void;
  readonly #listeners = new Set<PlaybackListener>();

  constructor(playback: Playback) {
    this.#playback = playback;
    this.#unsubscribe = this.#follow();
  }

  /** Puts another playback in the place of this one. */
  protected switchTo(playback: Playback): void {
    this.#unsubscribe();
    this.#playback = playback;
    this.#unsubscribe = this.#follow();
    this.tell((listener) => listener.switched?.());
  }

  /** Tells the viewers something. */
  protected tell(news: (listener: PlaybackListener) => void): void {
    for (const listener of this.#listeners) news(listener);
  }

  get title(): string {
    return this.#playback.title;
  }

  get server(): string {
    return this.#playback.server;
  }

  get status(): PlaybackStatus {
    return this.#playback.status;
  }

  get latestFrame(): ReceivedFrame | undefined {
    return this.#playback.latestFrame;
  }

  get soundFormat(): SoundFormat | undefined {
    return this.#playback.soundFormat;
  }

  get wireMessages(): readonly WireMessage[] {
    return this.#playback.wireMessages;
  }

  statistics(): PlaybackStatistics {
    return this.#playback.statistics();
  }

  packetSample(): Uint8Array | undefined {
    return this.#playback.packetSample();
  }

  packetTrace(from: number): PacketTrace | undefined {
    return this.#playback.packetTrace?.(from);
  }

  reports(): ExchangedReports | undefined {
    return this.#playback.reports?.();
  }

  get isCaptured(): boolean {
    return this.#playback.isCaptured === true;
  }

  recentCapture(): Uint8Array<ArrayBuffer> | undefined {
    return this.#playback.recentCapture?.();
  }

  async emulate(network: Partial<EmulatedNetwork>): Promise<void> {
    await this.#playback.emulate?.(network);
  }

  command(command: SessionMethod): Promise<void> {
    return this.#playback.command(command);
  }

  seek(seconds: number): Promise<void> {
    return this.#playback.seek(seconds);
  }

  setScale(scale: number): Promise<void> {
    return this.#playback.setScale(scale);
  }

  step(): Promise<void> {
    return this.#playback.step();
  }

  subscribe(listener: PlaybackListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Returns the function that ends it. */
  #follow(): () => void {
    return this.#playback.subscribe({
      frame: (frame) => this.tell((listener) => listener.frame?.(frame)),
      sound: (sound) => this.tell((listener) => listener.sound?.(sound)),
      wire: (message) => this.tell((listener) => listener.wire?.(message)),
      status: (status) => this.tell((listener) => listener.status?.(status)),
    });
  }
}
