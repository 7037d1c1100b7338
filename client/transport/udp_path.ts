/**
 * A track over UDP: two sockets side by side, for RTP and RTCP (RFC 3550, 11).
 *
 * @module
 */

import type { Capture } from "../../net/capture/capture.ts";
import { bindUdpPortPair } from "../../net/udp_ports.ts";
import type { Clock } from "../../net/clock.ts";
import type { Pair, TransportSpec } from "../../rtsp/fields/transport.ts";
import type { Addresses, PacketPath, PacketPathEvents } from "./packet_path.ts";
import { type DatagramTap, RtpSocket, wildcardFor } from "../../net/rtp_socket.ts";
import { SourceFilter } from "../../net/source_filter.ts";

/** An RTP header without a payload: no receiver shows it, and it opens the way back. */
const EMPTY_PACKET = Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

/** Constructor options of {@linkcode UdpPath}. */
export interface UdpPathOptions extends PacketPathEvents {
  /** Binds this port and the next one; by default any free pair. */
  readonly port?: number;
  /** Is told what goes over the wire; without it, nothing is. */
  readonly capture?: Capture;
  /** Times silence. */
  readonly clock: Clock;
}

/** UDP ports of our own, at which the server's address may send. */
export class UdpPath implements PacketPath {
  readonly #server: string;
  readonly #rtp: RtpSocket;
  readonly #rtcp: RtpSocket;
  readonly #clock: Clock;
  /** Where the server says that it sends from. */
  #source: string | undefined;
  #serverPorts: Pair | undefined;
  /** Where reports go. */
  #rtcpAddress: Deno.NetAddr | undefined;

  /** Binds `port` and the next one, or any free pair. Throws an error that names a free port where `port` is taken. */
  constructor({ server, local }: Addresses, options: UdpPathOptions) {
    this.#server = server;
    this.#clock = options.clock;
    [this.#rtp, this.#rtcp] = bindPair(wildcardFor(server), { ...options, tap: options.capture?.tap(local) });
  }

  get offer(): TransportSpec {
    return { protocol: "udp", isMulticast: false, clientPort: [this.#rtp.port, this.#rtcp.port] };
  }

  configure(answer: TransportSpec | undefined): Promise<void> {
    this.#source = answer?.source;
    this.#serverPorts = answer?.serverPort;
    if (answer?.serverPort !== undefined) {
      const [rtpPort, rtcpPort] = answer.serverPort;
      const address = (port: number): Deno.NetAddr => ({ transport: "udp", hostname: this.#server, port });
      this.#rtcpAddress = address(rtcpPort);
      // Opens the way back through firewalls and address translation. The first report does so for RTCP.
      this.#rtp.send(EMPTY_PACKET, address(rtpPort));
    }
    return Promise.resolve();
  }

  accept(): void {
    const addresses = [this.#server, ...(this.#source === undefined ? [] : [this.#source])];
    for (const socket of [this.#rtp, this.#rtcp]) {
      socket.accept(new SourceFilter({ addresses, ports: this.#serverPorts, clock: this.#clock }));
    }
  }

  sendRtcp(packet: Uint8Array): void {
    if (this.#rtcpAddress !== undefined) this.#rtcp.send(packet, this.#rtcpAddress);
  }

  close(): void {
    this.#rtp.close();
    this.#rtcp.close();
  }
}

function bindPair(
  hostname: string,
  { port, tap, onRtp, onRtcp, onUnexpectedSource, onError }: PacketPathEvents & {
    readonly port?: number;
    readonly tap: DatagramTap | undefined;
  },
): [rtp: RtpSocket, rtcp: RtpSocket] {
  const forRtp = { onDatagram: onRtp, onUnexpectedSource, onError, tap };
  const forRtcp = { onDatagram: onRtcp, onUnexpectedSource, onError, tap };
  if (port === undefined) {
    const [rtp, rtcp] = bindUdpPortPair(hostname);
    return [new RtpSocket(rtp, forRtp), new RtpSocket(rtcp, forRtcp)];
  }
  const rtp = RtpSocket.bind({ hostname, port }, forRtp);
  try {
    return [rtp, RtpSocket.bind({ hostname, port: port + 1 }, forRtcp)];
  } catch (error) {
    rtp.close();
    throw error;
  }
}
