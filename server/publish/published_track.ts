/**
 * One track that a client publishes, from SETUP to its end: where its packets come, and what receives them.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import { encodeInterleaved } from "../../net/interleaved.ts";
import { RtpSocket } from "../../net/rtp_socket.ts";
import { SourceFilter } from "../../net/source_filter.ts";
import { bindUdpPortPair } from "../../net/udp_ports.ts";
import { JpegDepacketizer } from "../../rtp/jpeg/jpeg_depacketizer.ts";
import { JPEG_CLOCK_RATE } from "../../rtp/jpeg/jpeg_payload.ts";
import { MAX_FRAME_BYTES } from "../../rtp/limits.ts";
import type { RtpStatistics } from "../../rtp/receiver/rtp_receiver.ts";
import { type TrackFrame, TrackReceiver } from "../../rtp/receiver/track_receiver.ts";
import type { Pair, TransportSpec } from "../../rtsp/fields/transport.ts";
import type { ServerCapture } from "../capture/server_capture.ts";
import { onePiece } from "../connection/write_queue.ts";
import type { Client } from "../session/client.ts";
import type { AnnouncedTrack } from "./announced_tracks.ts";

/** Constructor options of {@linkcode PublishedTrack}. */
export interface PublishedTrackOptions {
  readonly announced: AnnouncedTrack;
  readonly client: Client;
  /** How its packets come: over the client's connection, or over UDP. */
  readonly transport: TransportSpec;
  /** The address to listen on. */
  readonly hostname: string;
  /** Who we are to the publisher (RFC 3550, 6.5.1). */
  readonly canonicalName: string;
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1. */
  readonly random: () => number;
  /** Hears of all that goes through its sockets, if that is wanted. */
  readonly capture?: ServerCapture;
  /** A whole frame has come. */
  readonly onFrame: (frame: TrackFrame) => void;
  /** A packet has come. */
  readonly onPacket: () => void;
  /** A socket has failed. */
  readonly onError: (error: Error) => void;
}

/** Takes packets while its session records. */
export class PublishedTrack {
  readonly announced: AnnouncedTrack;
  /** How its packets come, as the answer to SETUP has it. */
  readonly transport: TransportSpec;
  readonly #options: PublishedTrackOptions;
  readonly #channels: Pair | undefined;
  readonly #sockets: readonly RtpSocket[];
  /** `undefined` for what is not passed on. */
  readonly #receiver: TrackReceiver | undefined;
  #isRecording = false;

  /** Opens its sockets, where it has any. Throws where that is impossible. */
  constructor(options: PublishedTrackOptions) {
    const { announced, transport } = this.#options = options;
    this.announced = announced;
    this.#channels = transport.protocol === "tcp" ? transport.interleaved : undefined;
    this.#sockets = transport.protocol === "udp" ? this.#openSockets() : [];
    const serverPort = this.#sockets.map(({ port }) => port) as unknown as Pair;
    this.transport = transport.protocol === "udp" ? { ...transport, serverPort } : transport;
    this.#receiver = announced.payloadType === undefined ? undefined : this.#createReceiver(announced.payloadType);
  }

  /** Takes what comes on a channel of the client's connection. Whether the channel is one of its own. */
  take(channel: number, packet: Uint8Array): boolean {
    const which = this.#channels?.indexOf(channel) ?? -1;
    if (which === 0) this.#takeRtp(packet);
    if (which === 1) this.#takeRtcp(packet);
    return which >= 0;
  }

  /** Takes packets from now on, and reports to the publisher. */
  record(): void {
    this.#isRecording = true;
    this.#receiver?.startReports();
  }

  /** Takes no more packets for now. */
  pause(): void {
    this.#isRecording = false;
    this.#receiver?.stopReports();
    this.#receiver?.flush();
  }

  /** Ends it; what it has received, if it was passed on. */
  end(): RtpStatistics | undefined {
    this.#isRecording = false;
    this.#receiver?.sayBye();
    this.#receiver?.close();
    for (const socket of this.#sockets) socket.close();
    return this.#receiver?.statistics();
  }

  #takeRtp(packet: Uint8Array): void {
    this.#options.onPacket();
    if (this.#isRecording) this.#receiver?.takeRtp(packet);
  }

  #takeRtcp(packet: Uint8Array): void {
    this.#options.onPacket();
    if (this.#isRecording) this.#receiver?.takeRtcp(packet);
  }

  #createReceiver(payloadType: number): TrackReceiver {
    const { announced, canonicalName, clock, random, transport, onFrame } = this.#options;
    return new TrackReceiver({
      ...{ payloadType, clockRate: JPEG_CLOCK_RATE, clock, onFrame },
      depacketizer: new JpegDepacketizer({ maxFrameBytes: MAX_FRAME_BYTES, dimensions: announced.dimensions }),
      repairs: announced.isRepaired && transport.protocol === "udp",
      onPacket() {},
      reports: {
        ssrc: Math.floor(random() * 2 ** 32),
        canonicalName,
        send: (packet) => this.#sendRtcp(packet),
        // What waits for packets waits in vain; the client tells what comes next.
        onBye: () => this.#receiver?.flush(),
      },
    });
  }

  /** The publisher may send from any port of its address: few name the one that a firewall makes of it. */
  #openSockets(): RtpSocket[] {
    const { hostname, client, clock, capture, onError } = this.#options;
    const [rtp, rtcp] = bindUdpPortPair(hostname);
    const open = (conn: Deno.DatagramConn, onDatagram: (packet: Uint8Array) => void) => {
      const socket = new RtpSocket(capture?.socket(conn) ?? conn, { onDatagram, onError, onUnexpectedSource() {} });
      socket.accept(new SourceFilter({ addresses: [client.hostname], clock }));
      return socket;
    };
    return [open(rtp, (packet) => this.#takeRtp(packet)), open(rtcp, (packet) => this.#takeRtcp(packet))];
  }

  #sendRtcp(packet: Uint8Array<ArrayBuffer>): void {
    const { client, transport } = this.#options;
    const { connection: { packets }, hostname } = client;
    const [, rtcp] = this.#sockets;
    if (rtcp !== undefined) rtcp.send(packet, { transport: "udp", hostname, port: transport.clientPort![1] });
    else if (packets?.isReady) packets.writePackets(onePiece(encodeInterleaved(this.#channels![1], packet)));
  }
}
