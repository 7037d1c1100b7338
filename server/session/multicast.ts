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
import { MulticastSeat, MulticastStream } from "./multicast_stream.ts";
import type { FramePacketizer, FrameSize } from "../packetize/frame_packetizer.ts";
import { RtpSender } from "../send/rtp_sender.ts";
import type { Source } from "../source/source.ts";
import type { Pacer } from "../send/pacer.ts";
import { UdpTransport } from "../send/udp_transport.ts";
import type { UnicastSession } from "./unicast_session.ts";
import type { Client } from "./client.ts";
import type { SessionFactory } from "./session_factory.ts";

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
  /** Makes the sessions behind the seats. */
  readonly factory: SessionFactory;
  readonly packetizer: FramePacketizer;
  /** Spreads large frames. */
  readonly pacer: Pacer;
  /** The pacer's clock, and the time of day. */
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1. */
  readonly random: () => number;
}

/** A stream, and what SETUP tells of it. */
interface Opened {
  readonly stream: MulticastStream;
  readonly transport: TransportSpec;
}

/** All groups of one server. */
export class Multicast {
  readonly #options: MulticastOptions;
  /** By source and by the address that it is sent from, which decides the network. */
  readonly #opened = new Map<string, { readonly port: number; readonly opened: Promise<Opened> }>();

  constructor(options: MulticastOptions) {
    this.#options = options;
  }

  /** Whether a client can have a source that way: one without an end, over IPv4, and sent to no group of its own choice. */
  isPossible(client: Client, { source, destination }: { source: Source; destination: string | undefined }): boolean {
    return (source.isLive || source.loops) && !plainAddress(client.localAddress.hostname).includes(":") &&
      (destination === undefined || destination === this.#options.group.hostname);
  }

  /** A seat for a client in front of the stream of `source`. */
  async join(
    client: Client,
    { id, source, describedSize }: { id: string; source: Source; describedSize: FrameSize },
  ): Promise<{ seat: MulticastSeat; transport: TransportSpec }> {
    const { clock } = this.#options;
    const { stream, transport } = await this.#open(client, source, describedSize);
    const { peer } = client.connection;
    const seat = new MulticastSeat(stream, { id, peer, hostname: plainAddress(client.hostname), clock });
    return { seat, transport };
  }

  async #open(client: Client, source: Source, describedSize: FrameSize): Promise<Opened> {
    const key = `${source.name} ${plainAddress(client.localAddress.hostname)}`;
    const before = this.#opened.get(key);
    if (before !== undefined) {
      return await before.opened;
    }
    const taken = [...this.#opened.values()].map(({ port }) => port);
    let { port } = this.#options.group;
    while (taken.includes(port)) port += 2;
    if (port > MAX_RTP_PORT) {
      throw new Error(`Cannot send ${source.name} to the group: no ports are left above ${port}`);
    }
    const opened = this.#start(client, { source, describedSize, port, onEmpty: () => this.#opened.delete(key) });
    this.#opened.set(key, { port, opened });
    opened.catch(() => this.#opened.delete(key));
    return await opened;
  }

  async #start(
    client: Client,
    { source, describedSize, port, onEmpty }: {
      source: Source;
      describedSize: FrameSize;
      port: number;
      onEmpty: () => void;
    },
  ): Promise<Opened> {
    const { group, factory, packetizer, pacer, clock, random } = this.#options;
    const { hostname, ttl } = group;
    const localAddress = plainAddress(client.localAddress.hostname);
    const address = (port: number): Deno.NetAddr => ({ transport: "udp", hostname, port });
    const sockets = await openSenders({ hostname, localAddress, port, ttl });
    const reports = [sockets[1], ...await openReports(address(port + 1), localAddress)];
    const onError = (error: unknown) => session.fail(error);
    const transport = new UdpTransport({
      datagrams: factory.createDatagramSender(address(port), onError),
      socket: sockets[0],
      rtcpSocket: sockets[1],
      rtcpDestination: address(port + 1),
      pacer,
      clock,
      onError,
    });
    const canonicalName = `mjpegrtsp@${localAddress}`;
    const peer = "multicast";
    const sender = new RtpSender({ peer, transport, packetizer, describedSize, clock, random, canonicalName });
    const session: UnicastSession = factory.createSession(peer, { id: hostAndPort(address(port)), source, sender });
    const stream = new MulticastStream({
      session,
      reports,
      clock,
      onEmpty() {
        for (const socket of [sockets[0], ...reports]) socket.close();
        onEmpty();
      },
    });
    return {
      stream,
      transport: {
        protocol: "udp",
        isMulticast: true,
        destination: hostname,
        source: localAddress,
        port: [port, port + 1],
        ttl,
        ssrc: sender.ssrc,
        mode: "PLAY",
      },
    };
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
