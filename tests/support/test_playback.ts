/**
 * A playback whose frames and states a test decides on, for tests of viewers.
 *
 * @module
 */

import type { SoundFormat } from "../../mjpeg/sound.ts";
import type {
  Playback,
  PlaybackListener,
  PlaybackStatistics,
  PlaybackStatus,
  ReceivedFrame,
  WireMessage,
} from "../../page/playback.ts";
import type { SessionMethod } from "../../rtsp/session_state.ts";

/** Shows what it is told to show, and keeps the commands that it gets. */
export class TestPlayback implements Playback {
  readonly title: string = "movie.mjpeg";
  readonly server = "127.0.0.1:1025";
  readonly commands: SessionMethod[] = [];
  /** What was asked of the time of the movie: `seek 1.5`, `scale -1`, `step`. */
  readonly moves: string[] = [];
  status: PlaybackStatus = {
    state: "READY",
    allowed: ["PLAY", "TEARDOWN"],
    notice: undefined,
    reconnects: false,
    dialect: "lab",
    transport: "udp",
    ended: false,
    isLive: false,
    durationSeconds: undefined,
    positionSeconds: undefined,
    isAtEnd: false,
    canSeek: false,
    canScale: false,
    scale: 1,
  };
  latestFrame: ReceivedFrame | undefined;
  soundFormat: SoundFormat | undefined;
  wireMessages: readonly WireMessage[] = [];
  /** The first bytes of a packet. */
  sample: Uint8Array | undefined;
  readonly #listeners = new Set<PlaybackListener>();

  /** Viewers that subscribed and have not gone. */
  get listenerCount(): number {
    return this.#listeners.size;
  }

  /** Shows the next frame, of this place in the movie and of these times. */
  show(
    data: Uint8Array,
    positionSeconds?: number,
    times: Partial<Pick<ReceivedFrame, "timestampUs" | "arrivalMs">> = {},
  ): void {
    const number = (this.latestFrame?.number ?? 0) + 1;
    const arrivalMs = 1_700_000_000_000 + number;
    const frame = {
      ...{ data, number, timestampUs: number * 50_000, arrivalMs },
      ...{ senderTimeMs: undefined, positionSeconds },
      ...times,
    };
    this.latestFrame = frame;
    for (const listener of this.#listeners) listener.frame?.(frame);
  }

  /** Sounds, in the form that `soundFormat` says. */
  sound(data: Uint8Array, timestampUs: number): void {
    const format = this.soundFormat!;
    for (const listener of this.#listeners) listener.sound?.({ format, data, timestampUs });
  }

  /** Has a message go over the wire. */
  wire(message: WireMessage): void {
    this.wireMessages = [...this.wireMessages, message];
    for (const listener of this.#listeners) listener.wire?.(message);
  }

  /** Tells the viewers something. */
  tell(news: (listener: PlaybackListener) => void): void {
    for (const listener of this.#listeners) news(listener);
  }

  /** Changes the status. */
  become(status: Partial<PlaybackStatus>): void {
    this.status = { ...this.status, ...status };
    for (const listener of this.#listeners) listener.status?.(this.status);
  }

  packetSample(): Uint8Array | undefined {
    return this.sample;
  }

  statistics(): PlaybackStatistics {
    return {
      frames: this.latestFrame?.number ?? 0,
      damagedFrames: 0,
      packets: 0,
      lostPackets: 0,
      duplicatePackets: 0,
      reorderedPackets: 0,
      repairedPackets: 0,
      bytes: 0,
      seconds: 0,
      fps: 0,
      bitrate: 0,
      jitterMs: 0,
      peakJitterMs: 0,
      lossRate: 0,
      currentFps: 0,
      currentBitrate: 0,
      peakFps: 0,
      peakBitrate: 0,
      largestFrameBytes: 0,
      malformedPackets: 0,
      otherPayloadTypePackets: 0,
      strayPackets: 0,
      unexpectedSourcePackets: 0,
      damageCauses: {},
      tracks: [],
      senderTimeMs: undefined,
      playoutDelayMs: 0,
      lateFrames: 0,
    };
  }

  command(command: SessionMethod): Promise<void> {
    this.commands.push(command);
    if (!this.status.allowed.includes(command)) return Promise.reject(new Error(`${command} is not valid`));
    return Promise.resolve();
  }

  seek(seconds: number): Promise<void> {
    this.moves.push(`seek ${seconds}`);
    return Promise.resolve();
  }

  setScale(scale: number): Promise<void> {
    this.moves.push(`scale ${scale}`);
    return Promise.resolve();
  }

  step(): Promise<void> {
    this.moves.push("step");
    return Promise.resolve();
  }

  subscribe(listener: PlaybackListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
