/**
 * RTP to multicast groups: one stream of each source, sent once, whoever and however many watch. Stands beside the unicast transports
 * at SETUP.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { bindUdpPortPair } from "../../net/udp_ports.ts";
import { hostAndPort, plainAddress } from "../../net/addresses.ts";
import type { Clock } from "../../net/clock.ts";
import type { TransportSpec } from "../../rtsp/fields/transport.ts";
import type { ServerCapture } from "../capture/server_capture.ts";
import { MulticastSeat, MulticastStream } from "./multicast_stream.ts";
import type { TrackKind } from "../send/rtp_stream.ts";
import type { Source } from "../source/source.ts";
import type { Pacer } from "../send/pacer.ts";
import { UdpTransport } from "../send/udp_transport.ts";
import type { Client } from "./client.ts";
import type { SessionFactory } from "./session_factory.ts";
import type { TrackSenders, WantedTrack } from "./track_senders.ts";

const log = getLogger(["mjpegrtsp", "session"]);

/** The highest even port, whose RTCP is the next one. */
const MAX_RTP_PORT = 65_534;

/** Where multicast goes. */
export interface MulticastGroup {
  /** Address of the group, 224.0.0.0 to 239.255.255.255. */
  readonly hostname: string;
  /** Its RTP port for the first source, even; each further one takes the next two. */
  readonly port: number;
  /** Hops that packets may make: 0 stays on this machine, 1 in this network. */
  readonly ttl: number;
}

/** Constructor options of {@linkcode Multicast}. */
export interface MulticastOptions {
  /** Where it goes. */
  readonly group: MulticastGroup;
  readonly factory: SessionFactory;
  /** Make the sessions behind the seats. */
  readonly senders: TrackSenders;
  /** Spreads large frames. */
  readonly pacer: Pacer;
  /** The pacer's clock. */
  readonly clock: Clock;
  /** Hears of all that goes through the sockets, if that is wanted. */
  readonly capture?: ServerCapture;
}

/** One stream of a source to the group, from one address of ours, which decides the network. */
interface Opened {
  readonly source: Source;
  readonly localAddress: string;
  readonly ports: Set<number>;
  readonly sockets: Deno.DatagramConn[];
  /** What SETUP tells of each track. */
  readonly tracks: Map<TrackKind, Promise<TransportSpec | undefined>>;
  /** There once the first track is. */
  stream: MulticastStream | undefined;
}

/** All groups of one server. */
export class Multicast {
  readonly #options: MulticastOptions;
  readonly #opened = new Set<Opened>();

  constructor(options: MulticastOptions) {
    this.#options = options;
  }

  /** Whether a client can have a source that way: one without an end, over IPv4, and sent to no group of its own choice. */
  isPossible(client: Client, { source, destination }: { source: Source; destination: string | undefined }): boolean {
    return (source.isLive || source.loops) && !plainAddress(client.localAddress.hostname).includes(":") &&
      (destination === undefined || destination === this.#options.group.hostname);
  }

  /** A seat called `id` for a client in front of the stream of a source, of which it wants a track. */
  async join(
    client: Client,
    id: string,
    wanted: WantedTrack,
  ): Promise<{ seat: MulticastSeat; transport: TransportSpec }> {
    const { clock } = this.#options;
    for (;;) {
      const opened = this.#openedFor(client, wanted.source);
      try {
        const transport = await this.#transportOf(opened, wanted, () => this.#end(opened));
        // Whoever had the last seat may have left meanwhile.
        if (transport === undefined) continue;
        const { peer } = client.connection;
        const seat = new MulticastSeat(opened.stream!, { id, peer, hostname: plainAddress(client.hostname), clock });
        seat.addTrack(wanted.kind);
        return { seat, transport };
      } catch (error) {
        if (opened.stream === undefined) this.#end(opened);
        throw error;
      }
    }
  }

  /** A seat that is there gets one more track. */
  async addTrack(client: Client, seat: MulticastSeat, wanted: WantedTrack): Promise<TransportSpec> {
    const opened = [...this.#opened].find(({ stream }) => stream === seat.stream);
    const transport = opened && await this.#transportOf(opened, wanted, () => {});
    if (transport === undefined) throw new Error(`the stream that ${client.connection.peer} watches has ended`);
    seat.addTrack(wanted.kind);
    return transport;
  }

  /** The stream of a source from the address that a client has come to. What was written anew since is another source of the same name. */
  #openedFor(client: Client, source: Source): Opened {
    const localAddress = plainAddress(client.localAddress.hostname);
    for (const opened of this.#opened) {
      const hasEnded = opened.stream?.session.state === "INIT";
      if (opened.source === source && opened.localAddress === localAddress && !hasEnded) return opened;
    }
    const opened = {
      source,
      localAddress,
      ports: new Set<number>(),
      sockets: [],
      tracks: new Map(),
      stream: undefined,
    };
    this.#opened.add(opened);
    return opened;
  }

  /** How a track travels, which is opened where nobody has wanted it yet; `undefined` where the stream has ended meanwhile. */
  async #transportOf(opened: Opened, wanted: WantedTrack, onEmpty: () => void): Promise<TransportSpec | undefined> {
    let transport = opened.tracks.get(wanted.kind);
    if (transport === undefined) {
      // The first track begins the session.
      const first = [...opened.tracks.values()];
      transport = Promise.all(first).then(() => this.#openTrack(opened, wanted, onEmpty));
      opened.tracks.set(wanted.kind, transport);
      transport.catch(() => opened.tracks.delete(wanted.kind));
    }
    const spec = await transport;
    return opened.stream?.session.state === "INIT" ? undefined : spec;
  }

  /** Opens what a track needs, and adds it to the stream; `undefined` where that has ended meanwhile. */
  async #openTrack(opened: Opened, wanted: WantedTrack, onEmpty: () => void): Promise<TransportSpec | undefined> {
    const { group: { hostname, ttl }, factory, senders, pacer, clock, capture } = this.#options;
    const { localAddress } = opened;
    const port = this.#takePort(opened, wanted.source);
    const address = (port: number): Deno.NetAddr => ({ transport: "udp", hostname, port });
    const captured = (socket: Deno.DatagramConn, group?: string) => capture?.socket(socket, group) ?? socket;
    const opening = openSenders({ hostname, localAddress, port, ttl });
    opening.catch(() => opened.ports.delete(port));
    const sockets = (await opening).map((socket) => captured(socket));
    const ofGroup = await openReports(address(port + 1), localAddress);
    const reports = [sockets[1], ...ofGroup.map((socket) => captured(socket, hostname))];
    if (opened.stream?.session.state === "INIT") {
      // The last seat has left: nobody else would close these.
      for (const socket of [sockets[0], ...reports]) socket.close();
      return undefined;
    }
    opened.sockets.push(sockets[0], ...reports);
    const onError = (error: unknown) => opened.stream?.session.fail(error);
    const transport = new UdpTransport({
      datagrams: factory.createDatagramSender(address(port), onError),
      destination: address(port),
      socket: sockets[0],
      rtcpSocket: sockets[1],
      rtcpDestination: address(port + 1),
      ...{ pacer, clock, onError },
    });
    const canonicalName = `mjpegrtsp@${localAddress}`;
    const delivery = { peer: "multicast", transport, canonicalName, isOverTcp: false, isAdaptable: false };
    if (opened.stream === undefined) {
      const session = senders.createSession(hostAndPort(address(port)), wanted, delivery);
      opened.stream = new MulticastStream({ session, clock, onEmpty });
    } else senders.addTrack(opened.stream.session, wanted, delivery);
    opened.stream.readReportsFrom(reports);
    return {
      protocol: "udp",
      isMulticast: true,
      destination: hostname,
      source: localAddress,
      port: [port, port + 1],
      ttl,
      ssrc: opened.stream.session.streams.find(({ kind }) => kind === wanted.kind)?.ssrc,
      mode: "PLAY",
    };
  }

  /** The first port of the group that no track has. */
  #takePort({ ports }: Opened, source: Source): number {
    const taken = [...this.#opened].flatMap((opened) => [...opened.ports]);
    let { port } = this.#options.group;
    while (taken.includes(port)) port += 2;
    if (port > MAX_RTP_PORT) {
      throw new Error(`Cannot send ${source.name} to the group: no ports are left above ${port}`);
    }
    ports.add(port);
    return port;
  }

  #end(opened: Opened): void {
    for (const socket of opened.sockets) socket.close();
    opened.sockets.length = 0;
    this.#opened.delete(opened);
  }
}

/** Sockets that send to the group from an address of ours, and so into that address's network. */
async function openSenders(
  { hostname, localAddress, port, ttl }: { hostname: string; localAddress: string; port: number; ttl: number },
): Promise<readonly [rtp: Deno.DatagramConn, rtcp: Deno.DatagramConn]> {
  const sockets = bindSenders(localAddress, port);
  try {
    for (const socket of sockets) {
      const membership = await socket.joinMulticastV4(hostname, localAddress);
      await membership.setTTL(ttl);
      // Players on this machine receive it, too.
      await membership.setLoopback(true);
    }
    return sockets;
  } catch (error) {
    for (const socket of sockets) socket.close();
    throw error;
  }
}

/**
 * Sockets with the ports that are announced, which receivers that look at the sender want: gortsplib does. Others on this machine may
 * have them as well: players of the group, and other servers.
 */
function bindSenders(hostname: string, port: number): readonly [rtp: Deno.DatagramConn, rtcp: Deno.DatagramConn] {
  const bind = (port: number) => Deno.listenDatagram({ transport: "udp", hostname, port, reuseAddress: true });
  let rtp: Deno.DatagramConn | undefined;
  try {
    rtp = bind(port);
    return [rtp, bind(port + 1)];
  } catch (error) {
    rtp?.close();
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    log.warn(
      "Another program keeps UDP port {port} or {next} of {hostname} for itself: the group is sent to from others, which some " +
        "players do not accept; choose other ports with --multicast",
      { hostname, port, next: port + 1 },
    );
    return bindUdpPortPair(hostname);
  }
}

/** A socket for what receivers report to the group; none where it cannot be had, which the log explains. */
async function openReports({ hostname, port }: Deno.NetAddr, localAddress: string): Promise<Deno.DatagramConn[]> {
  let socket: Deno.DatagramConn | undefined;
  try {
    socket = Deno.listenDatagram({ transport: "udp", hostname: "0.0.0.0", port, reuseAddress: true });
    await socket.joinMulticastV4(hostname, localAddress);
    return [socket];
  } catch (error) {
    socket?.close();
    log.warn("Reports of the group's receivers cannot be read, their requests keep them alive: {reason}", {
      reason: error instanceof Error ? error.message : String(error),
    });
    return [];
  }
}
