/**
 * A session at an RTSP/1.0 server (RFC 2326): a camera, MediaMTX, GStreamer, or ours. Describes the stream, sets up video and
 * sound, plays, and starts again over TCP or at another server where it has to.
 *
 * @module
 */

import type { Capture } from "../../net/capture/capture.ts";
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import type { HeaderField } from "../../rtsp/headers.ts";
import type { RtspResponse } from "../../rtsp/message.ts";
import type { NetworkValues } from "../../rtsp/fields/emulation_parameters.ts";
import type { PresentationDescription } from "../../rtsp/sdp.ts";
import type { TrackReceiver } from "../../rtp/receiver/track_receiver.ts";
import { EmulatedLink } from "../rtsp/emulated_link.ts";
import { RefusedError } from "../rtsp/refusal.ts";
import { KeepaliveMethods } from "../rtsp/keepalive_methods.ts";
import { BYE_WAIT_MS, FIRST_PACKET_TIMEOUT_MS } from "../limits.ts";
import { playHeaders, PlayTime } from "../rtsp/play_time.ts";
import { Presentation } from "../rtsp/presentation.ts";
import { RedirectedError, RedirectLimit, TOO_MANY_REDIRECTS } from "../rtsp/redirect.ts";
import { ConnectionEndedError } from "../rtsp/rtsp_connection.ts";
import { RtspDialogue } from "../rtsp/rtsp_dialogue.ts";
import type { RtspUrl } from "../rtsp/rtsp_url.ts";
import { ServerSession } from "../rtsp/server_session.ts";
import type { AudioTrack, PlayerSession, PlayerSessionEvents, PlayOptions, TransportKind } from "./player_session.ts";
import { SessionSurvival } from "./session_survival.ts";
import { TrackList } from "./track_list.ts";
import { TrackSetup } from "./track_setup.ts";

const log = getLogger(["mjpegrtsp", "rtsp"]);

/** Constructor options of {@linkcode RtspSession}. */
export interface RtspSessionOptions {
  /** What to play. */
  readonly url: RtspUrl;
  /** UDP port to receive video on, the next one being for RTCP; `undefined` for any pair. */
  readonly rtpPort: number | undefined;
  /** `auto` tries UDP first, and falls back to TCP. */
  readonly transport: "auto" | TransportKind;
  /** Whether to ask for lost packets again, where the server sends them. */
  readonly repairs: boolean;
  /** Name and version of the program. */
  readonly userAgent: string;
  /** How long to wait for a reply, in milliseconds; default {@linkcode REPLY_TIMEOUT_MS}. */
  readonly replyTimeoutMs?: number;
  /** The requests that may keep the session alive; remembered from one session to the next. */
  readonly keepaliveMethods?: KeepaliveMethods;
  /** Is told what goes over the wire; without it, nothing is. */
  readonly capture?: Capture;
  /** Times out replies, keeps the session alive, times reports. */
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1. */
  readonly random: () => number;
  readonly events: PlayerSessionEvents;
}

/** One session, or one after the other where it starts again. */
export class RtspSession implements PlayerSession {
  readonly dialect = "rtsp";
  readonly #options: RtspSessionOptions;
  readonly #dialogue: RtspDialogue;
  readonly #redirects: RedirectLimit;
  readonly #tracks = new TrackList();
  readonly #setup: TrackSetup;
  readonly #survival: SessionSurvival;
  readonly #keepaliveMethods: KeepaliveMethods;
  #presentation: Presentation | undefined;
  #session: ServerSession | undefined;
  /** The emulated network of the session, where there is one that may be changed. */
  #link: EmulatedLink | undefined;
  /** Where in the movie frames are. */
  #playTime = new PlayTime();
  #cancelFirstPacket: (() => void) | undefined;
  #cancelEnd: (() => void) | undefined;
  /** Where the server has redirected us; {@linkcode renew} goes there. */
  #redirect: string | undefined;
  /** From TEARDOWN to the next SETUP: what the server says about the session no longer matters. */
  #isLeaving = false;
  #isClosed = false;

  constructor(options: RtspSessionOptions) {
    const { url, userAgent, clock, random, replyTimeoutMs, capture, transport, events } = this.#options = options;
    this.#keepaliveMethods = options.keepaliveMethods ?? new KeepaliveMethods();
    this.#redirects = new RedirectLimit(clock);
    this.#dialogue = new RtspDialogue({
      ...{ url, userAgent, clock, random, replyTimeoutMs, capture },
      isChannel: (channel) => this.#tracks.hasChannel(channel),
      onPacket: (channel, packet) => this.#tracks.takeInterleaved(channel, packet),
      onWire: events.onWire,
      onWaiting: events.onWaiting,
      onRedirect: (location) => this.#takeRedirect(location),
      onClosed: (reason) => this.#takeClosed(reason),
    });
    this.#survival = new SessionSurvival({
      clock,
      ask: () => this.#session?.ask() ?? Promise.resolve(false),
      packets: () => this.video?.statistics().packets ?? 0,
      onGone: events.onClosed,
    });
    this.#setup = new TrackSetup({
      ...{ transport, rtpPort: options.rtpPort, repairs: options.repairs, capture, clock, random },
      dialogue: this.#dialogue,
      events: {
        ...events,
        onBye: (track) => track === this.#tracks.video && this.#takeBye(),
        onError: ({ message }) => events.onNotice({ level: "error", text: `The RTP port failed: ${message}` }),
      },
    });
  }

  get transport(): TransportKind {
    return this.#setup.transport;
  }

  get video(): TrackReceiver | undefined {
    return this.#tracks.video?.receiver;
  }

  get audio(): readonly AudioTrack[] {
    return this.#tracks.audio;
  }

  get description(): PresentationDescription | undefined {
    return this.#presentation?.description;
  }

  get isLive(): boolean {
    return this.#presentation !== undefined && !this.#presentation.description.isFinite;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Follows redirects until a server has a session for us. */
  async setUp(): Promise<void> {
    this.#isLeaving = false;
    for (;;) {
      try {
        await this.#dialogue.connect();
        return await this.#setUpTracks(await this.#describe());
      } catch (error) {
        if (!(error instanceof RedirectedError)) throw error;
        if (!this.#redirects.count()) throw new Error(`The server ${TOO_MANY_REDIRECTS}`);
        this.#forget();
        this.#dialogue.follow(error.location);
      }
    }
  }

  get network(): NetworkValues | undefined {
    return this.#link?.values;
  }

  async setNetwork(values: Partial<NetworkValues>): Promise<void> {
    if (this.#link === undefined) throw new Error("The server does not let its network be changed: --lab-knobs does");
    await this.#link.change(values);
  }

  get durationSeconds(): number | undefined {
    return this.#presentation?.description.durationSeconds;
  }

  /** A group goes on for all who are in it. */
  get canSeek(): boolean {
    return this.durationSeconds !== undefined && this.transport !== "multicast";
  }

  get scale(): number {
    return this.#playTime.scale;
  }

  secondsAt(timestamp: number): number | undefined {
    return this.#playTime.secondsAt(timestamp);
  }

  async play({ fromSeconds, scale = 1 }: PlayOptions = {}): Promise<void> {
    const start = fromSeconds ?? (this.#hasStarted ? undefined : 0);
    // Packets may come before the reply.
    this.#tracks.accept();
    this.#checkOpen();
    this.#cancelEnd?.();
    try {
      const { headers } = await this.#request("PLAY", playHeaders({ fromSeconds: start, scale }));
      this.#playTime.take({ headers, fromSeconds: start, control: this.#tracks.video?.chosen.control });
    } catch (error) {
      if (!(error instanceof RedirectedError)) throw error;
      if (!this.#redirects.count()) throw new Error(`The server ${TOO_MANY_REDIRECTS}`);
      return this.#renewElsewhere(error.location);
    }
    this.#watchFirstPacket();
    this.#tracks.startReports();
  }

  async pause(): Promise<void> {
    this.#cancelFirstPacket?.();
    await this.#request("PAUSE");
    this.#tracks.stopReports();
    this.#tracks.flush();
  }

  async tearDown(): Promise<void> {
    this.#tracks.refuse();
    await this.#leave();
  }

  async #leave(): Promise<void> {
    this.#isLeaving = true;
    this.#stopTimers();
    this.#tracks.sayBye();
    try {
      await this.#request("TEARDOWN");
    } catch (error) {
      // Some servers end the session with the stream, and do not know it any more, or close the connection in place of an answer.
      if (!(error instanceof RefusedError || error instanceof ConnectionEndedError)) throw error;
      log.info("{reason}; the session ends all the same", { reason: error.message });
    }
  }

  fallBack(reason: string): boolean {
    if (!this.#setup.canFallBack || this.#isLeaving) return false;
    this.#fallBack(reason);
    return true;
  }

  async renew(): Promise<void> {
    await this.#leave().catch((error) => log.info("TEARDOWN failed: {reason}", { reason: error.message }));
    this.#forget();
    const location = this.#redirect;
    this.#redirect = undefined;
    if (location !== undefined) this.#dialogue.follow(location);
    await this.setUp();
  }

  close(): void {
    this.#stopTimers();
    this.#tracks.close();
    this.#isClosed = true;
    this.#dialogue.close();
  }

  async #describe(): Promise<Presentation> {
    const { href } = this.#dialogue.url;
    const response = await this.#dialogue.request("DESCRIBE", { url: href, headers: [["Accept", "application/sdp"]] });
    return this.#presentation = new Presentation(response, href);
  }

  async #setUpTracks(presentation: Presentation): Promise<void> {
    const { clock, events } = this.#options;
    let first: RtspResponse | undefined;
    await this.#setup.run(presentation, {
      tracks: this.#tracks,
      checkOpen: () => this.#checkOpen(),
      begin: (response) => {
        first ??= response;
        return this.#session ??= new ServerSession(response, {
          ...{ dialogue: this.#dialogue, url: presentation.url, clock, keepaliveMethods: this.#keepaliveMethods },
          onForgotten: () => events.onClosed("it no longer knows the session"),
        });
      },
    });
    await this.#openLink(first);
  }

  /** Nothing but the sliders of the page needs it. */
  async #openLink(response: RtspResponse | undefined): Promise<void> {
    if (this.#session === undefined || response === undefined) return;
    try {
      this.#link = await EmulatedLink.open(this.#session, response);
    } catch (error) {
      if (!(error instanceof RefusedError || error instanceof SyntaxError)) throw error;
      log.info("the emulated network cannot be changed: {reason}", { reason: error.message });
    }
    this.#checkOpen();
  }

  /** Throws once the session is closed: nobody would close what is opened afterwards. */
  #checkOpen(): void {
    if (this.#isClosed) throw new Error("The session is closed");
  }

  async #request(method: string, headers: readonly HeaderField[] = []): Promise<RtspResponse> {
    if (this.#session === undefined) throw new Error(`Cannot send ${method}: there is no session at the server`);
    const response = await this.#session.request(method, headers);
    this.#checkOpen();
    return response;
  }

  /** Whether a packet of the video has come since SETUP. */
  get #hasStarted(): boolean {
    return this.video?.hasStarted ?? false;
  }

  /** Packets that were sent over UDP before a BYE may come after it. */
  #takeBye(): void {
    this.#cancelEnd?.();
    if (this.#isLeaving) return;
    if (this.transport === "tcp") return this.#reachEnd();
    this.#cancelEnd = this.#options.clock.after(BYE_WAIT_MS, () => this.#reachEnd());
  }

  #reachEnd(): void {
    if (this.#setup.canFallBack && !this.#hasStarted) {
      return this.#fallBack("The stream ended before a packet came over UDP");
    }
    this.#tracks.flush();
    this.#options.events.onEnd();
  }

  #watchFirstPacket(): void {
    this.#cancelFirstPacket?.();
    if (!this.#setup.canFallBack || this.#hasStarted) return;
    this.#cancelFirstPacket = this.#options.clock.after(FIRST_PACKET_TIMEOUT_MS, () => {
      if (this.#hasStarted) return;
      this.#fallBack(`No packet of the video has come over UDP for ${FIRST_PACKET_TIMEOUT_MS / 1000} s`);
    });
  }

  /** Asks for a renewal over TCP. */
  #fallBack(reason: string): void {
    this.#cancelFirstPacket?.();
    this.#cancelEnd?.();
    // Packets of this session must not be taken for those of the next.
    this.#tracks.close();
    this.#setup.fallBack();
    this.#options.events.onRenewal(`${reason}: falling back to TCP`);
  }

  /** The connection has ended. It is the end of a session over TCP, unless we are leaving. */
  #takeClosed(reason: string): void {
    if (this.#isLeaving) return;
    if (this.transport === "tcp" || !this.#hasStarted) this.#options.events.onClosed(reason);
    else this.#survival.start(reason);
  }

  /** The server redirects us, which it may do at any time. */
  #takeRedirect(location: string): void {
    if (this.#redirects.count()) this.#renewElsewhere(location);
    else this.#options.events.onClosed(`it ${TOO_MANY_REDIRECTS}`);
  }

  #renewElsewhere(location: string): void {
    // A renewal that is under way or asked for takes the new location.
    const isNews = this.#redirect === undefined && !this.#isLeaving;
    this.#redirect = location;
    if (isNews) this.#options.events.onRenewal("The server redirects its clients");
  }

  /** Leaves the session at the server to itself. */
  #forget(): void {
    this.#session?.stop();
    this.#session = undefined;
    this.#link = undefined;
    this.#playTime = new PlayTime();
    this.#tracks.close();
  }

  #stopTimers(): void {
    this.#session?.stop();
    this.#survival.stop();
    this.#cancelFirstPacket?.();
    this.#cancelEnd?.();
    this.#tracks.stopReports();
  }
}
