/**
 * How the packets of a track travel to one client: over UDP, or interleaved with the messages of its connection. What SETUP agrees on
 * (RFC 2326, 12.39), and what comes of it.
 *
 * @module
 */

import { plainAddress } from "../../net/addresses.ts";
import type { Clock } from "../../net/clock.ts";
import type { Pair, TransportSpec } from "../../rtsp/fields/transport.ts";
import type { BufferPool } from "../send/buffer_pool.ts";
import type { DatagramSender } from "../send/datagram_sender.ts";
import type { HeldFrames } from "../send/held_frames.ts";
import { InterleavedTransport } from "../send/interleaved_transport.ts";
import type { Pacer } from "../send/pacer.ts";
import type { RtpSockets } from "../send/rtp_sockets.ts";
import type { RtpTransport } from "../send/rtp_transport.ts";
import { UdpTransport } from "../send/udp_transport.ts";
import type { Client } from "../session/client.ts";
import type { Session } from "../session/session.ts";
import type { SessionFactory } from "../session/session_factory.ts";
import type { TrackPath } from "../session/session_registry.ts";

/** Constructor options of {@linkcode TrackTransports}. */
export interface TrackTransportsOptions {
  readonly factory: SessionFactory;
  /** The sockets that packets leave from. */
  readonly sockets: RtpSockets;
  /** For what is written over TCP. */
  readonly buffers: BufferPool;
  /** The frames that clients over TCP are being sent. */
  readonly heldFrames: HeldFrames;
  /** The frames that are kept for clients over UDP who lose some of their packets. */
  readonly recentFrames: HeldFrames;
  /** Spreads large frames. */
  readonly pacer: Pacer;
  /** The pacer's clock. */
  readonly clock: Clock;
}

/** A transport that was opened for a track. */
export interface OpenedTransport {
  readonly transport: RtpTransport;
  /** As SETUP tells it, but for what is particular to the track. */
  readonly spec: TransportSpec;
  /** Where reports come from. */
  readonly path: TrackPath;
  /** What the datagrams of its session go through; `undefined` over TCP. */
  readonly datagrams: DatagramSender | undefined;
}

/** Opens transports to single clients. */
export class TrackTransports {
  readonly #options: TrackTransportsOptions;
  /** All tracks of a session go through one emulated network. */
  readonly #datagrams = new WeakMap<Session, DatagramSender>();

  constructor(options: TrackTransportsOptions) {
    this.#options = options;
  }

  /** Whether packets can go that way, and to nobody but the client. */
  isPossible({ protocol, isMulticast, clientPort, destination }: TransportSpec, client: Client): boolean {
    if (isMulticast) return false;
    if (destination !== undefined && plainAddress(destination) !== plainAddress(client.hostname)) return false;
    // RTP and RTCP need a port each (RFC 3550, 11); channels of our own choice are in the reply.
    if (protocol === "tcp") return client.connection.packets !== undefined;
    return clientPort !== undefined && isPortPair(clientPort);
  }

  /**
   * The transport of one more track, of `session` if there is one already. `isRepaired` is whether what is lost is sent again;
   * `onError` is called when nothing can be sent any more.
   */
  open(
    client: Client,
    offer: TransportSpec,
    { session, isRepaired, onError }: {
      readonly session: Session | undefined;
      readonly isRepaired: boolean;
      readonly onError: (error: unknown) => void;
    },
  ): OpenedTransport {
    if (offer.protocol === "tcp") return this.#openInterleaved(client, offer);
    const { factory, sockets, pacer, clock, recentFrames } = this.#options;
    const clientPort = offer.clientPort!;
    const [rtpPort, rtcpPort] = clientPort;
    const rtcpDestination = { transport: "udp" as const, hostname: client.hostname, port: rtcpPort };
    const destination = { ...rtcpDestination, port: rtpPort };
    const datagrams = session && this.#datagrams.get(session) || factory.createDatagramSender(destination, onError);
    return {
      transport: new UdpTransport({
        ...{ datagrams, destination, rtcpDestination, pacer, clock, onError },
        socket: sockets.main,
        rtcpSocket: sockets.rtcp,
        recentFrames: isRepaired ? recentFrames : undefined,
      }),
      spec: { protocol: "udp", isMulticast: false, clientPort, serverPort: sockets.ports },
      path: { reportsFrom: rtcpDestination },
      datagrams,
    };
  }

  /** What was opened is for a track of `session`. */
  assign({ datagrams }: OpenedTransport, session: Session): void {
    if (datagrams !== undefined) this.#datagrams.set(session, datagrams);
  }

  #openInterleaved(client: Client, offer: TransportSpec): OpenedTransport {
    const { buffers, heldFrames } = this.#options;
    const channels = freeChannels(client, offer.interleaved);
    return {
      transport: new InterleavedTransport(client.connection.packets!, { channels, buffers, heldFrames }),
      spec: { protocol: "tcp", isMulticast: false, interleaved: channels },
      path: { channels },
      datagrams: undefined,
    };
  }
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
