/**
 * The player: what pages, terminals and recorders see of a stream, and what they may ask for. The session control below does what
 * is asked; frames, counters and news are gathered here.
 *
 * @module
 */

import type {
  EmulatedNetwork,
  Playback,
  PlaybackListener,
  PlaybackStatistics,
  PlaybackStatus,
  ReceivedFrame,
  WireMessage,
} from "../page/playback.ts";
import type { ExchangedReports, PacketTrace } from "../page/wire_view.ts";
import { encodeCaptureStart } from "../net/capture/pcapng.ts";
import type { Clock } from "../net/clock.ts";
import type { PresentationDescription } from "../rtsp/sdp.ts";
import type { SessionMethod } from "../rtsp/session_state.ts";
import type { SoundFormat } from "../mjpeg/sound.ts";
import type { TrackFrame } from "../rtp/receiver/track_receiver.ts";
import { FrameFeed } from "./playout/frame_feed.ts";
import { NO_PICTURE_SECONDS } from "./limits.ts";
import { isByLoss, lossNotice, lossReason, noPictureNotice } from "./playout/picture_notice.ts";
import { type PictureCounts, PictureWatch } from "./playout/picture_watch.ts";
import { toldPackets, toldReports } from "./playout/reports_told.ts";
import { RunStatistics } from "./playout/run_statistics.ts";
import { SoundFeed } from "./playout/sound_feed.ts";
import { WireLog } from "./playout/wire_log.ts";
import type { ChosenTrack } from "./rtsp/track_choice.ts";
import type { PlayerSessionOptions } from "./session/create_session.ts";
import { serverOf, type Target, titleOf } from "./session/target.ts";
import { SessionControl } from "./session_control.ts";

/** What to play and how. */
export interface PlayerOptions extends PlayerSessionOptions {
  /** Whether to reconnect to a server that is gone; by default to live streams that have a URL. */
  readonly reconnect?: boolean;
}

/** Plays one stream of one server. Does nothing before the first command. */
export class Player implements Playback {
  readonly title: string;
  readonly server: string;
  readonly #target: Target;
  readonly #clock: Clock;
  readonly #capture: PlayerOptions["capture"];
  readonly #application: string;
  readonly #control: SessionControl;
  readonly #feed: FrameFeed;
  readonly #sound = new SoundFeed();
  readonly #wire: WireLog;
  readonly #statistics = new RunStatistics();
  readonly #picture: PictureWatch;
  #hasToldLoss = false;
  readonly #listeners = new Set<PlaybackListener>();

  constructor(options: PlayerOptions) {
    const { target, clock } = options;
    this.#target = target;
    this.#clock = clock;
    this.#capture = options.capture;
    this.#application = options.userAgent ?? "mjpegrtsp";
    this.title = titleOf(target);
    this.server = serverOf(target);
    this.#feed = new FrameFeed({ clock, onFrame: (frame) => this.#show(frame) });
    this.#wire = new WireLog({ clock, onMessage: (message) => this.#tellMessage(message) });
    this.#control = new SessionControl({
      ...options,
      events: {
        onFrame: (frame, positionSeconds) => this.#feed.take(frame, positionSeconds),
        onSound: (sound, track) => this.#takeSound(sound, track),
        onWire: (direction, text) => this.#wire.take(direction, text),
        onUnexpectedSource: () => this.#statistics.countUnexpectedSource(),
        onTracks: (session) => {
          this.#feed.restart();
          this.#sound.restart();
          this.#statistics.follow(session);
        },
        onStatus: () => this.#tellStatus(),
      },
    });
    this.#picture = new PictureWatch({
      clock,
      video: () => this.#control.video,
      onLoss: (lastSecond) => this.#takeLoss(lastSecond, 1),
      onNoPicture: (counts) => {
        // A camera of one frame a second has no second with several broken ones.
        if (isByLoss(counts)) this.#takeLoss(counts, NO_PICTURE_SECONDS);
        else this.#control.board.tellOfPicture(noPictureNotice(counts));
      },
      onPicture: () => this.#control.board.tellOfPicture(undefined),
    });
  }

  get status(): PlaybackStatus {
    return this.#control.status;
  }

  /** What the server says of the stream; `undefined` where there is no session, and at servers of the lab. */
  get description(): PresentationDescription | undefined {
    return this.#control.description;
  }

  get latestFrame(): ReceivedFrame | undefined {
    return this.#feed.latest;
  }

  get soundFormat(): SoundFormat | undefined {
    const [track] = this.#control.audio;
    return track && formatOf(track.chosen);
  }

  get wireMessages(): readonly WireMessage[] {
    return this.#wire.messages;
  }

  /** Time spent in PLAYING, in seconds, whether anything came or not. */
  get playedSeconds(): number {
    return this.#control.liveness.playedMs / 1000;
  }

  statistics(): PlaybackStatistics {
    const { fps, bitrate } = this.#feed.rates();
    return this.#statistics.summarize({
      seconds: this.#control.liveness.activeMs / 1000,
      currentFps: fps,
      currentBitrate: bitrate,
      ...this.#feed.peaks,
      senderTimeMs: this.#feed.latest?.senderTimeMs,
      playoutDelayMs: 0,
      lateFrames: 0,
    });
  }

  packetSample(): Uint8Array | undefined {
    return this.#control.video?.sample?.();
  }

  packetTrace(from: number): PacketTrace | undefined {
    this.#capture?.recent?.look();
    const traced = this.#control.video?.trace?.(from);
    return traced && toldPackets(traced, this.#clock);
  }

  reports(): ExchangedReports | undefined {
    const reports = this.#control.video?.reports?.();
    return reports && toldReports(reports, this.#clock);
  }

  get isCaptured(): boolean {
    return this.#capture?.recent !== undefined;
  }

  recentCapture(): Uint8Array<ArrayBuffer> | undefined {
    return this.#capture?.recent?.fileWith(encodeCaptureStart(this.#application));
  }

  subscribe(listener: PlaybackListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  command(command: SessionMethod): Promise<void> {
    return this.#control.command(command);
  }

  seek(seconds: number): Promise<void> {
    return this.#control.seek(seconds);
  }

  setScale(scale: number): Promise<void> {
    return this.#control.setScale(scale);
  }

  emulate(network: Partial<EmulatedNetwork>): Promise<void> {
    return this.#control.emulate(network);
  }

  step(): Promise<void> {
    return this.#control.step();
  }

  /** Tears the session down if there is one, and ends. A connection that is being opened is given up at once. */
  close(): Promise<void> {
    return this.#control.close();
  }

  #show(frame: ReceivedFrame): void {
    for (const listener of this.#listeners) listener.frame?.(frame);
  }

  #tellMessage(message: WireMessage): void {
    for (const listener of this.#listeners) listener.wire?.(message);
  }

  /** Several tracks are as a rule the same in several languages: one is heard. */
  #takeSound(sound: TrackFrame, track: ChosenTrack): void {
    const beside = this.#feed.latestTimes;
    if (beside === undefined || track !== this.#control.audio[0]?.chosen) return;
    const format = formatOf(track);
    const received = { format, data: sound.data, timestampUs: this.#sound.time(sound, { format, beside }) };
    for (const listener of this.#listeners) listener.sound?.(received);
  }

  /** Goes over to TCP where loss breaks most frames, or tells what helps or who is at fault, once a session. */
  #takeLoss(counts: PictureCounts, seconds: number): void {
    const span = { transport: this.status.transport, seconds };
    if (this.#control.fallBack(lossReason(counts, span)) || this.#hasToldLoss) return;
    this.#hasToldLoss = true;
    this.#control.board.tellOfPicture(lossNotice(this.#target, counts, span));
  }

  #tellStatus(): void {
    const { status } = this;
    if (status.state === "PLAYING") this.#picture.start();
    else {
      this.#picture.stop();
      this.#hasToldLoss = false;
    }
    for (const listener of this.#listeners) listener.status?.(status);
  }
}

function formatOf({ clockRate, channels }: ChosenTrack): SoundFormat {
  return { sampleRate: clockRate, channels };
}
