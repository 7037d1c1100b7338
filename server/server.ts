/**
 * The RTSP server: accepts connections and hands their requests to the responder of their dialect.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { hostAndPort } from "../net/addresses.ts";
import type { Clock } from "../net/clock.ts";
import type { RtspReply, RtspRequest } from "../rtsp/message.ts";
import { BufferPool } from "./send/buffer_pool.ts";
import { Catalog } from "./source/catalog.ts";
import { Conditioner } from "./packetize/conditioner.ts";
import { Connection } from "./connection/connection.ts";
import { FramePacketizer } from "./packetize/frame_packetizer.ts";
import { LabResponder, type LabResponderOptions } from "./lab/lab_responder.ts";
import { DEFAULT_MTU_BYTES, IDLE_CONNECTION_MS, MAX_CONNECTIONS, SPARE_BUFFER_BYTES } from "./limits.ts";
import { Multicast, type MulticastGroup } from "./session/multicast.ts";
import { Pacer } from "./send/pacer.ts";
import { RtpSockets } from "./send/rtp_sockets.ts";
import type { ServedRoot } from "./source/served_root.ts";
import type { LiveSource } from "./source/source.ts";
import type { Client } from "./session/client.ts";
import { type Emulation, SessionFactory } from "./session/session_factory.ts";
import { SessionRegistry } from "./session/session_registry.ts";
import { RtspResponder } from "./rtsp/rtsp_responder.ts";
import { StreamDescriber } from "./rtsp/stream_describer.ts";
import { StreamSetup } from "./rtsp/stream_setup.ts";

const log = getLogger(["mjpegrtsp", "server"]);

/** How to serve. */
export interface ServerOptions {
  /** What is served. */
  readonly root: ServedRoot;
  /** The address to listen on: `0.0.0.0` is every IPv4 address, `::` every one. */
  readonly hostname: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Live sources beside the files. */
  readonly live?: readonly LiveSource[];
  /** Frames a second of files that have no times of their own. */
  readonly frameRate: number;
  /** Whether files start again at their end. */
  readonly loop: boolean;
  /** Cut all frames into fragments of this many bytes, as the lab's fragmented fork does. */
  readonly fragmentBytes: number | undefined;
  /** How those fragments are numbered; default `sequence`. */
  readonly fragmentStyle?: LabResponderOptions["fragmentStyle"];
  /** Whether packets with a whole frame have the marker for every lab client; default false, as the assignment has it. */
  readonly marksWholeFrames?: boolean;
  /** Fourth line of replies to a lab client's SETUP that looks like the assignment's; `{frames}` and `{seconds}` are filled in. */
  readonly setupLine?: string;
  /** Largest RTP packet for RTSP/1.0 clients, in bytes; default {@linkcode DEFAULT_MTU_BYTES}. */
  readonly mtuBytes?: number;
  /** Where sources without an end go for clients that ask for multicast; without it they get unicast. */
  readonly group?: MulticastGroup;
  /** Re-encode frames that RTP/JPEG cannot carry, for RTSP/1.0 clients; without it they are refused. */
  readonly reencode?: boolean;
  /** Name and version of the program, for `Server` and SDP. */
  readonly tool?: string;
  /** The network that every session's packets go through; `undefined` for the real one alone. */
  readonly emulation: Emulation | undefined;
  /** TCP connections at once, default {@linkcode MAX_CONNECTIONS}. */
  readonly maxConnections?: number;
  /** Paces frames and times requests out. */
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1, for session identifiers. */
  readonly random: () => number;
}

/** A server that listens from its construction until it is closed. */
export class RtspServer {
  readonly #options: ServerOptions;
  readonly #listener: Deno.TcpListener;
  readonly #sockets: RtpSockets;
  readonly #catalog: Catalog;
  readonly #pacer: Pacer;
  readonly #conditioner: Conditioner;
  readonly #clients = new Set<Client>();
  readonly #registry: SessionRegistry;
  readonly #labResponder: LabResponder;
  readonly #rtspResponder: RtspResponder;
  readonly #running = new Set<Promise<void>>();
  readonly #maxConnections: number;
  #isClosed = false;
  #closing: Promise<void> | undefined;

  /** Listens. Throws `Deno.errors.AddrInUse` or `Deno.errors.PermissionDenied` where the port cannot be had. */
  constructor(options: ServerOptions) {
    this.#options = options;
    this.#maxConnections = options.maxConnections ?? MAX_CONNECTIONS;
    this.#listener = Deno.listen({ transport: "tcp", hostname: options.hostname, port: options.port });
    try {
      this.#sockets = new RtpSockets(options.hostname, (packet, from) => this.#registry.takeReport(packet, from));
    } catch (error) {
      this.#listener.close();
      throw error;
    }
    const { clock, tool = "mjpegrtsp", mtuBytes = DEFAULT_MTU_BYTES, reencode = false } = options;
    this.#catalog = new Catalog(options);
    this.#pacer = new Pacer(clock);
    this.#registry = new SessionRegistry(clock);
    const shared = { ...options, registry: this.#registry, sockets: this.#sockets, pacer: this.#pacer };
    const factory = new SessionFactory({ ...shared, catalog: this.#catalog });
    this.#conditioner = new Conditioner({ reencode });
    const packetizer = new FramePacketizer(this.#conditioner, { maxPacketBytes: mtuBytes });
    const describer = new StreamDescriber({ factory, packetizer, tool });
    this.#labResponder = new LabResponder({ ...shared, factory, describer });
    const { group } = options;
    const multicast = group === undefined ? undefined : new Multicast({ ...shared, group, factory, packetizer });
    const buffers = new BufferPool({ maxSpareBytes: SPARE_BUFFER_BYTES });
    const setup = new StreamSetup({ ...shared, factory, describer, packetizer, multicast, buffers });
    this.#rtspResponder = new RtspResponder({ ...shared, describer, setup, tool });
  }

  /** Where the server listens. */
  get address(): Deno.NetAddr {
    return this.#listener.addr as Deno.NetAddr;
  }

  /** Accepts clients until {@linkcode close} is called. */
  async run(): Promise<void> {
    while (!this.#isClosed) {
      try {
        this.#accept(await this.#listener.accept());
      } catch (error) {
        if (this.#isClosed) return;
        // One connection that failed before it was accepted, or no file descriptors left: the others go on.
        log.error("A connection could not be accepted: {reason}", { reason: String(error) });
        await new Promise<void>((resolve) => this.#options.clock.after(100, resolve));
      }
    }
  }

  /** Ends all sessions and connections, and closes all sockets. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    this.#isClosed = true;
    this.#listener.close();
    this.#registry.close();
    for (const client of this.#clients) client.connection.close();
    // Whoever waits for a frame to be transcoded gets an error.
    this.#conditioner.close();
    await Promise.all(this.#running);
    this.#pacer.close();
    this.#catalog.close();
    this.#sockets.close();
  }

  #accept(conn: Deno.TcpConn): void {
    const [remoteAddress, localAddress] = [conn.remoteAddr, conn.localAddr] as Deno.NetAddr[];
    const connection: Connection = new Connection({
      conn,
      peer: hostAndPort(remoteAddress),
      localAddress,
      clock: this.#options.clock,
      respond: (request) => this.#respond(client, request),
      onPacket: (channel, data) => this.#registry.takeInterleaved(data, { client, channel }),
    });
    const client: Client = {
      connection,
      hostname: remoteAddress.hostname,
      localAddress,
      sessions: new Set(),
      channels: new Map(),
      labSession: undefined,
    };
    if (this.#clients.size >= this.#maxConnections) this.#displaceIdle();
    if (this.#clients.size >= this.#maxConnections) {
      log.warn("{peer} is turned away: {count} clients are connected", {
        peer: connection.peer,
        count: this.#maxConnections,
      });
      this.#keep(connection.refuse(503));
      return;
    }
    conn.setNoDelay(true);
    conn.setKeepAlive(true);
    this.#clients.add(client);
    this.#keep(this.#serve(client));
  }

  /** Closes the connection without a session that has been silent for longest, if that is long. */
  #displaceIdle(): void {
    const nowMs = this.#options.clock.nowMs();
    let idlest: Client | undefined;
    for (const client of this.#clients) {
      if (client.sessions.size > 0 || nowMs - client.connection.heardMs < IDLE_CONNECTION_MS) continue;
      if (idlest === undefined || client.connection.heardMs < idlest.connection.heardMs) idlest = client;
    }
    if (idlest === undefined) return;
    log.warn("{peer} gives way: {count} clients are connected, and it has no session and was silent for {seconds} s", {
      peer: idlest.connection.peer,
      count: this.#maxConnections,
      seconds: Math.round((nowMs - idlest.connection.heardMs) / 1000),
    });
    idlest.connection.close();
    this.#clients.delete(idlest);
  }

  /** Lets {@linkcode close} wait for what runs on. */
  #keep(running: Promise<void>): void {
    this.#running.add(running);
    running.finally(() => this.#running.delete(running));
  }

  async #serve(client: Client): Promise<void> {
    const { connection } = client;
    log.info("{peer} connected", { peer: connection.peer });
    const reason = await connection.run();
    this.#registry.leave(client, reason);
    this.#clients.delete(client);
    log.info("{peer} left: {reason}", { peer: connection.peer, reason });
  }

  #respond(client: Client, request: RtspRequest): Promise<RtspReply> {
    const responder = request.dialect === "rtsp" ? this.#rtspResponder : this.#labResponder;
    return responder.respond(client, request);
  }
}
