/**
 * Answers clients of the standards (RFC 2326): what their requests do, with which status and which header fields.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../rtp/clock.ts";
import type { HeaderField } from "../rtsp/headers.ts";
import type { RtspReply, RtspRequest } from "../rtsp/message.ts";
import { decodeRange, encodeRange } from "../rtsp/range.ts";
import { isSessionMethod, nextState, type SessionMethod } from "../rtsp/session_state.ts";
import type { StatusCode } from "../rtsp/status.ts";
import { decodeTransports, encodeTransport, type Pair, type TransportSpec } from "../rtsp/transport.ts";
import type { JpegPackets } from "./jpeg_packets.ts";
import { JpegSender } from "./jpeg_sender.ts";
import { SESSION_TIMEOUT_SECONDS } from "./limits.ts";
import type { Media } from "./media.ts";
import type { Pacer } from "./pacer.ts";
import type { RtpSockets } from "./rtp_sockets.ts";
import { InterleavedTransport, type RtpTransport, UdpTransport } from "./rtp_transport.ts";
import type { PlayOptions, Session } from "./session.ts";
import type { Client, SessionFactory } from "./session_factory.ts";
import type { SessionRegistry } from "./session_registry.ts";
import { contentBase, type StreamDescriber, TRACK } from "./stream_describer.ts";

const log = getLogger(["mjpegrtsp", "server"]);

const METHODS = [
  "OPTIONS",
  "DESCRIBE",
  "SETUP",
  "PLAY",
  "PAUSE",
  "TEARDOWN",
  "GET_PARAMETER",
  "SET_PARAMETER",
] as const;
/** Methods of RFC 2326 that this server knows of but does not have. */
const OTHER_METHODS = ["ANNOUNCE", "RECORD", "REDIRECT"];

/** Constructor options of {@linkcode StandardResponder}. */
export interface StandardResponderOptions {
  /** Opens movies and makes sessions. */
  readonly factory: SessionFactory;
  /** Where sessions are kept. */
  readonly registry: SessionRegistry;
  /** Answers DESCRIBE. */
  readonly describer: StreamDescriber;
  /** What packets leave from. */
  readonly sockets: RtpSockets;
  /** Makes payloads of frames. */
  readonly packets: JpegPackets;
  /** Spreads large frames. */
  readonly pacer: Pacer;
  /** The pacer's clock, and the time of day. */
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1. */
  readonly random: () => number;
  /** Name and version of the program, for `Server`. */
  readonly tool: string;
}

/** Where a client that names no channels gets its packets. */
const DEFAULT_CHANNELS: Pair = [0, 1];

/** What a method of a session answers. */
interface Outcome {
  readonly status: StatusCode;
  readonly headers?: readonly HeaderField[];
}

/** The standards' side of the server. */
export class StandardResponder {
  readonly #options: StandardResponderOptions;

  /** For one server. */
  constructor(options: StandardResponderOptions) {
    this.#options = options;
  }

  /** Does what a request asks for and says how to answer. */
  async respond(client: Client, request: RtspRequest): Promise<RtspReply> {
    const reply = await this.#respond(client, request);
    const { tool, clock } = this.#options;
    const common: HeaderField[] = [["Server", tool], ["Date", new Date(clock.unixMs()).toUTCString()]];
    return { ...reply, headers: [...common, ...(reply.headers ?? [])] };
  }

  async #respond(client: Client, request: RtspRequest): Promise<RtspReply> {
    const { method, cseq, headers } = request;
    const refuse = (status: StatusCode, fields?: readonly HeaderField[]): RtspReply => ({
      status,
      cseq,
      session: undefined,
      headers: fields,
    });
    if (cseq === undefined) return refuse(400);
    if (request.version !== "1.0") return refuse(505);
    const required = headers.getAll("Require").join(", ");
    if (required !== "") return refuse(551, [["Unsupported", required]]);
    switch (method) {
      case "OPTIONS":
        return { status: 200, cseq, session: request.session, headers: [["Public", METHODS.join(", ")]] };
      case "DESCRIBE": {
        const target = parseTarget(request.uri);
        return target === undefined
          ? refuse(400)
          : await this.#options.describer.describe(client, request, target.name);
      }
      case "SETUP":
        return await this.#setUp(client, request);
      default: {
        if ((METHODS as readonly string[]).includes(method)) return this.#applyToSession(client, request);
        log.warn("{peer} asked for {method}, which this server does not have", {
          peer: client.connection.peer,
          method,
        });
        return OTHER_METHODS.includes(method) ? refuse(405, [["Allow", METHODS.join(", ")]]) : refuse(501);
      }
    }
  }

  async #setUp(client: Client, request: RtspRequest): Promise<RtspReply> {
    const { factory, describer, registry } = this.#options;
    const { cseq, headers } = request;
    const refuse = (status: StatusCode): RtspReply => ({ status, cseq, session: undefined });
    const target = parseTarget(request.uri);
    if (target === undefined) return refuse(400);
    if (request.session !== undefined) return refuse(registry.has(request.session) ? 459 : 454);
    const spec = decodeTransports(headers.getAll("Transport").join(",")).find((offer) => isPossible(offer, client));
    if (spec === undefined) {
      log.warn("{peer} asked for {name} over none of UDP unicast and TCP: {transport}", {
        peer: client.connection.peer,
        name: target.name,
        transport: headers.get("Transport") ?? "no Transport at all",
      });
      return refuse(461);
    }
    const media = await factory.openMedia(client, target.name);
    if (typeof media === "number") return refuse(media);
    if (await describer.lookAt(client, media) === undefined) {
      media.release();
      return refuse(415);
    }
    const { session, transport } = this.#createSession(client, { media, spec });
    return {
      status: 200,
      cseq,
      session: `${session.id};timeout=${SESSION_TIMEOUT_SECONDS}`,
      headers: [["Transport", encodeTransport(transport)]],
    };
  }

  #createSession(
    client: Client,
    { media, spec }: { media: Media; spec: TransportSpec },
  ): { session: Session; transport: TransportSpec } {
    const { factory, registry, sockets, packets, pacer, clock, random } = this.#options;
    const rtcpDestination = spec.clientPort === undefined
      ? undefined
      : { transport: "udp" as const, hostname: client.hostname, port: spec.clientPort[1] };
    const channels = spec.interleaved ?? DEFAULT_CHANNELS;
    const transport: RtpTransport = rtcpDestination === undefined || spec.protocol === "tcp"
      ? new InterleavedTransport(client.connection, channels)
      : new UdpTransport({
        path: factory.createPath(client, { port: spec.clientPort![0], onError: (error) => session.fail(error) }),
        socket: sockets.main,
        rtcpSocket: sockets.rtcp,
        rtcpDestination,
        pacer,
        onError: (error) => session.fail(error),
      });
    const sender = new JpegSender({
      peer: client.connection.peer,
      transport,
      packets,
      clock,
      random,
      canonicalName: `mjpegrtsp@${client.localAddress.hostname}`,
    });
    const session = factory.createSession(client, { id: createId(), media, sender });
    const isTcp = spec.protocol === "tcp";
    registry.addExpiring(session, isTcp ? undefined : rtcpDestination);
    // Over UDP a session may go on without its connection (RFC 2326, 1.1); over TCP it cannot.
    if (isTcp) client.session = session;
    const common = { isMulticast: false, ssrc: sender.ssrc, mode: "PLAY" };
    return {
      session,
      transport: isTcp
        ? { protocol: "tcp", interleaved: channels, ...common }
        : { protocol: "udp", clientPort: spec.clientPort, serverPort: sockets.ports, ...common },
    };
  }

  #applyToSession(client: Client, request: RtspRequest): RtspReply {
    const { method, cseq } = request;
    const { registry } = this.#options;
    const session = request.session === undefined ? undefined : registry.get(request.session);
    if (session === undefined || !(session.sender instanceof JpegSender)) {
      // Some clients keep a connection alive before they have a session.
      const isKeepalive = request.session === undefined && /^[GS]ET_PARAMETER$/.test(method);
      return { status: isKeepalive ? 200 : 454, cseq, session: undefined };
    }
    session.touch();
    const outcome: Outcome = isSessionMethod(method)
      ? this.#apply(client, { session, sender: session.sender, method, request })
      : { status: 200 };
    return { ...outcome, cseq, session: session.id };
  }

  #apply(
    client: Client,
    { session, sender, method, request }: {
      session: Session;
      sender: JpegSender;
      method: SessionMethod;
      request: RtspRequest;
    },
  ): Outcome {
    const next = nextState(session.state, method, { standard: true });
    if (next === undefined) {
      const allowed = METHODS.filter((name) =>
        !isSessionMethod(name) || nextState(session.state, name, { standard: true }) !== undefined
      );
      return { status: 455, headers: [["Allow", allowed.join(", ")]] };
    }
    if (next === "PLAYING") return play(session, sender, request);
    if (next === "READY") session.pause();
    else {
      this.#options.registry.end(session, "torn down");
      if (client.session === session) client.session = undefined;
    }
    return { status: 200 };
  }
}

/** PLAY: from where, to where, how fast (RFC 2326, 10.5). */
function play(session: Session, sender: JpegSender, { uri, headers }: RtspRequest): Outcome {
  const { frameRate, media } = session;
  const range = headers.get("Range") === undefined ? undefined : decodeRange(headers.get("Range")!);
  if (headers.get("Range") !== undefined && range === undefined) return { status: 457 };
  const scale = decodeFactor(headers.get("Scale"), -16) ?? 1;
  const speed = decodeFactor(headers.get("Speed"), 0) ?? 1;
  const duration = media.frameCount / frameRate;
  const start = range === undefined || range.start === "now" ? undefined : range.start ?? 0;
  if (start !== undefined && start > duration) return { status: 457 };
  const options: PlayOptions = {
    from: start === undefined ? undefined : Math.min(media.frameCount - 1, Math.floor(start * frameRate + 1e-6)),
    // What lies beyond the end is the end.
    to: range?.end === undefined || range.end >= duration ? undefined : Math.ceil(range.end * frameRate - 1e-6),
    scale,
    speed,
  };
  const sequenceNumber = sender.nextSequenceNumber;
  const startMs = session.play(options);
  const from = session.position / frameRate;
  const end = range?.end === undefined ? (media.isEndless ? undefined : duration) : Math.min(range.end, duration);
  return {
    status: 200,
    headers: [
      ["Range", encodeRange({ start: from, end })],
      ...(headers.get("Scale") === undefined ? [] : [["Scale", String(scale)] as const]),
      ...(headers.get("Speed") === undefined ? [] : [["Speed", String(speed)] as const]),
      ["RTP-Info", `url=${trackUrl(uri)};seq=${sequenceNumber};rtptime=${sender.timestampAt(startMs)}`],
    ],
  };
}

/** Scale or Speed, from `min` to 16 and not 0; `undefined` where there is none that could be honoured. */
function decodeFactor(text: string | undefined, min: number): number | undefined {
  if (text === undefined || !/^[+-]?\d{1,6}(?:\.\d{0,6})?$/.test(text.trim())) return undefined;
  const factor = Number(text);
  return factor === 0 || factor < min || factor > 16 ? undefined : factor;
}

function trackUrl(uri: string): string {
  const base = contentBase(uri);
  return base.endsWith(`/${TRACK}/`) ? base.slice(0, -1) : base + TRACK;
}

/** The movie that a URL names, decoded, with or without its track; `undefined` for what is no URL. */
function parseTarget(uri: string): { name: string } | undefined {
  const match = /^rtsps?:\/\/[^/?#]*([^?#]*)/i.exec(uri);
  if (match === null) return undefined;
  try {
    const path = decodeURIComponent(match[1]).replace(/^\/+|\/+$/g, "");
    return { name: path.endsWith(`/${TRACK}`) ? path.slice(0, -TRACK.length - 1) : path };
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** Whether packets can go that way, and to nobody but the client. */
function isPossible({ protocol, isMulticast, clientPort, destination, mode }: TransportSpec, client: Client): boolean {
  if (isMulticast || (mode !== undefined && mode !== "PLAY")) return false;
  if (destination !== undefined && destination !== client.hostname) return false;
  return protocol === "tcp" || (clientPort !== undefined && clientPort[0] > 0 && clientPort[1] > 0);
}

/** Sixteen hexadecimal digits that nobody can guess (RFC 2326, 3.4: at least eight). */
function createId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
