/**
 * A client that publishes a stream: its tracks, its state (RFC 2326, A.2), and the feed that its frames go into.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import { Timeline } from "../../rtp/timeline.ts";
import type { Pair, TransportSpec } from "../../rtsp/fields/transport.ts";
import { PUBLISHER_PATIENCE_MS, SESSION_TIMEOUT_SECONDS } from "../limits.ts";
import { type LivePipe, sendLive, type SentLive } from "../source/live_pipe.ts";
import { LiveFeed } from "../source/live_source.ts";
import type { Client } from "../session/client.ts";
import type { AnnouncedTrack } from "./announced_tracks.ts";
import { PublishedTrack, type PublishedTrackOptions } from "./published_track.ts";

const log = getLogger(["mjpegrtsp", "publish"]);

const CHECK_INTERVAL_MS = 5000;

/** Constructor options of {@linkcode Publisher}. */
export interface PublisherOptions
  extends Pick<PublishedTrackOptions, "hostname" | "canonicalName" | "random" | "capture"> {
  readonly client: Client;
  /** Identifies its session. */
  readonly id: string;
  /** The name of the stream. */
  readonly name: string;
  readonly tracks: readonly AnnouncedTrack[];
  readonly clock: Clock;
  /** Called once, when it has ended. */
  readonly onEnd: () => void;
}

/** What a publisher is doing: nothing was set up yet, something was, it records, it has ended. */
export type PublisherState = "INIT" | "READY" | "RECORDING" | "ENDED";

/** From ANNOUNCE to the end. */
export class Publisher {
  readonly id: string;
  readonly name: string;
  readonly #options: PublisherOptions;
  readonly #feed: LiveFeed;
  readonly #sent: SentLive;
  readonly #timeline = new Timeline();
  readonly #openedMs: number;
  #hasRecorded = false;
  /** Takes the packets of all tracks over UDP that are not passed on. */
  #sink: PublishedTrack | undefined;
  readonly #tracks = new Map<AnnouncedTrack, PublishedTrack>();
  #state: PublisherState = "INIT";
  #heardMs: number;
  #cancelCheck: () => void;

  constructor(options: PublisherOptions) {
    const { id, name, clock } = this.#options = options;
    this.id = id;
    this.name = name;
    this.#feed = new LiveFeed({ name, clock });
    this.#sent = sendLive(this.#feed, () => this.end("another publisher has taken its place"));
    this.#openedMs = this.#heardMs = clock.nowMs();
    this.#cancelCheck = clock.after(CHECK_INTERVAL_MS, () => this.#check());
  }

  get state(): PublisherState {
    return this.#state;
  }

  /** Whether the video is set up. */
  get hasVideo(): boolean {
    return [...this.#tracks.keys()].some(({ payloadType }) => payloadType !== undefined);
  }

  /** What its frames come through; the port has to be transferred. */
  get pipe(): LivePipe {
    return this.#sent.pipe;
  }

  /** The client has asked for something. */
  touch(): void {
    this.#heardMs = this.#options.clock.nowMs();
  }

  /** The track that a URL names: by its control, or as the next one that is not set up. */
  trackAt(uri: string): AnnouncedTrack | undefined {
    const { tracks } = this.#options;
    const named = tracks.find(({ control }) =>
      control !== undefined && (uri === control || uri.endsWith(`/${control}`))
    );
    return named ?? tracks.find((track) => !this.#tracks.has(track));
  }

  /** Whether a track is set up. */
  has(track: AnnouncedTrack): boolean {
    return this.#tracks.has(track);
  }

  /** Sets a track up. Gives how its packets come; throws where its sockets cannot be opened. */
  setUp(announced: AnnouncedTrack, offer: TransportSpec): TransportSpec {
    const { client, hostname, canonicalName, clock, random, capture } = this.#options;
    const isSunk = announced.payloadType === undefined && offer.protocol === "udp";
    const track = isSunk && this.#sink !== undefined ? this.#sink : new PublishedTrack({
      ...{ announced, client, hostname, canonicalName, clock, random, capture },
      transport: offer.protocol === "tcp" ? { ...offer, interleaved: this.#freeChannels(offer.interleaved) } : offer,
      onFrame: (frame) => this.#feed.push(frame.data, { takenUs: this.#timeline.add(frame) }),
      onPacket: () => this.touch(),
      onError: ({ message }) => this.end(`its socket has failed: ${message}`),
    });
    if (isSunk) this.#sink = track;
    this.#tracks.set(announced, track);
    if (this.#state === "INIT") this.#state = "READY";
    return { ...offer, ...track.transport, clientPort: offer.clientPort };
  }

  /** Takes what comes on a channel of the client's connection. Whether the channel is one of its own. */
  take(channel: number, packet: Uint8Array): boolean {
    for (const track of this.#tracks.values()) {
      if (track.take(channel, packet)) return true;
    }
    return false;
  }

  /** Passes frames on from now on. */
  record(): void {
    this.#state = "RECORDING";
    this.#hasRecorded = true;
    this.#options.client.isPublishing = true;
    this.#timeline.restart();
    for (const track of this.#tracks.values()) track.record();
    log.info("{peer} publishes {name}", { peer: this.#options.client.connection.peer, name: this.name });
  }

  /** Passes no more frames on for now. */
  pause(): void {
    this.#state = "READY";
    this.#options.client.isPublishing = false;
    for (const track of this.#tracks.values()) track.pause();
    this.#feed.interrupt("its publisher has paused it");
  }

  /** Ends for good; the log says why, and what came. */
  end(reason: string): void {
    if (this.#state === "ENDED") return;
    this.#state = "ENDED";
    this.#cancelCheck();
    const { client, onEnd } = this.#options;
    const { peer } = client.connection;
    client.isPublishing = false;
    const ended = [...this.#tracks.values()].map((track) => track.end());
    this.#feed.end();
    this.#sent.stop();
    const video = ended.find((statistics) => statistics !== undefined);
    log.info("{peer} publishes {name} no more, {reason}: {frames} frames, {damaged} damaged, {lost} packets lost", {
      ...{ peer, name: this.name, reason, frames: video?.frames ?? 0 },
      ...{ damaged: video?.damagedFrames ?? 0, lost: video?.lostPackets ?? 0 },
    });
    onEnd();
  }

  /** The channels that are asked for, or the next pair that is free. */
  #freeChannels(asked: Pair = [0, 1]): Pair {
    const taken = [...this.#tracks.values()].flatMap(({ transport }) => transport.interleaved ?? []);
    const isFree = ([rtp, rtcp]: Pair) => rtp !== rtcp && !taken.includes(rtp) && !taken.includes(rtcp);
    let channels = asked;
    for (let first = 0; !isFree(channels); first += 2) channels = [first, first + 1];
    return channels;
  }

  #check(): void {
    const { clock } = this.#options;
    const nowMs = clock.nowMs();
    if (!this.#hasRecorded && nowMs - this.#openedMs > PUBLISHER_PATIENCE_MS) {
      return this.end(`it has not recorded for ${PUBLISHER_PATIENCE_MS / 1000} s`);
    }
    if (nowMs - this.#heardMs > SESSION_TIMEOUT_SECONDS * 1000) {
      return this.end(`nothing was heard from it for ${SESSION_TIMEOUT_SECONDS} s`);
    }
    this.#cancelCheck = clock.after(CHECK_INTERVAL_MS, () => this.#check());
  }
}
