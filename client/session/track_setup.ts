/**
 * SETUP of the tracks of a stream (RFC 2326, 10.4): chooses them, opens a path for each, and agrees with the server on what the
 * packets come over.
 *
 * @module
 */

import type { Capture } from "../../net/capture/capture.ts";
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import type { HeaderField } from "../../rtsp/headers.ts";
import type { RtspResponse } from "../../rtsp/message.ts";
import { decodeTransports, encodeTransport } from "../../rtsp/fields/transport.ts";
import type { Presentation } from "../rtsp/presentation.ts";
import { ConnectionEndedError } from "../rtsp/rtsp_connection.ts";
import type { RtspDialogue } from "../rtsp/rtsp_dialogue.ts";
import type { ServerSession } from "../rtsp/server_session.ts";
import { chooseTracks, type ChosenTrack } from "../rtsp/track_choice.ts";
import { InterleavedPath } from "../transport/interleaved_path.ts";
import { MulticastPath } from "../transport/multicast_path.ts";
import type { PacketPath, PacketPathEvents } from "../transport/packet_path.ts";
import { UdpPath } from "../transport/udp_path.ts";
import type { PlayerSessionEvents, TransportKind } from "./player_session.ts";
import { Track, type TrackEvents } from "./track.ts";
import type { TrackList } from "./track_list.ts";

const log = getLogger(["mjpegrtsp", "rtsp"]);

/** How servers answer a URL that is not the one they meant. */
const UNKNOWN_URL: readonly number[] = [400, 404];

/** What happens to the tracks once they are set up. `onFrame` and `onPacket` are of the video. */
export interface TrackSetupEvents
  extends Omit<TrackEvents, "onBye">, Pick<PlayerSessionEvents, "onSound" | "onNotice"> {
  /** The sender of a track has said BYE. */
  readonly onBye: (track: Track) => void;
}

/** Constructor options of {@linkcode TrackSetup}. */
export interface TrackSetupOptions {
  readonly dialogue: RtspDialogue;
  /** `auto` tries UDP first, and falls back to TCP. */
  readonly transport: "auto" | TransportKind;
  /** UDP port to receive video on, the next one being for RTCP; `undefined` for any pair. */
  readonly rtpPort: number | undefined;
  /** Whether to ask for lost packets again, where the server sends them. */
  readonly repairs: boolean;
  /** Is told what goes over the wire; without it, nothing is. */
  readonly capture?: Capture;
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1. */
  readonly random: () => number;
  readonly events: TrackSetupEvents;
}

/** What a SETUP of all tracks needs of its session. */
export interface TrackSetupContext {
  /** Takes the tracks. A session that is closed in between closes them. */
  readonly tracks: TrackList;
  /** Throws once the session is closed: nobody would close what is opened afterwards. */
  readonly checkOpen: () => void;
  /** The session at the server that the answer to a SETUP names; the first answer begins it. */
  readonly begin: (response: RtspResponse) => ServerSession;
}

/** Sets up tracks, again where the session starts again, and remembers what packets come over. */
export class TrackSetup {
  readonly #options: TrackSetupOptions;
  readonly #canonicalName: string;
  #transport: TransportKind;

  constructor(options: TrackSetupOptions) {
    this.#options = options;
    this.#transport = options.transport === "auto" ? "udp" : options.transport;
    this.#canonicalName = `mjpegrtsp@${Math.floor(options.random() * 2 ** 32).toString(36)}`;
  }

  /** What packets come over. */
  get transport(): TransportKind {
    return this.#transport;
  }

  /** Whether TCP may be used instead. */
  get canFallBack(): boolean {
    return this.#transport === "udp" && this.#options.transport === "auto";
  }

  /** Uses TCP from now on. */
  fallBack(): void {
    this.#transport = "tcp";
  }

  /** Sets up the video and the sound of a stream. Rejects where the video cannot be had; sound is not necessary. */
  async run(presentation: Presentation, context: TrackSetupContext): Promise<void> {
    const { video, audio, dropped } = chooseTracks(presentation.description);
    if (dropped.length > 0) log.info("these tracks are not played: {tracks}", { tracks: dropped.join(", ") });
    let session: ServerSession | undefined;
    for (const [index, chosen] of [video, ...audio].entries()) {
      context.checkOpen();
      const track = this.#createTrack(chosen, index);
      context.tracks.add(track);
      try {
        const urls = presentation.urlsOf(chosen.control);
        const response = await this.#request(track, { urls, session, isVideo: index === 0 });
        context.checkOpen();
        session = context.begin(response);
        await this.#configure(track, { response, isVideo: index === 0 });
      } catch (error) {
        if (index === 0 || error instanceof ConnectionEndedError) throw error;
        context.checkOpen();
        const [{ encoding }, reason] = [chosen, error instanceof Error ? error.message : String(error)];
        log.info("the stream is played without {encoding}: {reason}", { encoding, reason });
        context.tracks.drop(track);
      }
    }
  }

  #createTrack(chosen: ChosenTrack, index: number): Track {
    const { clock, random, repairs, events } = this.#options;
    const { onUnexpectedSource, onError } = events;
    const isVideo = index === 0;
    const track: Track = new Track({
      ...{ chosen, canonicalName: this.#canonicalName, clock, random },
      // Over TCP nothing is lost, and a group would drown its sender in requests.
      repairs: repairs && this.#transport === "udp",
      openPath: (pathEvents) => this.#openPath(pathEvents, index),
      events: {
        onFrame: isVideo ? events.onFrame : (sound) => events.onSound(sound, chosen),
        onPacket: isVideo ? events.onPacket : () => {},
        onBye: () => events.onBye(track),
        ...{ onUnexpectedSource, onError },
      },
    });
    return track;
  }

  #openPath(events: PacketPathEvents, index: number): PacketPath {
    const { dialogue, rtpPort, capture, clock } = this.#options;
    const { serverAddress: server, localAddress: local } = dialogue;
    if (server === undefined || local === undefined) throw new Error("There is no connection to the server");
    switch (this.#transport) {
      case "multicast":
        return new MulticastPath({ server, local }, { ...events, capture, clock });
      case "udp":
        return new UdpPath({ server, local }, { ...events, capture, clock, port: index === 0 ? rtpPort : undefined });
      case "tcp":
        return new InterleavedPath(events, {
          channels: [2 * index, 2 * index + 1],
          send: (channel, packet) => dialogue.sendPacket(channel, packet),
        });
    }
  }

  /** SETUP over the present transport, or over TCP where the server refuses UDP. Rejects where it is refused. */
  async #request(
    track: Track,
    { urls, session, isVideo }: { urls: readonly string[]; session: ServerSession | undefined; isVideo: boolean },
  ): Promise<RtspResponse> {
    const { dialogue } = this.#options;
    const headers = (): HeaderField[] => [
      ["Transport", encodeTransport(track.path.offer)],
      ...(session === undefined ? [] : [session.header]),
    ];
    let [url, ...others] = urls;
    let response = await dialogue.tryRequest("SETUP", { url, headers: headers() });
    while (others.length > 0 && UNKNOWN_URL.includes(response.status)) {
      [url, ...others] = others;
      response = await dialogue.tryRequest("SETUP", { url, headers: headers() });
    }
    if (response.status === 461 && isVideo && this.canFallBack) {
      this.#useTcp("The server does not send over UDP", track);
      response = await dialogue.tryRequest("SETUP", { url, headers: headers() });
    }
    if (response.status !== 200) throw dialogue.refusal(`SETUP ${url}`, response);
    return response;
  }

  async #configure(
    track: Track,
    { response, isVideo }: { response: RtspResponse; isVideo: boolean },
  ): Promise<void> {
    const [answer] = decodeTransports(response.headers.get("Transport") ?? "");
    if (answer?.protocol === "tcp" && isVideo && this.canFallBack) {
      this.#useTcp("The server sends over TCP only", track);
    }
    await track.path.configure(answer);
  }

  #useTcp(reason: string, track: Track): void {
    this.#transport = "tcp";
    this.#options.events.onNotice({ level: "info", text: `${reason}: using TCP` });
    track.openPath((events) => this.#openPath(events, 0));
  }
}
