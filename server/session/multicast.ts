/**
 * RTP to groups: one stream of each endless source, sent once, whoever and however many watch. Stands beside the unicast
 * transports at SETUP.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { bindUdpPortPair } from "../../net/udp_ports.ts";
import { hostAndPort, plainAddress } from "../../net/addresses.ts";
import type { Clock } from "../../net/clock.ts";
import type { TransportSpec } from "../../rtsp/transport.ts";
import { GroupSeat, GroupStream } from "./group_stream.ts";
import type { JpegPackets, PictureSize } from "../send/jpeg_packets.ts";
import { JpegSender } from "../send/jpeg_sender.ts";
import type { Media } from "../source/media.ts";
import type { Pacer } from "../send/pacer.ts";
import { UdpTransport } from "../send/rtp_transport.ts";
import type { Session } from "./session.ts";
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
  /** Makes packets of frames. */
  readonly packets: JpegPackets;
  /** Spreads large frames. */
  readonly pacer: Pacer;
  /** The pacer's clock, and the time of day. */
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1. */
  readonly random: () => number;
}

/** A stream, and what SETUP tells of it. */
interface Opened {
  readonly stream: GroupStream;
  readonly transport: TransportSpec;
}

/** All groups of one server. */
export class Multicast {
  readonly #options: MulticastOptions;
  /** By source and by the address that it is sent from, which decides the network. */
  readonly #opened = new Map<string, { readonly port: number; readonly opened: Promise<Opened> }>();

  /** Sends nothing before somebody plays. */
  constructor(options: MulticastOptions) {
    this.#options = options;
  }

  /** Whether a client can have a source that way: an endless one, over IPv4, and sent to no group of its own choice. */
  isPossible(client: Client, { media, destination }: { media: Media; destination: string | undefined }): boolean {
    return media.isEndless && !plainAddress(client.localAddress.hostname).includes(":") &&
      (destination === undefined || destination === this.#options.group.hostname);
  }

  /** A seat for a client in front of the stream of `media`, which is released when all seats are empty. */
  async join(
    client: Client,
    { id, media, describedSize }: { id: string; media: Media; describedSize: PictureSize },
  ): Promise<{ seat: GroupSeat; transport: TransportSpec }> {
    const { clock } = this.#options;
    const { stream, transport } = await this.#open(client, media, describedSize);
    const { peer } = client.connection;
    const seat = new GroupSeat(stream, { id, peer, hostname: plainAddress(client.hostname), clock });
    return { seat, transport };
  }

  async #open(client: Client, media: Media, describedSize: PictureSize): Promise<Opened> {
    const key = `${media.name} ${plainAddress(client.localAddress.hostname)}`;
    const before = this.#opened.get(key);
    if (before !== undefined) {
      const opened = await before.opened;
      media.release();
      return opened;
    }
    const taken = [...this.#opened.values()].map(({ port }) => port);
    let { port } = this.#options.group;
    while (taken.includes(port)) port += 2;
    if (port > MAX_RTP_PORT) throw new Error(`Cannot send ${media.name} to the group: no ports are left above ${port}`);
    const opened = this.#start(client, { media, describedSize, port, onEmpty: () => this.#opened.delete(key) });
    this.#opened.set(key, { port, opened });
    opened.catch(() => this.#opened.delete(key));
    return await opened;
  }

  async #start(
    client: Client,
    { media, describedSize, port, onEmpty }: {
      media: Media;
      describedSize: PictureSize;
      port: number;
      onEmpty: () => void;
    },
  ): Promise<Opened> {
    const { group, factory, packets, pacer, clock, random } = this.#options;
    const { hostname, ttl } = group;
    const source = plainAddress(client.localAddress.hostname);
    const address = (port: number): Deno.NetAddr => ({ transport: "udp", hostname, port });
    // Bound to one address, the sockets send into that address's network.
    const sockets = await openSenders({ hostname, source, ttl });
    const onError = (error: unknown) => session.fail(error);
    const transport = new UdpTransport({
      path: factory.createPath(address(port), onError),
      socket: sockets[0],
      rtcpSocket: sockets[1],
      rtcpDestination: address(port + 1),
      pacer,
      onError,
    });
    const canonicalName = `mjpegrtsp@${source}`;
    const peer = "multicast";
    const sender = new JpegSender({ peer, transport, packets, describedSize, clock, random, canonicalName });
    const session: Session = factory.createSession(peer, { id: hostAndPort(address(port)), media, sender });
    const stream = new GroupStream({
      session,
      reports: await openReports(address(port + 1), source),
      ownReportPort: (sockets[1].addr as Deno.NetAddr).port,
      onEmpty() {
        for (const socket of sockets) socket.close();
        onEmpty();
      },
    });
    return {
      stream,
      transport: {
        protocol: "udp",
        isMulticast: true,
        destination: hostname,
        source,
        port: [port, port + 1],
        ttl,
        ssrc: sender.ssrc,
        mode: "PLAY",
      },
    };
  }
}

/** Sockets that send to the group from an address of ours. */
async function openSenders(
  { hostname, source, ttl }: { hostname: string; source: string; ttl: number },
): Promise<readonly [rtp: Deno.DatagramConn, rtcp: Deno.DatagramConn]> {
  const sockets = bindUdpPortPair(source);
  try {
    for (const socket of sockets) {
      const membership = await socket.joinMulticastV4(hostname, source);
      await membership.setTTL(ttl);
      // Players on this machine are to get it, too.
      await membership.setLoopback(true);
    }
    return sockets;
  } catch (error) {
    for (const socket of sockets) socket.close();
    throw error;
  }
}

/** A socket that hears what receivers report to the group. */
async function openReports({ hostname, port }: Deno.NetAddr, source: string): Promise<Deno.DatagramConn | undefined> {
  let socket: Deno.DatagramConn | undefined;
  try {
    socket = Deno.listenDatagram({ transport: "udp", hostname: "0.0.0.0", port, reuseAddress: true });
    await socket.joinMulticastV4(hostname, source);
    return socket;
  } catch (error) {
    socket?.close();
    log.warn("Reports of the group's receivers cannot be read, their requests keep them alive: {reason}", {
      reason: error instanceof Error ? error.message : String(error),
    });
    return undefined;
  }
}
