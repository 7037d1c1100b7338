/**
 * A track by multicast: the server names a group, which is joined on the interface of the RTSP connection.
 *
 * @module
 */

import type { Capture } from "../../net/capture/capture.ts";
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import type { TransportSpec } from "../../rtsp/fields/transport.ts";
import type { Addresses, PacketPath, PacketPathEvents } from "./packet_path.ts";
import { RtpSocket, wildcardFor } from "../../net/rtp_socket.ts";
import { SourceFilter } from "../../net/source_filter.ts";

const log = getLogger(["mjpegrtsp", "rtp"]);

/** Constructor options of {@linkcode MulticastPath}. */
export interface MulticastPathOptions extends PacketPathEvents {
  /** Is told what goes over the wire; without it, nothing is. */
  readonly capture?: Capture;
  /** Times silence. */
  readonly clock: Clock;
}

/** A group that is joined once the server has named it. */
export class MulticastPath implements PacketPath {
  readonly offer: TransportSpec = { protocol: "udp", isMulticast: true };
  readonly #addresses: Addresses;
  readonly #events: MulticastPathOptions;
  #sources: readonly string[] = [];
  #rtp: RtpSocket | undefined;
  #rtcp: RtpSocket | undefined;
  /** Bound to our own address, so that reports leave by the interface that packets come in by. */
  #sender: RtpSocket | undefined;
  #rtcpAddress: Deno.NetAddr | undefined;

  constructor(addresses: Addresses, events: MulticastPathOptions) {
    this.#addresses = addresses;
    this.#events = events;
  }

  async configure(answer: TransportSpec | undefined): Promise<void> {
    const { destination: group, port: ports, source, ttl } = answer ?? {};
    if (answer?.isMulticast !== true || group === undefined || ports === undefined || !isMulticastGroup(group)) {
      throw new Error("The server named no multicast group and port: try --transport udp or tcp");
    }
    const { server, local } = this.#addresses;
    const { capture, onRtp, onRtcp, onUnexpectedSource, onError } = this.#events;
    this.#sources = [server, ...(source === undefined ? [] : [source])];
    // A socket that is bound to the group gets nothing of other groups. Windows, and IPv6 without a scope, cannot do that.
    const isBindable = Deno.build.os !== "windows" && !group.includes(":");
    const hostname = isBindable ? group : wildcardFor(group);
    const forGroup = { onUnexpectedSource, onError, tap: capture?.tap(group) };
    this.#rtp = RtpSocket.bind({ hostname, port: ports[0], isShared: true }, { ...forGroup, onDatagram: onRtp });
    this.#rtcp = RtpSocket.bind({ hostname, port: ports[1], isShared: true }, { ...forGroup, onDatagram: onRtcp });
    this.#sender = RtpSocket.bind({ hostname: local, port: 0 }, {
      ...{ onDatagram() {}, onUnexpectedSource() {}, onError },
      tap: capture?.tap(local),
    });
    this.#rtcpAddress = { transport: "udp", hostname: group, port: ports[1] };
    for (const socket of [this.#rtp, this.#rtcp, this.#sender]) await socket.join(group, { local, ttl });
    log.info("joined {group}, port {port}", { group, port: ports[0] });
  }

  accept(): void {
    // Whoever sends to a group may do so from any port.
    const filter = new SourceFilter({ addresses: this.#sources, joinMs: Infinity, clock: this.#events.clock });
    this.#rtp?.accept(filter);
    this.#rtcp?.accept(filter);
  }

  sendRtcp(packet: Uint8Array): void {
    if (this.#rtcpAddress !== undefined) this.#sender?.send(packet, this.#rtcpAddress);
  }

  close(): void {
    for (const socket of [this.#rtp, this.#rtcp, this.#sender]) socket?.close();
  }
}

/** Whether an IP address is that of a multicast group: 224.0.0.0/4 or ff00::/8. */
export function isMulticastGroup(address: string): boolean {
  const first = /^(\d{1,3})\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.exec(address)?.[1];
  return first === undefined ? /^ff[0-9a-f]{2}:[0-9a-f:.]+$/i.test(address) : Number(first) >> 4 === 14;
}
