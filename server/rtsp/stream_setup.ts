/**
 * SETUP: which of the transports that a client offers is taken (RFC 2326, 12.39), and the session that comes of it.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { plainAddress } from "../../net/addresses.ts";
import type { Clock } from "../../net/clock.ts";
import { isOutOfDescriptors } from "../../net/socket_errors.ts";
import type { RtspReply, RtspRequest } from "../../rtsp/message.ts";
import type { StatusCode } from "../../rtsp/status.ts";
import { decodeTransports, encodeTransport, type Pair, type TransportSpec } from "../../rtsp/fields/transport.ts";
import { Adaptation } from "../adaptation/adaptation.ts";
import type { BufferPool } from "../send/buffer_pool.ts";
import type { HeldFrames } from "../send/held_frames.ts";
import type { Place } from "../places/places.ts";
import type { Session } from "../session/session.ts";
import type { FramePacketizer, FrameSize } from "../packetize/frame_packetizer.ts";
import { RtpSender } from "../send/rtp_sender.ts";
import { SESSION_TIMEOUT_SECONDS } from "../limits.ts";
import type { Source } from "../source/source.ts";
import type { Multicast } from "../session/multicast.ts";
import type { Pacer } from "../send/pacer.ts";
import type { RtpSockets } from "../send/rtp_sockets.ts";
import { InterleavedTransport } from "../send/interleaved_transport.ts";
import type { RtpTransport } from "../send/rtp_transport.ts";
import { UdpTransport } from "../send/udp_transport.ts";
import type { Client } from "../session/client.ts";
import type { SessionFactory } from "../session/session_factory.ts";
import type { SessionRegistry } from "../session/session_registry.ts";
import type { StreamDescriber } from "./stream_describer.ts";

const log = getLogger(["mjpegrtsp", "server"]);

/** Constructor options of {@linkcode StreamSetup}. */
export interface StreamSetupOptions {
  readonly factory: SessionFactory;
  readonly registry: SessionRegistry;
  /** Knows whether RTP/JPEG can carry a source. */
  readonly describer: StreamDescriber;
  /** Sends to groups, if that is wanted. */
  readonly multicast: Multicast | undefined;
  /** The sockets that packets leave from. */
  readonly sockets: RtpSockets;
  readonly packetizer: FramePacketizer;
  /** For what is written over TCP. */
  readonly buffers: BufferPool;
  /** The frames that clients over TCP are being sent. */
  readonly heldFrames: HeldFrames;
  /** The frames that are kept for clients over UDP who lose some of their packets. */
  readonly recentFrames: HeldFrames;
  /** Spreads large frames. */
  readonly pacer: Pacer;
  /** The pacer's clock, and the time of day. */
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1. */
  readonly random: () => number;
  /** Makes session identifiers that nobody can guess. */
  readonly createId: () => string;
  /** Whether sessions are fitted to the networks of their clients; default false. */
  readonly adapts?: boolean;
}

/** Sets up RTSP/1.0 sessions. */
export class StreamSetup {
  readonly #options: StreamSetupOptions;

  constructor(options: StreamSetupOptions) {
    this.#options = options;
  }

  /** The reply to a SETUP of the source called `name`. */
  async setUp(client: Client, { cseq, session: id, headers }: RtspRequest, name: string): Promise<RtspReply> {
    const { factory, describer, registry } = this.#options;
    const refuse = (status: StatusCode): RtspReply => ({ status, cseq, session: undefined });
    if (id !== undefined) return refuse(registry.get(id, client) === undefined ? 454 : 459);
    const offers = decodeTransports(headers.getAll("Transport").join(","));
    if (!await factory.hasRoom(client)) return refuse(503);
    const source = await factory.findSource(client, name);
    if (typeof source === "number") return refuse(source);
    const possible = offers.filter((offer) => this.#isPossible(offer, { client, source }));
    // One more seat in front of a stream to a group costs nothing.
    if (possible.length > 0 && !possible[0].isMulticast && factory.isOverloaded(client)) return refuse(453);
    const frame = possible.length === 0 ? undefined : await describer.lookAt(client, source);
    if (typeof frame === "number") return refuse(frame);
    const place = possible.length === 0 ? undefined : await factory.takePlace(client);
    if (possible.length > 0 && place === undefined) return refuse(503);
    let created: Created | undefined;
    for (const offer of possible) {
      created = await this.#create(client, { source, describedSize: frame!.size, offer, place: place! });
      if (created !== undefined) break;
    }
    if (created === undefined) {
      place?.leave();
      log.warn("{peer} asked for {name} over no transport that is possible: {transport}", {
        peer: client.connection.peer,
        name,
        transport: headers.get("Transport") ?? "no Transport at all",
      });
      return refuse(461);
    }
    const { session, transport } = created;
    return {
      status: 200,
      cseq,
      // Over TCP a session lives as long as its connection.
      session: transport.protocol === "tcp" ? session.id : `${session.id};timeout=${SESSION_TIMEOUT_SECONDS}`,
      headers: [["Transport", encodeTransport(transport)]],
    };
  }

  /** A session whose packets travel as offered; `undefined` where that turns out to be impossible. */
  async #create(client: Client, stream: OfferedStream): Promise<Created | undefined> {
    const { offer } = stream;
    if (offer.isMulticast) return await this.#createSeat(client, stream);
    return offer.protocol === "tcp" ? this.#createInterleaved(client, stream) : this.#createUdp(client, stream);
  }

  async #createSeat(client: Client, { source, describedSize, place }: OfferedStream): Promise<Created | undefined> {
    try {
      const { seat, transport } = await this.#options.multicast!.join(client, {
        id: this.#options.createId(),
        source,
        describedSize,
      });
      this.#options.registry.add(seat, { place, client, endsWithClient: false });
      return { session: seat, transport };
    } catch (error) {
      if (isOutOfDescriptors(error)) throw error;
      log.error("{peer} cannot have {name} over multicast: {reason}", {
        peer: client.connection.peer,
        name: source.name,
        reason: error instanceof Error ? error.message : String(error),
      });
      return undefined;
    }
  }

  /** Over TCP a session ends with its connection. */
  #createInterleaved(client: Client, stream: OfferedStream): Created {
    const { buffers, heldFrames } = this.#options;
    const channels = freeChannels(client, stream.offer.interleaved);
    const transport = new InterleavedTransport(client.connection.packets, { channels, buffers, heldFrames });
    const created = this.#createSession(client, stream, transport);
    this.#options.registry.add(created.session, { place: stream.place, client, endsWithClient: true, channels });
    return { ...created, transport: { protocol: "tcp", interleaved: channels, ...created.transport } };
  }

  #createUdp(client: Client, stream: OfferedStream): Created {
    const { factory, registry, sockets, pacer, clock, recentFrames } = this.#options;
    const clientPort = stream.offer.clientPort!;
    const [rtpPort, rtcpPort] = clientPort;
    const reportsFrom = { transport: "udp" as const, hostname: client.hostname, port: rtcpPort };
    const onError = (error: unknown) => created.session.fail(error);
    const created = this.#createSession(
      client,
      stream,
      new UdpTransport({
        datagrams: factory.createDatagramSender({ ...reportsFrom, port: rtpPort }, onError),
        socket: sockets.main,
        rtcpSocket: sockets.rtcp,
        rtcpDestination: reportsFrom,
        pacer,
        clock,
        recentFrames,
        onError,
      }),
    );
    registry.add(created.session, { place: stream.place, client, endsWithClient: false, reportsFrom });
    return { ...created, transport: { protocol: "udp", clientPort, serverPort: sockets.ports, ...created.transport } };
  }

  #createSession(client: Client, { source, describedSize, offer }: OfferedStream, transport: RtpTransport) {
    const { factory, packetizer, clock, random, createId, adapts = false } = this.#options;
    const sender = new RtpSender({
      peer: client.connection.peer,
      transport,
      packetizer,
      describedSize,
      clock,
      random,
      canonicalName: `mjpegrtsp@${plainAddress(client.localAddress.hostname)}`,
      adaptation: adapts ? new Adaptation({ clock, isOverTcp: offer.protocol === "tcp" }) : undefined,
    });
    const session = factory.createSession(client.connection.peer, { id: createId(), source, sender });
    return { session, transport: { isMulticast: false, ssrc: sender.ssrc, mode: "PLAY" } };
  }

  /** Whether packets can go that way, and to nobody but the client, or to our own group. */
  #isPossible(
    { protocol, isMulticast, clientPort, destination, mode }: TransportSpec,
    { client, source }: { client: Client; source: Source },
  ): boolean {
    if (mode !== undefined && !mode.split(",").some((name) => name.trim() === "PLAY")) return false;
    if (isMulticast) {
      return protocol === "udp" && this.#options.multicast?.isPossible(client, { source, destination }) === true;
    }
    if (destination !== undefined && plainAddress(destination) !== plainAddress(client.hostname)) return false;
    // RTP and RTCP need a port each (RFC 3550, 11); channels of our own choice are in the reply.
    return protocol === "tcp" || (clientPort !== undefined && isPortPair(clientPort));
  }
}

/** What is to be played, and how its packets are to travel. */
interface OfferedStream {
  readonly source: Source;
  readonly describedSize: FrameSize;
  readonly offer: TransportSpec;
  /** For the session. */
  readonly place: Place<Session>;
}

/** A new session, and how its packets travel. */
interface Created {
  readonly session: Session;
  readonly transport: TransportSpec;
}

/** A port for RTP and another for RTCP. */
function isPortPair([rtp, rtcp]: Pair): boolean {
  return rtp > 0 && rtcp > 0 && rtp !== rtcp;
}

/**
 * The channels that a client asks for, or the next pair that no session of its connection has. RTP and RTCP need one each (RFC 2326,
 * 12.39).
 */
function freeChannels({ channels }: Client, asked: Pair = [0, 1]): Pair {
  if (asked[0] !== asked[1] && !asked.some((channel) => channels.has(channel))) return asked;
  let first = 0;
  while (channels.has(first) || channels.has(first + 1)) first += 2;
  return [first, first + 1];
}
