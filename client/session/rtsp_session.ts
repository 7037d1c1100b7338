/**
 * A session at a server of the standards (RFC 2326): a camera, MediaMTX, GStreamer, or ours. Describes, sets up video and
 * sound over UDP, TCP or multicast, keeps alive, reports, and begins anew over TCP or elsewhere.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import type { HeaderField } from "../../rtsp/headers.ts";
import type { RtspResponse } from "../../rtsp/message.ts";
import { decodeSession } from "../../rtsp/rtsp_grammar.ts";
import { decodeTransports, encodeTransport } from "../../rtsp/transport.ts";
import { Keepalive } from "../rtsp/keepalive.ts";
import { BYE_WAIT_MS, DEFAULT_SESSION_TIMEOUT_SECONDS, FIRST_PACKET_TIMEOUT_MS } from "../limits.ts";
import { RefusedError } from "../rtsp/refusal.ts";
import type { MediaSession, MediaSessionEvents, TransportKind } from "./media_session.ts";
import { MediaTrack } from "./media_track.ts";
import {
  InterleavedPath,
  MulticastPath,
  type PacketPath,
  type PacketPathEvents,
  UdpPath,
} from "../transport/packet_path.ts";
import { Presentation } from "../rtsp/presentation.ts";
import type { RtpReceiver } from "../../rtp/receiver/rtp_receiver.ts";
import { RedirectedError, RedirectLimit, TOO_MANY_REDIRECTS } from "../rtsp/redirect.ts";
import { RtspDialogue } from "../rtsp/rtsp_dialogue.ts";
import type { RtspUrl } from "../rtsp/rtsp_url.ts";
import { TrackList } from "./track_list.ts";
import { chooseTracks, type ChosenTrack } from "../rtsp/track_choice.ts";

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
  readonly events: MediaSessionEvents;
}

/** One session, or one after the other where it begins anew. */
export class RtspSession implements MediaSession {
  readonly dialect = "rtsp";
  readonly #options: RtspSessionOptions;
  readonly #dialogue: RtspDialogue;
  readonly #canonicalName: string;
  #transport: TransportKind;
  #presentation: Presentation | undefined;
  #session: string | undefined;
  readonly #tracks = new TrackList();
  #keepalive: Keepalive | undefined;
  #cancelFirstPacket: (() => void) | undefined;
  #cancelEnd: (() => void) | undefined;
  readonly #redirects: RedirectLimit;
  /** Where the server has asked us to go. */
  #redirect: string | undefined;
  /** From TEARDOWN to the next SETUP: what the server says of the session is no news. */
  #isLeaving = false;
  #isClosed = false;

  /** Connects with {@linkcode setUp}. */
  constructor(options: RtspSessionOptions) {
    const { url, userAgent, clock, random, transport, events } = this.#options = options;
    this.#transport = transport === "auto" ? "udp" : transport;
    this.#redirects = new RedirectLimit(clock);
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

  get receiver(): RtpReceiver {
    return this.#tracks.receiver;
  }

  get audio(): readonly MediaTrack[] {
    return this.#tracks.audio;
  }

  get isLive(): boolean | undefined {
    return this.#presentation === undefined ? undefined : !this.#presentation.description.isFinite;
  }

  get unexpectedSourcePackets(): number {
    return this.#tracks.unexpectedSourcePackets;
  }

  /** Goes where the server sends us until it, or another one, has a session for us. */
  async setUp(): Promise<void> {
    this.#isLeaving = false;
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
    const from: HeaderField[] = this.#hasPackets ? [] : [["Range", "npt=0.000-"]];
    // Packets may overtake the reply: they are let in beforehand.
    this.#tracks.accept();
    this.#checkOpen();
    try {
      await this.#request("PLAY", from);
    } catch (error) {
      if (!(error instanceof RedirectedError)) throw error;
      if (!this.#redirects.count()) throw new Error(`The server ${TOO_MANY_REDIRECTS}`);
      return this.#beginAnewElsewhere(error.location);
    }
    this.#watchFirstPacket();
    this.#tracks.startReports();
  }

  async pause(): Promise<void> {
    this.#cancelFirstPacket?.();
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
      // Some servers end the session with the stream, and then know of nothing to tear down.
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
    const { video, audio, leftOut } = chooseTracks(presentation.description);
    if (leftOut.length > 0) log.info("left out of the stream: {tracks}", { tracks: leftOut.join(", ") });
    for (const [index, chosen] of [video, ...audio].entries()) {
      const track = this.#createTrack(chosen, index);
      this.#tracks.add(track);
      try {
        await this.#setUpTrack(track, presentation.urlOf(chosen.control));
      } catch (error) {
        // Without a session there is nothing to go on with; without sound there is the picture.
        if (chosen === video || !(error instanceof RefusedError)) throw error;
        log.info("the stream is played without {encoding}: {reason}", {
          encoding: chosen.encoding,
          reason: error.message,
        });
        this.#tracks.leaveOut(track);
      }
    }
  }

  /** What is opened once the session is closed, nobody would close. */
  #checkOpen(): void {
    if (this.#isClosed) throw new Error("The session is closed");
  }

  #createTrack(chosen: ChosenTrack, index: number): MediaTrack {
    this.#checkOpen();
    const { clock, random, events } = this.#options;
    return new MediaTrack({
      chosen,
      canonicalName: this.#canonicalName,
      clock,
      random,
      openPath: (pathEvents) => this.#openPath(pathEvents, index),
      onPacket: events.onPacket,
      onBye: () => chosen === this.#tracks.video?.chosen && this.#takeBye(),
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
  async #setUpTrack(track: MediaTrack, url: string): Promise<void> {
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
    await track.path.settle(answer);
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

  /** Whether something of the picture has come since SETUP. */
  get #hasPackets(): boolean {
    return this.receiver.statistics !== undefined;
  }

  /** Over UDP, packets that were sent before a BYE may come behind it. */
  #takeBye(): void {
    this.#cancelEnd?.();
    if (this.#isLeaving) return;
    if (this.#transport === "tcp") return this.#reachEnd();
    this.#cancelEnd = this.#options.clock.after(BYE_WAIT_MS, () => this.#reachEnd());
  }

  #reachEnd(): void {
    if (this.#canUseTcp && !this.#hasPackets) this.#beginAnewOverTcp("The stream ended before a packet came over UDP");
    else this.#options.events.onEnd();
  }

  /** Whether what does not come over UDP may come over TCP. */
  get #canUseTcp(): boolean {
    return this.#transport === "udp" && this.#options.transport === "auto";
  }

  #useTcp(reason: string, track: MediaTrack): void {
    this.#transport = "tcp";
    this.#options.events.onNotice({ level: "info", text: `${reason}: TCP is used` });
    track.openPath((events) => this.#openPath(events, 0));
  }

  #watchFirstPacket(): void {
    this.#cancelFirstPacket?.();
    if (!this.#canUseTcp || this.#hasPackets) return;
    this.#cancelFirstPacket = this.#options.clock.after(FIRST_PACKET_TIMEOUT_MS, () => {
      if (this.#hasPackets) return;
      this.#beginAnewOverTcp(`No packet of the picture has come over UDP for ${FIRST_PACKET_TIMEOUT_MS / 1000} s`);
    });
  }

  /** The server asks us to go elsewhere, at any time. */
  #takeRedirect(location: string): void {
    if (this.#redirects.count()) this.#beginAnewElsewhere(location);
    else this.#options.events.onClosed(`it ${TOO_MANY_REDIRECTS}`);
  }

  #beginAnewElsewhere(location: string): void {
    // Whoever is on the way already goes there.
    const isNews = this.#redirect === undefined && !this.#isLeaving;
    this.#redirect = location;
    if (isNews) this.#options.events.onRenewal("The server sends its clients elsewhere");
  }

  #beginAnewOverTcp(reason: string): void {
    this.#cancelFirstPacket?.();
    this.#cancelEnd?.();
    // What still comes of the session that is given up is no news of the next one.
    this.#tracks.close();
    this.#transport = "tcp";
    this.#options.events.onRenewal(`${reason}: TCP is used`);
  }

  #stopTimers(): void {
    this.#keepalive?.stop();
    this.#cancelFirstPacket?.();
    this.#cancelEnd?.();
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
