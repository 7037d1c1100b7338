/**
 * A client over UDP in front of a whole server in simulated time: it plays a movie of large frames, and sends RTCP as it is told.
 *
 * @module
 */

import { bindUdpPortPair, udpPortOf } from "../../net/udp_ports.ts";
import { encodeRtcp, type RtcpPacket } from "../../rtp/rtcp.ts";
import { decodeTransports } from "../../rtsp/fields/transport.ts";
import { serve } from "./rtsp_test_server.ts";
import type { UdpReceiver } from "./udp_receiver.ts";

/** Options of {@linkcode UdpPlayer.play}. */
export type UdpPlayerOptions = Parameters<typeof serve>[0];

/** A session that plays. */
export class UdpPlayer implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;

  private constructor(
    stack: AsyncDisposableStack,
    /** The server, which goes with the client. */
    readonly server: Awaited<ReturnType<typeof serve>>,
    /** What has come. */
    readonly receiver: UdpReceiver,
    /** The SSRC of the stream. */
    readonly ssrc: number,
    /** The client's RTCP port. */
    readonly rtcp: Deno.DatagramConn,
    /** The server's RTCP port. */
    readonly rtcpDestination: Deno.NetAddr,
  ) {
    this.#stack = stack;
  }

  /** Starts a server and plays from it. */
  static async play(options: UdpPlayerOptions): Promise<UdpPlayer> {
    const stack = new AsyncDisposableStack();
    const server = stack.use(await serve({ loop: true, ...options }));
    const pair = bindUdpPortPair("127.0.0.1");
    const [port, rtcpPort] = pair.map(udpPortOf);
    pair[0].close();
    const rtcp = stack.adopt(pair[1], (socket) => socket.close());
    const receiver = await server.receive({ port });
    const client = await server.connect();
    const Transport = `RTP/AVP;unicast;client_port=${port}-${rtcpPort}`;
    const setup = await client.ask("SETUP", "large.mjpeg", { Transport });
    const { serverPort, ssrc } = decodeTransports(setup.headers.get("Transport")!)[0];
    await client.ask("PLAY", "large.mjpeg", { Session: setup.session! });
    const to: Deno.NetAddr = { transport: "udp", hostname: "127.0.0.1", port: serverPort![1] };
    return new UdpPlayer(stack, server, receiver, ssrc!, rtcp, to);
  }

  /** Sends RTCP to the server, from the client's port or another. */
  sendRtcp(packets: readonly RtcpPacket[], from: Deno.DatagramConn = this.rtcp): Promise<number> {
    return from.send(encodeRtcp(packets), this.rtcpDestination);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}
