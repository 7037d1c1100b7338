/**
 * A session at a server of the standards (RFC 2326): a camera, MediaMTX, GStreamer, or ours. Describes, sets up over UDP or
 * TCP, keeps alive, reports.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../rtp/clock.ts";
import { JPEG_CLOCK_RATE, JpegDepacketizer } from "../rtp/jpeg_payload.ts";
import {
  type Challenge,
  chooseChallenge,
  type Credentials,
  encodeAuthorization,
  isStale,
} from "../rtsp/authentication.ts";
import type { HeaderField } from "../rtsp/headers.ts";
import type { RtspResponse } from "../rtsp/message.ts";
import { createStandardResponseReader } from "../rtsp/message_reader.ts";
import { decodePresentation, type PresentationDescription, type TrackDescription } from "../rtsp/sdp.ts";
import { decodeSession, encodeStandardRequest } from "../rtsp/standard_grammar.ts";
import { decodeTransports, encodeTransport, type Pair, type TransportSpec } from "../rtsp/transport.ts";
import {
  DEFAULT_SESSION_TIMEOUT_SECONDS,
  FIRST_PACKET_TIMEOUT_MS,
  MAX_AUTHORIZATIONS,
  MAX_FRAME_BYTES,
  MAX_REDIRECTS,
} from "./limits.ts";
import { type MediaSession, type MediaSessionEvents, refusal } from "./media_session.ts";
import { Reception } from "./reception.ts";
import { ReceiverReports } from "./receiver_reports.ts";
import { RtpSocketPair } from "./rtp_socket.ts";
import { RtspConnection } from "./rtsp_connection.ts";
import { parseRtspUrl, type RtspUrl } from "./rtsp_url.ts";

const log = getLogger(["mjpegrtsp", "rtsp"]);

/** Constructor options of {@linkcode StandardSession}. */
export interface StandardSessionOptions {
  /** What to play. */
  readonly url: RtspUrl;
  /** UDP port to receive on, the next one being for RTCP; `undefined` for any pair. */
  readonly rtpPort: number | undefined;
  /** `auto` tries UDP first, and falls back to TCP. */
  readonly transport: "auto" | "udp" | "tcp";
  /** Name and version of the program. */
  readonly userAgent: string;
  /** Times out replies, keeps alive, reports. */
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1. */
  readonly random: () => number;
  /** Takes what happens. */
  readonly events: MediaSessionEvents;
}

/** What a request is to say besides its method. */
interface RequestParts {
  readonly url: string;
  readonly headers?: readonly HeaderField[];
}

/** One session, CSeq counting from 1. */
export class StandardSession implements MediaSession {
  readonly dialect = "standard";
  readonly #options: StandardSessionOptions;
  #url: RtspUrl;
  #transport: "udp" | "tcp";
  readonly #closing = new AbortController();
  #connection: RtspConnection | undefined;
  #cseq = 0;
  #challenge: Challenge | undefined;
  #nonceCount = 0;
  /** Methods that the server says it has, in capitals. */
  #methods: readonly string[] = [];
  #presentation: PresentationDescription | undefined;
  #baseUrl = "";
  #reception = new Reception();
  #session: string | undefined;
  #timeoutSeconds = DEFAULT_SESSION_TIMEOUT_SECONDS;
  #sockets: RtpSocketPair | undefined;
  #channels: Pair = [0, 1];
  #reports: ReceiverReports | undefined;
  #cancelKeepalive: (() => void) | undefined;
  #cancelFirstPacket: (() => void) | undefined;
  #hasPackets = false;
  #isChangingConnection = false;

  /** Connects with {@linkcode setUp}. */
  constructor(options: StandardSessionOptions) {
    this.#options = options;
    this.#url = options.url;
    this.#transport = options.transport === "tcp" ? "tcp" : "udp";
  }

  get transport(): "udp" | "tcp" {
    return this.#transport;
  }

  get reception(): Reception {
    return this.#reception;
  }

  get strangerPackets(): number {
    return this.#sockets?.rtp.strangerPackets ?? 0;
  }

  async setUp(): Promise<void> {
    await this.#connect();
    await this.#describe();
    await this.#setUpTrack();
  }

  async play(): Promise<void> {
    const from: HeaderField[] = this.#hasPackets ? [] : [["Range", "npt=0.000-"]];
    this.#sockets?.accept(this.#connection?.serverAddress);
    this.#watchFirstPacket();
    await this.#request("PLAY", { url: this.#aggregateUrl(), headers: [...this.#sessionHeader(), ...from] });
    this.#reports?.start();
    this.#keepAlive();
  }

  async pause(): Promise<void> {
    this.#cancelFirstPacket?.();
    await this.#request("PAUSE", { url: this.#aggregateUrl(), headers: this.#sessionHeader() });
    this.#reports?.stop();
  }

  async tearDown(): Promise<void> {
    this.#stopTimers();
    this.#reports?.sayBye();
    await this.#request("TEARDOWN", { url: this.#aggregateUrl(), headers: this.#sessionHeader() });
  }

  close(): void {
    this.#closing.abort();
    this.#stopTimers();
    this.#connection?.close();
    this.#sockets?.close();
    this.#sockets = undefined;
  }

  async #connect(): Promise<void> {
    const { clock, events } = this.#options;
    const { hostname, port } = this.#url;
    const connection: RtspConnection = await RtspConnection.connect({
      hostname,
      port,
      reader: createStandardResponseReader(),
      clock,
      signal: this.#closing.signal,
      onPacket: (channel, data) => this.#takeInterleaved(channel, data),
      onClosed: (reason) => {
        if (this.#connection === connection && !this.#isChangingConnection) events.onClosed(reason);
      },
    });
    this.#connection = connection;
    const options = await this.#tryRequest("OPTIONS", { url: this.#url.href });
    this.#methods = (options.headers.get("Public") ?? "").split(",").map((name) => name.trim().toUpperCase());
  }

  async #describe(redirects = 0): Promise<void> {
    const accept: HeaderField = ["Accept", "application/sdp"];
    const response = await this.#tryRequest("DESCRIBE", { url: this.#url.href, headers: [accept] });
    const location = response.headers.get("Location");
    if (response.status >= 300 && response.status < 400 && location !== undefined) {
      if (redirects >= MAX_REDIRECTS) throw new Error(`The server sent us elsewhere ${MAX_REDIRECTS} times in a row`);
      const { user, password } = this.#url;
      this.#url = { ...parseRtspUrl(location), user, password };
      log.info("the server sends us to {url}", { url: this.#url.href });
      await this.#reconnect();
      return await this.#describe(redirects + 1);
    }
    if (response.status !== 200) throw refusal(`DESCRIBE ${this.#url.href}`, response, this.#url.path);
    this.#presentation = decodePresentation(response.body);
    this.#baseUrl = response.headers.get("Content-Base") ?? response.headers.get("Content-Location") ?? this.#url.href;
  }

  async #setUpTrack(): Promise<void> {
    const { track, payloadType } = chooseTrack(this.#presentation!);
    const { clock, events, random } = this.#options;
    this.#reception = new Reception({
      depacketizer: new JpegDepacketizer({ maxFrameBytes: MAX_FRAME_BYTES, dimensions: track.dimensions }),
      payloadType,
      clockRate: JPEG_CLOCK_RATE,
    });
    this.#hasPackets = false;
    const url = resolveControl(this.#baseUrl, track.control);
    const response = await this.#requestTransport(url);
    const session = decodeSession(response.headers);
    if (session === undefined) throw new Error("The server answered SETUP without a Session: it cannot be played");
    this.#session = session.id;
    this.#timeoutSeconds = Math.max(1, session.timeoutSeconds ?? DEFAULT_SESSION_TIMEOUT_SECONDS);
    this.#takeTransport(decodeTransports(response.headers.get("Transport") ?? "")[0]);
    this.#reports = new ReceiverReports({
      reception: this.#reception,
      ssrc: Math.floor(random() * 2 ** 32),
      canonicalName: `mjpegrtsp@${Math.floor(random() * 2 ** 32).toString(36)}`,
      clock,
      send: (packet) => this.#sendRtcp(packet),
      onBye: () =>
        this.#canFallBack ? this.#fallBack("The stream ended before a packet came over UDP") : events.onEnd(),
    });
  }

  /** SETUP over the present transport, or over TCP where the server refuses UDP. */
  async #requestTransport(url: string): Promise<RtspResponse> {
    const headers = (): HeaderField[] => [["Transport", encodeTransport(this.#offer())], ...this.#sessionHeader()];
    const response = await this.#tryRequest("SETUP", { url, headers: headers() });
    if (response.status === 200) return response;
    const canFallBack = response.status === 461 && this.#options.transport === "auto" && this.#transport === "udp";
    if (!canFallBack) throw refusal(`SETUP ${url}`, response, this.#url.path);
    this.#options.events.onNotice("The server does not send over UDP: TCP is used");
    this.#transport = "tcp";
    return await this.#request("SETUP", { url, headers: headers() });
  }

  #offer(): TransportSpec {
    if (this.#transport === "tcp") return { protocol: "tcp", isMulticast: false, interleaved: this.#channels };
    const { rtpPort, events } = this.#options;
    this.#sockets ??= RtpSocketPair.open({
      hostname: this.#connection!.serverAddress.includes(":") ? "::" : "0.0.0.0",
      port: rtpPort,
      onRtp: (datagram) => this.#takeRtp(datagram),
      onRtcp: (datagram) => this.#reports?.take(datagram),
      onError: (error) => events.onNotice(`The RTP port failed: ${error.message}`),
    });
    return { protocol: "udp", isMulticast: false, clientPort: this.#sockets.ports };
  }

  /** What the server made of the offer. */
  #takeTransport(spec: TransportSpec | undefined): void {
    if (this.#transport === "tcp") {
      this.#channels = spec?.interleaved ?? this.#channels;
      this.#sockets?.close();
      this.#sockets = undefined;
      return;
    }
    // An empty packet from each port opens the way back through firewalls and address translation.
    const { serverAddress } = this.#connection!;
    if (spec?.serverPort !== undefined) this.#sockets?.punch(serverAddress, spec.serverPort);
  }

  #takeRtp(datagram: Uint8Array): void {
    if (!this.#hasPackets) {
      this.#hasPackets = true;
      this.#cancelFirstPacket?.();
    }
    this.#options.events.onPacket(datagram);
  }

  #takeInterleaved(channel: number, data: Uint8Array): void {
    if (channel === this.#channels[0]) this.#takeRtp(data);
    else if (channel === this.#channels[1]) this.#reports?.take(data);
  }

  #sendRtcp(packet: Uint8Array): void {
    if (this.#transport === "udp") {
      this.#sockets?.sendRtcp(packet);
      return;
    }
    const bytes = new Uint8Array(4 + packet.length);
    bytes.set([0x24, this.#channels[1], packet.length >> 8, packet.length & 0xff]);
    bytes.set(packet, 4);
    this.#connection?.write(bytes).catch(() => {/* the connection has ended, which its reader tells */});
  }

  /** Whether nothing has come over UDP that could have come over TCP. */
  get #canFallBack(): boolean {
    return !this.#hasPackets && this.#transport === "udp" && this.#options.transport === "auto";
  }

  #watchFirstPacket(): void {
    this.#cancelFirstPacket?.();
    if (!this.#canFallBack) return;
    this.#cancelFirstPacket = this.#options.clock.after(FIRST_PACKET_TIMEOUT_MS, () => {
      this.#fallBack(`No packet has come over UDP for ${FIRST_PACKET_TIMEOUT_MS / 1000} s`);
    });
  }

  /** Begins anew over TCP, and says why. */
  #fallBack(reason: string): void {
    const { events } = this.#options;
    this.#stopTimers();
    // What the server says of the session that is given up is no news of the next one.
    this.#reports = undefined;
    this.#transport = "tcp";
    events.onNotice(`${reason}: TCP is used`);
    this.#playAnew().catch((error) => events.onClosed(error.message));
  }

  async #playAnew(): Promise<void> {
    await this.tearDown().catch((error) => log.info("TEARDOWN failed: {reason}", { reason: error.message }));
    this.#session = undefined;
    await this.#reconnect();
    await this.#setUpTrack();
    await this.play();
  }

  async #reconnect(): Promise<void> {
    this.#isChangingConnection = true;
    this.#connection?.close();
    await this.#connect();
    this.#isChangingConnection = false;
  }

  /** Asks for something at half the session's timeout, again and again. */
  #keepAlive(): void {
    this.#cancelKeepalive?.();
    this.#cancelKeepalive = this.#options.clock.after(this.#timeoutSeconds * 500, () => {
      const method = this.#methods.includes("GET_PARAMETER") ? "GET_PARAMETER" : "OPTIONS";
      this.#tryRequest(method, { url: this.#aggregateUrl(), headers: this.#sessionHeader() })
        .catch((error) => log.info("{method} failed: {reason}", { method, reason: error.message }));
      this.#keepAlive();
    });
  }

  #stopTimers(): void {
    this.#cancelKeepalive?.();
    this.#cancelFirstPacket?.();
    this.#reports?.stop();
  }

  #sessionHeader(): HeaderField[] {
    return this.#session === undefined ? [] : [["Session", this.#session]];
  }

  #aggregateUrl(): string {
    return resolveControl(this.#baseUrl, this.#presentation?.control);
  }

  /** Sends a request; rejects with a `RefusedError` for another status than 200. */
  async #request(method: string, parts: RequestParts): Promise<RtspResponse> {
    const response = await this.#tryRequest(method, parts);
    if (response.status !== 200) throw refusal(`${method} ${parts.url}`, response, this.#url.path);
    return response;
  }

  /** Sends a request, authorized where the server asks for it; returns the reply whatever its status. */
  async #tryRequest(method: string, parts: RequestParts): Promise<RtspResponse> {
    for (let attempt = 1;; attempt++) {
      const wasAuthorized = this.#challenge !== undefined;
      const response = await this.#send(method, parts);
      if (response.status !== 401 || this.#url.user === undefined || attempt === MAX_AUTHORIZATIONS) return response;
      const challenge = chooseChallenge(response.headers.getAll("WWW-Authenticate"));
      const isRefused = wasAuthorized && challenge !== undefined && !isStale(challenge);
      if (challenge === undefined || isRefused) return response;
      this.#challenge = challenge;
      this.#nonceCount = 0;
    }
  }

  async #send(method: string, { url, headers = [] }: RequestParts): Promise<RtspResponse> {
    const connection = this.#connection;
    if (connection === undefined) throw new Error(`Cannot send ${method}: there is no connection to the server`);
    const cseq = ++this.#cseq;
    const common: HeaderField[] = [["User-Agent", this.#options.userAgent]];
    const encode = (authorization: readonly HeaderField[]) =>
      encodeStandardRequest({ method, url, cseq, headers: [...common, ...authorization, ...headers] });
    return await connection.exchange({
      text: encode(this.#authorization(method, url)),
      shown: encode(this.#challenge === undefined ? [] : [["Authorization", "…"]]),
      cseq,
      label: `${method} ${url}`,
    });
  }

  #authorization(method: string, uri: string): HeaderField[] {
    const { user, password } = this.#url;
    if (this.#challenge === undefined || user === undefined) return [];
    const credentials: Credentials = { user, password: password ?? "" };
    const clientNonce = Math.floor(this.#options.random() * 2 ** 32).toString(16).padStart(8, "0");
    const nonceCount = ++this.#nonceCount;
    return [[
      "Authorization",
      encodeAuthorization(this.#challenge, credentials, { method, uri, nonceCount, clientNonce }),
    ]];
  }
}

/** The first video track of JPEG, and the number that its packets have. */
function chooseTrack({ tracks }: PresentationDescription): { track: TrackDescription; payloadType: number } {
  for (const track of tracks) {
    for (const payloadType of track.payloadTypes) {
      if (track.type === "video" && track.formats.get(payloadType)?.encoding === "JPEG") return { track, payloadType };
    }
  }
  const found = tracks.map(({ type, formats }) =>
    [type, ...[...formats.values()].map(({ encoding }) => encoding)].join(" ")
  ).join(", ");
  throw new Error(`The stream has no Motion-JPEG video, the only kind that is played here: it has ${found}`);
}

/** The URL of a control attribute (RFC 2326, C.1.1): absolute, relative to the base, or the base itself. */
function resolveControl(base: string, control: string | undefined): string {
  if (control === undefined || control === "*" || control === "") return base;
  if (/^rtsps?:\/\//i.test(control)) return control;
  return `${base.replace(/\/$/, "")}/${control.replace(/^\//, "")}`;
}
