/**
 * One session in which a stream is published at a server: ANNOUNCE, SETUP and RECORD (RFC 2326, 10.3, 10.4, 10.11), and then its
 * packets, as the server sends them to a viewer.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";
import { getLogger } from "@logtape/logtape";
import { KeepaliveMethods } from "../../client/rtsp/keepalive_methods.ts";
import { RefusedError } from "../../client/rtsp/refusal.ts";
import { RtspDialogue } from "../../client/rtsp/rtsp_dialogue.ts";
import type { RtspUrl } from "../../client/rtsp/rtsp_url.ts";
import { ServerSession } from "../../client/rtsp/server_session.ts";
import { hostAndPort } from "../../net/addresses.ts";
import type { Clock } from "../../net/clock.ts";
import { RtpSocket, wildcardFor } from "../../net/rtp_socket.ts";
import { SourceFilter } from "../../net/source_filter.ts";
import { bindUdpPortPair, udpPortOf } from "../../net/udp_ports.ts";
import { receivedSize } from "../../rtp/jpeg/jpeg_payload.ts";
import { readReceiverReports } from "../../rtp/receiver_reports.ts";
import type { RtspResponse } from "../../rtsp/message.ts";
import { encodeStreamDescription } from "../../rtsp/sdp.ts";
import { withoutSecrets } from "../../rtsp/fields/secrets.ts";
import { decodeTransports, encodeTransport, type Pair, type TransportSpec } from "../../rtsp/fields/transport.ts";
import { WriteQueue } from "../../server/connection/write_queue.ts";
import { BYE_DELAY_MS, HELD_FRAME_BYTES, RECENT_FRAME_BYTES, SPARE_BUFFER_BYTES } from "../../server/limits.ts";
import type { FramePacketizer, FrameSize } from "../../server/packetize/frame_packetizer.ts";
import { BufferPool } from "../../server/send/buffer_pool.ts";
import { DatagramSender } from "../../server/send/datagram_sender.ts";
import { HeldFrames } from "../../server/send/held_frames.ts";
import { InterleavedTransport } from "../../server/send/interleaved_transport.ts";
import type { Pacer } from "../../server/send/pacer.ts";
import { RtpSender } from "../../server/send/rtp_sender.ts";
import type { RtpTransport } from "../../server/send/rtp_transport.ts";
import { UdpTransport } from "../../server/send/udp_transport.ts";
import { UnicastSession } from "../../server/session/unicast_session.ts";
import type { Source } from "../../server/source/source.ts";
import { PUSH_CLOSE_PATIENCE_MS } from "../limits.ts";
import { aborted } from "../terminal/interrupts.ts";

const log = getLogger(["mjpegrtsp", "push"]);

const TRACK = "streamid=0";
const UNSUPPORTED_TRANSPORT = 461;

/** Constructor options of {@linkcode PushSession}. */
export interface PushSessionOptions {
  /** Where it is published. */
  readonly url: RtspUrl;
  /** What is published. */
  readonly source: Source;
  /** What its packets go over; `auto` is TCP, and UDP where the server wants that. */
  readonly transport: "auto" | "tcp" | "udp";
  readonly packetizer: FramePacketizer;
  readonly pacer: Pacer;
  /** The pacer's clock. */
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1. */
  readonly random: () => number;
  /** How long to wait for a reply, in milliseconds. */
  readonly replyTimeoutMs: number;
  /** Name and version of the program. */
  readonly tool: string;
}

/** How packets reach the server, as agreed in SETUP. */
interface Way {
  readonly response: RtspResponse;
  readonly transport: RtpTransport;
}

/** Publishes once. */
export class PushSession {
  readonly #options: PushSessionOptions;
  readonly #dialogue: RtspDialogue;
  readonly #lost = Promise.withResolvers<never>();
  readonly #ended = Promise.withResolvers<void>();
  readonly #sockets: { close(): void }[] = [];
  #channels: Pair = [0, 1];
  /** Whether the server is gone, or does not know the session any more. */
  #isLost = false;
  #sender: RtpSender | undefined;
  #session: UnicastSession | undefined;

  constructor(options: PushSessionOptions) {
    const { url, tool: userAgent, clock, random, replyTimeoutMs } = this.#options = options;
    this.#lost.promise.catch(() => this.#isLost = true);
    this.#dialogue = new RtspDialogue({
      ...{ url, userAgent, clock, random, replyTimeoutMs },
      isChannel: (channel) => this.#channels.includes(channel),
      onPacket: (channel, packet) => channel === this.#channels[1] && this.#takeReport(packet),
      onRedirect: (location) =>
        this.#lost.reject(new Error(`The server redirects us to ${withoutSecrets(location)}: publish there`)),
      onClosed: (reason) => this.#lost.reject(new Error(`The server is gone: ${reason}`)),
    });
  }

  /** Whether the server has taken it. */
  get hasStarted(): boolean {
    return this.#session !== undefined;
  }

  /** Time of the next frame within a source that can be sought, in microseconds. */
  get positionUs(): number {
    return this.#session?.positionUs ?? 0;
  }

  /**
   * Publishes from a time of the source on, to its end or until `signal` aborts. Rejects where the server cannot be reached, refuses,
   * or goes away.
   */
  async run(fromUs: number, signal: AbortSignal): Promise<void> {
    const interrupted = aborted(signal);
    const publishing = this.#publish(fromUs);
    let session: ServerSession | undefined;
    try {
      session = await Promise.race([publishing, this.#lost.promise, interrupted.then(() => undefined)]);
      if (session !== undefined) await Promise.race([this.#ended.promise, this.#lost.promise, interrupted]);
    } finally {
      publishing.catch(() => {/* it was given up */});
      this.#session?.end("it is published no more");
      session?.stop();
      if (session !== undefined && !this.#isLost) await this.#tearDown(session);
      this.#dialogue.close();
      for (const socket of this.#sockets) socket.close();
    }
  }

  /** Goes as far as RECORD, and sends from then on. */
  async #publish(fromUs: number): Promise<ServerSession> {
    const { source, packetizer, clock } = this.#options;
    await this.#dialogue.connect();
    const first = await packetizer.packetsOf(await source.firstFrame());
    if (first instanceof Error) throw new Error(`RTP/JPEG cannot carry it: ${first.message}`);
    await this.#announce(first.size);
    const { response, transport } = await this.#setUp();
    const { url } = this.#dialogue;
    const session = new ServerSession(response, {
      ...{ dialogue: this.#dialogue, url: url.href, clock, keepaliveMethods: new KeepaliveMethods() },
      onForgotten: () => this.#lost.reject(new Error("The server no longer knows the session")),
    });
    await session.request("RECORD", [["Range", "npt=0.000-"]]);
    await this.#send(transport, { fromUs, size: first.size });
    return session;
  }

  async #announce({ width, height }: FrameSize): Promise<void> {
    const { source, tool } = this.#options;
    const { url, localAddress } = this.#dialogue;
    const body = encodeStreamDescription({
      title: source.name,
      sessionId: Math.floor(this.#options.random() * 2 ** 32),
      address: localAddress ?? "127.0.0.1",
      duration: source.isLive || source.loops ? undefined : source.times.durationUs / 1e6,
      frameRate: source.frameRate,
      ...receivedSize({ width, height }),
      control: TRACK,
      tool,
    });
    await this.#dialogue.request("ANNOUNCE", { url: url.href, headers: [["Content-Type", "application/sdp"]], body });
  }

  async #setUp(): Promise<Way> {
    if (this.#options.transport === "udp") return await this.#setUpUdp();
    try {
      return await this.#setUpTcp();
    } catch (error) {
      const isUdpLeft = error instanceof RefusedError && error.status === UNSUPPORTED_TRANSPORT;
      if (this.#options.transport === "tcp" || !isUdpLeft) throw error;
      log.info("the server does not take packets over TCP: using UDP");
      return await this.#setUpUdp();
    }
  }

  async #setUpTcp(): Promise<Way> {
    const { clock } = this.#options;
    const { response, answer } = await this.#ask({ protocol: "tcp", isMulticast: false, interleaved: this.#channels });
    this.#channels = answer?.interleaved ?? this.#channels;
    const writer = new WriteQueue({
      conn: {
        write: async (bytes) => {
          await this.#dialogue.sendBytes(bytes);
          return bytes.length;
        },
      },
      clock,
      onStalled: () => this.#lost.reject(new Error("The server is gone: it takes nothing any more")),
      onError: (error) => this.#lost.reject(new Error(`The server is gone: ${error}`)),
    });
    this.#sockets.push(writer);
    const buffers = new BufferPool({ maxSpareBytes: SPARE_BUFFER_BYTES });
    const heldFrames = new HeldFrames({ maxBytes: HELD_FRAME_BYTES });
    return { response, transport: new InterleavedTransport(writer, { channels: this.#channels, buffers, heldFrames }) };
  }

  async #setUpUdp(): Promise<Way> {
    const { clock, pacer } = this.#options;
    const hostname = this.#dialogue.serverAddress!;
    const [rtp, rtcp] = bindUdpPortPair(wildcardFor(hostname));
    this.#sockets.push(rtp);
    const onError = (error: unknown) => this.#lost.reject(new Error(`Packets cannot be sent any more: ${error}`));
    const reports = new RtpSocket(rtcp, {
      onDatagram: (packet) => this.#takeReport(packet),
      onUnexpectedSource() {},
      onError,
    });
    this.#sockets.push(reports);
    reports.accept(new SourceFilter({ addresses: [hostname], clock }));
    const clientPort: Pair = [udpPortOf(rtp), udpPortOf(rtcp)];
    const { response, answer } = await this.#ask({ protocol: "udp", isMulticast: false, clientPort });
    if (answer?.serverPort === undefined) throw new Error("The server did not tell the port that packets go to");
    const [rtpPort, rtcpPort] = answer.serverPort;
    const to = (port: number): Deno.NetAddr => ({ transport: "udp", hostname, port });
    const transport = new UdpTransport({
      datagrams: new DatagramSender({ destination: to(rtpPort), emulator: undefined, pacer, clock, onError }),
      ...{ destination: to(rtpPort), socket: rtp, rtcpSocket: rtcp, rtcpDestination: to(rtcpPort) },
      ...{ pacer, clock, onError },
      recentFrames: new HeldFrames({ maxBytes: RECENT_FRAME_BYTES }),
    });
    return { response, transport };
  }

  async #ask(offer: TransportSpec): Promise<{ response: RtspResponse; answer: TransportSpec | undefined }> {
    const { url } = this.#dialogue;
    const response = await this.#dialogue.request("SETUP", {
      url: `${url.href.replace(/\/$/, "")}/${TRACK}`,
      headers: [["Transport", `${encodeTransport(offer)};mode=record`]],
    });
    return { response, answer: decodeTransports(response.headers.get("Transport") ?? "")[0] };
  }

  async #send(transport: RtpTransport, { fromUs, size }: { readonly fromUs: number; readonly size: FrameSize }) {
    const { source, packetizer, pacer, clock, random, url } = this.#options;
    const peer = `push to ${hostAndPort(url)}`;
    this.#sender = new RtpSender({
      ...{ peer, transport, packetizer, describedSize: size, clock, random },
      canonicalName: `mjpegrtsp@${this.#dialogue.localAddress}`,
    });
    this.#session = new UnicastSession({
      ...{ id: "push", peer, source, sender: this.#sender, pacer, clock },
      onEnd: () => void clock.after(BYE_DELAY_MS, () => this.#ended.resolve()),
    });
    await this.#session.play(source.isLive ? {} : { fromUs });
  }

  #takeReport(packet: Uint8Array): void {
    const reports = readReceiverReports(packet);
    for (const block of reports?.blocks ?? []) this.#sender?.takeReport(block);
    for (const { mediaSsrc, sequenceNumbers } of reports?.nacks ?? []) {
      if (mediaSsrc === this.#sender?.ssrc) this.#sender.resend(sequenceNumbers);
    }
  }

  async #tearDown(session: ServerSession): Promise<void> {
    try {
      await deadline(session.request("TEARDOWN"), PUSH_CLOSE_PATIENCE_MS);
    } catch (error) {
      log.info("TEARDOWN failed: {reason}", { reason: error instanceof Error ? error.message : String(error) });
    }
  }
}
