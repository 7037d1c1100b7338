/**
 * A session at an RTSP/1.0 server (RFC 2326): a camera, MediaMTX, GStreamer, or ours. Describes, sets up video and sound over UDP, TCP
 * or multicast, keeps alive, reports, and is set up again over TCP or elsewhere.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import type { RtpReceiver } from "../../rtp/receiver/rtp_receiver.ts";
import type { HeaderField } from "../../rtsp/headers.ts";
import type { RtspResponse } from "../../rtsp/message.ts";
import { decodeSession } from "../../rtsp/rtsp_grammar.ts";
import { decodeTransports, encodeTransport } from "../../rtsp/transport.ts";
import { DEFAULT_SESSION_TIMEOUT_SECONDS } from "../limits.ts";
import { Keepalive } from "../rtsp/keepalive.ts";
import { Presentation } from "../rtsp/presentation.ts";
import { RedirectedError, RedirectLimit, TOO_MANY_REDIRECTS } from "../rtsp/redirect.ts";
import { RefusedError } from "../rtsp/refusal.ts";
import { RtspDialogue } from "../rtsp/rtsp_dialogue.ts";
import type { RtspUrl } from "../rtsp/rtsp_url.ts";
import { chooseTracks, type ChosenTrack } from "../rtsp/track_choice.ts";
import { InterleavedPath } from "../transport/interleaved_path.ts";
import { MulticastPath } from "../transport/multicast_path.ts";
import type { PacketPath, PacketPathEvents } from "../transport/packet_path.ts";
import { UdpPath } from "../transport/udp_path.ts";
import { ArrivalWatch } from "./arrival_watch.ts";
import type { PlayerSession, PlayerSessionEvents, TransportKind } from "./player_session.ts";
import { Track } from "./track.ts";
import { TrackList } from "./track_list.ts";

const log = getLogger(["mjpegrtsp", "rtsp"]);

/** Constructor options of {@linkcode RtspSession}. */
export interface RtspSessionOptions {
  /** What to play. */
  readonly url: RtspUrl;
  /** UDP port to receive video on, the next one being for RTCP; `undefined` for any pair. */
  readonly rtpPort: number | undefined;
  /** `auto` tries UDP first, and falls back to TCP. */
  readonly transport: "auto" | TransportKind;
  /** Name and version of the program. */
  readonly userAgent: string;
  /** Times out replies, keeps alive, reports. */
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1. */
  readonly random: () => number;
  /** Takes what happens. */
  readonly events: PlayerSessionEvents;
}

/** One session, or one after the other where it is set up again. */
export class RtspSession implements PlayerSession {
  readonly dialect = "rtsp";
  readonly #options: RtspSessionOptions;
  readonly #dialogue: RtspDialogue;
  readonly #canonicalName: string;
  #transport: TransportKind;
  #presentation: Presentation | undefined;
  #session: string | undefined;
  readonly #tracks = new TrackList();
  #keepalive: Keepalive | undefined;
  readonly #arrivals: ArrivalWatch;
  readonly #redirects: RedirectLimit;
  /** Where the server has asked us to go. */
  #redirect: string | undefined;
  /** From TEARDOWN to the next SETUP: what the server says of the session is ignored. */
  #isLeaving = false;
  #isClosed = false;

  /** Connects with {@linkcode setUp}. */
  constructor(options: RtspSessionOptions) {
    const { url, userAgent, clock, random, transport, events } = this.#options = options;
    this.#transport = transport === "auto" ? "udp" : transport;
    this.#redirects = new RedirectLimit(clock);
    this.#arrivals = new ArrivalWatch({
      clock,
      canFallBack: () => this.#canUseTcp,
      mayOvertake: () => this.#transport !== "tcp",
      onNothing: (reason) => this.#fallBack(reason),
      onEnd: events.onEnd,
    });
    this.#canonicalName = `mjpegrtsp@${Math.floor(random() * 2 ** 32).toString(36)}`;
    this.#dialogue = new RtspDialogue({
      url,
      userAgent,
      clock,
      random,
      onPacket: (channel, data) => this.#tracks.takeInterleaved(channel, data),
      onRedirect: (location) => this.#takeRedirect(location),
      onClosed: events.onClosed,
    });
  }

  get transport(): TransportKind {
    return this.#transport;
  }

  get receiver(): RtpReceiver | undefined {
    return this.#tracks.video?.receiver;
  }

  get audio(): readonly Track[] {
    return this.#tracks.audio;
  }

  get isLive(): boolean | undefined {
    return this.#presentation === undefined ? undefined : !this.#presentation.description.isFinite;
  }

  /** Goes where the server sends us until it, or another one, has a session for us. */
  async setUp(): Promise<void> {
    this.#isLeaving = false;
    this.#arrivals.restart();
    for (;;) {
      try {
        await this.#dialogue.connect();
        return await this.#setUpTracks(await this.#describe());
      } catch (error) {
        if (!(error instanceof RedirectedError)) throw error;
        if (!this.#redirects.count()) throw new Error(`The server ${TOO_MANY_REDIRECTS}`);
        this.#tracks.close();
        this.#session = undefined;
        this.#dialogue.follow(error.location);
      }
    }
  }

  async play(): Promise<void> {
    const from: HeaderField[] = this.#arrivals.hasPackets ? [] : [["Range", "npt=0.000-"]];
    // Packets may overtake the reply: take them from now on.
    this.#tracks.accept();
    this.#checkOpen();
    try {
      await this.#request("PLAY", from);
    } catch (error) {
      if (!(error instanceof RedirectedError)) throw error;
      if (!this.#redirects.count()) throw new Error(`The server ${TOO_MANY_REDIRECTS}`);
      return this.#goElsewhere(error.location);
    }
    this.#arrivals.expectPackets();
    this.#tracks.startReports();
  }

  async pause(): Promise<void> {
    this.#arrivals.pause();
    await this.#request("PAUSE");
    this.#tracks.stopReports();
  }

  async tearDown(): Promise<void> {
    this.#isLeaving = true;
    this.#stopTimers();
    this.#tracks.sayBye();
    try {
      await this.#request("TEARDOWN");
    } catch (error) {
      // Some servers end the session with the stream, and then have none to tear down.
      if (!(error instanceof RefusedError)) throw error;
      log.info("{reason}; the session ends all the same", { reason: error.message });
    }
  }

  async renew(): Promise<void> {
    await this.tearDown().catch((error) => log.info("TEARDOWN failed: {reason}", { reason: error.message }));
    this.#tracks.close();
    this.#session = undefined;
    const location = this.#redirect;
    this.#redirect = undefined;
    if (location !== undefined) this.#dialogue.follow(location);
    await this.setUp();
  }

  flush(): void {
    this.#tracks.flush();
  }

  close(): void {
    this.#isClosed = true;
    this.#stopTimers();
    this.#dialogue.close();
    this.#tracks.close();
  }

  async #describe(): Promise<Presentation> {
    const { href } = this.#dialogue.url;
    const response = await this.#dialogue.request("DESCRIBE", { url: href, headers: [["Accept", "application/sdp"]] });
    return this.#presentation = new Presentation(response, href);
  }

  async #setUpTracks(presentation: Presentation): Promise<void> {
    const { video, audio, unused } = chooseTracks(presentation.description);
    if (unused.length > 0) log.info("not played: {tracks}", { tracks: unused.join(", ") });
    for (const [index, chosen] of [video, ...audio].entries()) {
      const track = this.#createTrack(chosen, index);
      this.#tracks.add(track);
      try {
        await this.#setUpTrack(track, presentation.urlOf(chosen.control));
      } catch (error) {
        // Without sound there is still the video.
        if (chosen === video || !(error instanceof RefusedError)) throw error;
        log.info("the stream is played without {encoding}: {reason}", {
          encoding: chosen.encoding,
          reason: error.message,
        });
        this.#tracks.drop(track);
      }
    }
  }

  /** Nothing may be opened once the session is closed: nobody would close it. */
  #checkOpen(): void {
    if (this.#isClosed) throw new Error("The session is closed");
  }

  #createTrack(chosen: ChosenTrack, index: number): Track {
    this.#checkOpen();
    const { clock, random, events } = this.#options;
    return new Track({
      chosen,
      canonicalName: this.#canonicalName,
      clock,
      random,
      openPath: (pathEvents) => this.#openPath(pathEvents, index),
      onFrame: events.onFrame,
      onPacket: () => this.#notePacket(chosen),
      onUnexpectedSource: () => chosen.kind === "video" && events.onUnexpectedSource(),
      onBye: () => chosen.kind === "video" && !this.#isLeaving && this.#arrivals.takeBye(),
      onError: ({ message }) => events.onNotice({ level: "error", text: `The RTP port failed: ${message}` }),
    });
  }

  #openPath(events: PacketPathEvents, index: number): PacketPath {
    const { serverAddress: server, localAddress: local } = this.#dialogue;
    if (server === undefined || local === undefined) throw new Error("There is no connection to the server");
    if (this.#transport === "multicast") return new MulticastPath({ server, local }, events);
    if (this.#transport === "udp") {
      return new UdpPath({ server, local }, events, { port: index === 0 ? this.#options.rtpPort : undefined });
    }
    return new InterleavedPath(events, {
      channels: [2 * index, 2 * index + 1],
      send: (channel, packet) => this.#dialogue.sendPacket(channel, packet),
    });
  }

  /** SETUP over the present transport, or over TCP where the server refuses UDP. */
  async #setUpTrack(track: Track, url: string): Promise<void> {
    const headers = (): HeaderField[] => [["Transport", encodeTransport(track.path.offer)], ...this.#sessionHeader()];
    let response = await this.#dialogue.tryRequest("SETUP", { url, headers: headers() });
    if (response.status === 461 && track === this.#tracks.video && this.#canUseTcp) {
      this.#useTcp("The server does not send over UDP", track);
      response = await this.#dialogue.tryRequest("SETUP", { url, headers: headers() });
    }
    if (response.status !== 200) throw this.#dialogue.refusal(`SETUP ${url}`, response);
    this.#checkOpen();
    if (this.#session === undefined) this.#beginSession(response);
    const [answer] = decodeTransports(response.headers.get("Transport") ?? "");
    if (answer?.protocol === "tcp" && track === this.#tracks.video && this.#canUseTcp) {
      this.#useTcp("The server sends over TCP only", track);
    }
    await track.path.configure(answer);
  }

  #beginSession({ headers }: RtspResponse): void {
    const session = decodeSession(headers);
    if (session === undefined) throw new Error("The server answered SETUP without a Session: it cannot be played");
    this.#session = session.id;
    this.#keepalive = new Keepalive({
      clock: this.#options.clock,
      timeoutSeconds: session.timeoutSeconds ?? DEFAULT_SESSION_TIMEOUT_SECONDS,
      ask: () => this.#ask(),
    });
  }

  /** Shows the server that we are still there. */
  async #ask(): Promise<void> {
    const method = this.#dialogue.offers("GET_PARAMETER") ? "GET_PARAMETER" : "OPTIONS";
    const headers = this.#sessionHeader();
    try {
      const { status } = await this.#dialogue.tryRequest(method, { url: this.#url, headers });
      if (status === 454) this.#options.events.onClosed("it does not know the session any more");
    } catch (error) {
      log.info("{method} failed: {reason}", { method, reason: error instanceof Error ? error.message : error });
    }
  }

  #notePacket({ kind }: ChosenTrack): void {
    if (kind !== "video") return;
    this.#arrivals.note();
    this.#options.events.onPacket();
  }

  /** Whether what does not come over UDP may come over TCP. */
  get #canUseTcp(): boolean {
    return this.#transport === "udp" && this.#options.transport === "auto";
  }

  #useTcp(reason: string, track: Track): void {
    this.#transport = "tcp";
    this.#options.events.onNotice({ level: "info", text: `${reason}: using TCP` });
    track.openPath((events) => this.#openPath(events, 0));
  }

  /** The server asks us to go elsewhere, at any time. */
  #takeRedirect(location: string): void {
    if (this.#redirects.count()) this.#goElsewhere(location);
    else this.#options.events.onClosed(`it ${TOO_MANY_REDIRECTS}`);
  }

  #goElsewhere(location: string): void {
    // A renewal that is under way goes there, too.
    const isNews = this.#redirect === undefined && !this.#isLeaving;
    this.#redirect = location;
    if (isNews) this.#options.events.onRenewal("The server sends its clients elsewhere");
  }

  /** Gives up UDP, for a reason to be told. */
  #fallBack(reason: string): void {
    this.#arrivals.stop();
    // What still comes of this session must not be taken for the next one's.
    this.#tracks.close();
    this.#transport = "tcp";
    this.#options.events.onRenewal(`${reason}: falling back to TCP`);
  }

  #stopTimers(): void {
    this.#keepalive?.stop();
    this.#arrivals.stop();
    this.#tracks.stopReports();
  }

  #sessionHeader(): HeaderField[] {
    return this.#session === undefined ? [] : [["Session", this.#session]];
  }

  /** What the whole session is asked for under. */
  get #url(): string {
    return this.#presentation?.url ?? this.#dialogue.url.href;
  }

  /** Asks for something of the whole session. */
  async #request(method: string, headers: readonly HeaderField[] = []): Promise<void> {
    await this.#dialogue.request(method, {
      url: this.#url,
      headers: [...this.#sessionHeader(), ...headers],
    });
    this.#checkOpen();
  }
}
