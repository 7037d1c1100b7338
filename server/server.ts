/**
 * The RTSP server: accepts connections and hands their requests to the responder of their dialect.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { hostAndPort } from "../net/addresses.ts";
import { isOfOneConnection, isOutOfDescriptors } from "../net/socket_errors.ts";
import type { Clock } from "../net/clock.ts";
import type { RtspReply, RtspRequest } from "../rtsp/message.ts";
import { Admission } from "./admission.ts";
import { BufferPool } from "./send/buffer_pool.ts";
import { Catalog } from "./source/catalog.ts";
import { Conditioner } from "./packetize/conditioner.ts";
import { Connection } from "./connection/connection.ts";
import { ReadTurns } from "./connection/read_turns.ts";
import { FramePacketizer } from "./packetize/frame_packetizer.ts";
import { LabResponder, type LabResponderOptions } from "./lab/lab_responder.ts";
import { HeldFrames } from "./send/held_frames.ts";
import {
  ADDRESS_SHARE,
  DEFAULT_MTU_BYTES,
  HELD_FRAME_BYTES,
  MAX_CONNECTIONS,
  MAX_REFUSALS,
  MAX_SESSIONS,
  SPARE_BUFFER_BYTES,
} from "./limits.ts";
import { Multicast, type MulticastGroup } from "./session/multicast.ts";
import { Pacer } from "./send/pacer.ts";
import { RtpSockets } from "./send/rtp_sockets.ts";
import type { ServedRoot } from "./source/files/served_root.ts";
import type { LiveSource } from "./source/source.ts";
import type { Client } from "./session/client.ts";
import { type Emulation, SessionFactory } from "./session/session_factory.ts";
import { SessionRegistry } from "./session/session_registry.ts";
import { RtspResponder } from "./rtsp/rtsp_responder.ts";
import { StreamDescriber } from "./rtsp/stream_describer.ts";
import { StreamSetup } from "./rtsp/stream_setup.ts";

const log = getLogger(["mjpegrtsp", "server"]);

/** How long to wait before the next connection is accepted where the system cannot, in milliseconds. */
const ACCEPT_PAUSE_MS = 100;

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
  /** Send restart markers to RTSP/1.0 clients as they are; without it frames are transcoded, losslessly, to have none. */
  readonly keepRestartMarkers?: boolean;
  /** Name and version of the program, for `Server` and SDP. */
  readonly tool?: string;
  /** The network that every session's packets go through; `undefined` for the real one alone. */
  readonly emulation: Emulation | undefined;
  /** TCP connections at once, default {@linkcode MAX_CONNECTIONS}. */
  readonly maxConnections?: number;
  /** Sessions at once, default {@linkcode MAX_SESSIONS}. */
  readonly maxSessions?: number;
  /** Part of the connections, and of the sessions, that one address may have; default {@linkcode ADDRESS_SHARE}. */
  readonly addressShare?: number;
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
  readonly #turns = new ReadTurns();
  readonly #admission: Admission;
  readonly #refused = new Set<Connection>();
  readonly #registry: SessionRegistry;
  readonly #labResponder: LabResponder;
  readonly #rtspResponder: RtspResponder;
  readonly #running = new Set<Promise<void>>();
  #isClosed = false;
  #closing: Promise<void> | undefined;

  /** Listens. Throws `Deno.errors.AddrInUse` or `Deno.errors.PermissionDenied` where the port cannot be had. */
  constructor(options: ServerOptions) {
    this.#options = options;
    this.#listener = Deno.listen({ transport: "tcp", hostname: options.hostname, port: options.port });
    try {
      this.#sockets = new RtpSockets(options.hostname, (packet, from) => this.#registry.takeReport(packet, from));
    } catch (error) {
      this.#listener.close();
      throw error;
    }
    const { clock, tool = "mjpegrtsp", mtuBytes = DEFAULT_MTU_BYTES, reencode = false, keepRestartMarkers } = options;
    this.#catalog = new Catalog(options);
    this.#pacer = new Pacer(clock);
    const { maxConnections = MAX_CONNECTIONS, maxSessions = MAX_SESSIONS, addressShare = ADDRESS_SHARE } = options;
    this.#admission = new Admission({ clock, maxConnections, addressShare });
    this.#registry = new SessionRegistry({ clock, maxSessions, addressShare });
    const shared = { ...options, registry: this.#registry, sockets: this.#sockets, pacer: this.#pacer };
    const factory = new SessionFactory({ ...shared, catalog: this.#catalog });
    this.#conditioner = new Conditioner({ reencode, keepRestartMarkers });
    const packetizer = new FramePacketizer(this.#conditioner, { maxPacketBytes: mtuBytes });
    const describer = new StreamDescriber({ factory, packetizer, tool });
    this.#labResponder = new LabResponder({ ...shared, factory, describer });
    const { group } = options;
    const multicast = group === undefined ? undefined : new Multicast({ ...shared, group, factory, packetizer });
    const buffers = new BufferPool({ maxSpareBytes: SPARE_BUFFER_BYTES });
    const heldFrames = new HeldFrames({ maxBytes: HELD_FRAME_BYTES });
    const setup = new StreamSetup({ ...shared, factory, describer, packetizer, multicast, buffers, heldFrames });
    this.#rtspResponder = new RtspResponder({ ...shared, describer, setup, tool });
  }

  /** Where the server listens. */
  get address(): Deno.NetAddr {
    return this.#listener.addr as Deno.NetAddr;
  }

  /** Makes ready in the background what the first client would have to wait for: some give up after a few seconds. */
  warmUp(): void {
    this.#catalog.warmUp().catch((error) => {
      if (!this.#isClosed) log.error("The test source cannot be drawn: {reason}", { reason: String(error) });
    });
  }

  /** Accepts clients until {@linkcode close} is called. */
  async run(): Promise<void> {
    while (!this.#isClosed) {
      try {
        this.#accept(await this.#listener.accept());
      } catch (error) {
        if (!this.#isClosed) await this.#recover(error);
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
    for (const { connection } of this.#admission) connection.close();
    for (const connection of this.#refused) connection.close();
    // Whoever waits for a frame to be transcoded gets an error.
    this.#conditioner.close();
    await Promise.all(this.#running);
    this.#pacer.close();
    this.#catalog.close();
    this.#sockets.close();
  }

  /** What went wrong with one connection delays no other one. */
  async #recover(error: unknown): Promise<void> {
    if (isOfOneConnection(error)) {
      log.debug("A connection was over before it was accepted: {reason}", { reason: String(error) });
      return;
    }
    if (isOutOfDescriptors(error)) {
      if (this.#admission.makeDoWithFewer()) return;
    } else log.error("A connection could not be accepted: {reason}", { reason: String(error) });
    await new Promise<void>((resolve) => this.#options.clock.after(ACCEPT_PAUSE_MS, resolve));
  }

  #accept(conn: Deno.TcpConn): void {
    const [remoteAddress, localAddress] = [conn.remoteAddr, conn.localAddr] as Deno.NetAddr[];
    const connection: Connection = new Connection({
      conn,
      peer: hostAndPort(remoteAddress),
      localAddress,
      clock: this.#options.clock,
      turns: this.#turns,
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
    if (!this.#admission.admit(client)) return this.#refuse(connection);
    this.#keep(this.#serve(client));
    try {
      conn.setNoDelay(true);
      conn.setKeepAlive(true);
    } catch {
      // It is over already, which reading finds out as well.
    }
  }

  /** Tells a client that there is no place for it, if only a few are being told. */
  #refuse(connection: Connection): void {
    if (this.#refused.size >= MAX_REFUSALS) return connection.close();
    this.#refused.add(connection);
    this.#keep(connection.refuse(503).finally(() => this.#refused.delete(connection)));
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
    this.#admission.leave(client);
    log.info("{peer} left: {reason}", { peer: connection.peer, reason });
  }

  #respond(client: Client, request: RtspRequest): Promise<RtspReply> {
    const responder = request.dialect === "rtsp" ? this.#rtspResponder : this.#labResponder;
    return responder.respond(client, request);
  }
}
