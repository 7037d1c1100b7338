/**
 * The RTSP server: accepts connections and hands their requests to the responder of their dialect.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { hostAndPort } from "../net/addresses.ts";
import { Acceptor } from "../net/acceptor.ts";
import { isOutOfDescriptors } from "../net/socket_errors.ts";
import type { Clock } from "../net/clock.ts";
import type { RtspReply, RtspRequest } from "../rtsp/message.ts";
import { Admission } from "./admission.ts";
import { BufferPool } from "./send/buffer_pool.ts";
import { Catalog } from "./source/catalog.ts";
import { Conditioner } from "./packetize/conditioner.ts";
import { type Commons, type Limits, ownCommons, type Publishing } from "./commons.ts";
import type { ServerCapture } from "./capture/server_capture.ts";
import { Connection } from "./connection/connection.ts";
import { ReadTurns } from "./connection/read_turns.ts";
import { FramePacketizer } from "./packetize/frame_packetizer.ts";
import { SoundPacketizer } from "./packetize/sound_packetizer.ts";
import { LabResponder, type LabResponderOptions } from "./lab/lab_responder.ts";
import { HeldFrames } from "./send/held_frames.ts";
import { DEFAULT_MTU_BYTES, HELD_FRAME_BYTES, MAX_REFUSALS, RECENT_FRAME_BYTES, SPARE_BUFFER_BYTES } from "./limits.ts";
import { ServerView } from "./observation/server_view.ts";
import { Multicast, type MulticastGroup } from "./session/multicast.ts";
import { Pacer } from "./send/pacer.ts";
import { RtpSockets } from "./send/rtp_sockets.ts";
import { MovieDecoders } from "./source/decoded/movie_decoders.ts";
import type { Served } from "./source/served/served.ts";
import type { NamePattern } from "./publish/published_names.ts";
import { PublishResponder } from "./publish/publish_responder.ts";
import type { LiveSource } from "./source/source.ts";
import type { Client } from "./session/client.ts";
import { type Emulation, SessionFactory } from "./session/session_factory.ts";
import { SessionRegistry } from "./session/session_registry.ts";
import { TrackSenders } from "./session/track_senders.ts";
import { SessionParameters } from "./rtsp/session_parameters.ts";
import { RtspResponder } from "./rtsp/rtsp_responder.ts";
import { CatalogDescriber } from "./rtsp/catalog_describer.ts";
import { StreamDescriber } from "./rtsp/stream_describer.ts";
import { createSessionId } from "./rtsp/session_id.ts";
import { StreamSetup } from "./rtsp/stream_setup.ts";
import { TrackTransports } from "./rtsp/track_transports.ts";

const log = getLogger(["mjpegrtsp", "server"]);

/** How to serve. */
export interface ServerOptions extends Limits {
  /** The files that are served; `undefined` for none. */
  readonly root: Served | undefined;
  /** The address to listen on: `0.0.0.0` is every IPv4 address, `::` every one. */
  readonly hostname: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Names that clients may publish streams under; default none. */
  readonly publish?: readonly NamePattern[];
  /** How long a published stream waits for its publisher to come back, in milliseconds; default {@linkcode PUBLISH_WAIT_MS}. */
  readonly publishWaitMs?: number;
  /** Live sources beside the files. */
  readonly live?: readonly LiveSource[];
  /** Frames a second of files that have no times of their own. */
  readonly frameRate: number;
  /** Whether files start again at their end. */
  readonly loop: boolean;
  /** Whether files and folders are followed that others go on writing to: what comes is played; default false. */
  readonly follow?: boolean;
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
  /** Whether the sound beside frames is sent to RTSP/1.0 clients that set it up; default true. */
  readonly sound?: boolean;
  /** Whether movies of other codecs are decoded while they are watched; default true. */
  readonly decodes?: boolean;
  /** Send restart markers to RTSP/1.0 clients as they are; without it frames are transcoded, losslessly, to have none. */
  readonly keepRestartMarkers?: boolean;
  /** Fit RTSP/1.0 sessions, but for multicast, to the networks of their clients: fewer frames, and coarser ones; default false. */
  readonly adapts?: boolean;
  /** Name and version of the program, for `Server` and SDP. */
  readonly tool?: string;
  /** SETUP is refused while frames leave so much later than they are due, in milliseconds; default `MAX_LATE_MS`. */
  readonly maxLateMs?: number;
  /** The network that every session's packets go through; `undefined` for the real one alone. */
  readonly emulation: Emulation | undefined;
  /** Whether RTSP/1.0 clients may change the emulated networks of their sessions over UDP, where there is one; default false. */
  readonly hasKnobs?: boolean;
  /** Whether other threads listen on the same port, too, and connections are spread over all of them (on Linux). */
  readonly sharesPort?: boolean;
  /** Hears of all that goes over the wire; without it, nothing is told. */
  readonly capture?: ServerCapture;
  /** What the threads of a server share; default a server that is alone. */
  readonly commons?: Commons;
  /** Paces frames and times requests out. */
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1, for session identifiers. */
  readonly random: () => number;
}

/** A server that listens from its construction until it is closed. */
export class RtspServer {
  /** What others may know of it. */
  readonly view: ServerView;
  readonly #options: ServerOptions;
  readonly #listener: Deno.TcpListener;
  readonly #acceptor: Acceptor;
  readonly #sockets: RtpSockets;
  readonly #catalog: Catalog;
  readonly #pacer: Pacer;
  readonly #conditioner: Conditioner;
  readonly #turns = new ReadTurns();
  readonly #commons: Commons;
  readonly #admission: Admission;
  readonly #refused = new Set<Connection>();
  readonly #registry: SessionRegistry;
  readonly #labResponder: LabResponder;
  readonly #rtspResponder: RtspResponder;
  readonly #publishing: Publishing;
  readonly #publishResponder: PublishResponder | undefined;
  readonly #running = new Set<Promise<void>>();
  #isClosed = false;
  #closing: Promise<void> | undefined;

  /** Listens. Throws `Deno.errors.AddrInUse` or `Deno.errors.PermissionDenied` where the port cannot be had. */
  constructor(options: ServerOptions) {
    this.#options = options;
    const { hostname, port, sharesPort: reusePort = false } = options;
    this.#listener = Deno.listen({ transport: "tcp", hostname, port, reusePort });
    try {
      this.#sockets = new RtpSockets(
        hostname,
        (packet, from) => this.#registry.takeReport(packet, from),
        options.capture,
      );
    } catch (error) {
      this.#listener.close();
      throw error;
    }
    this.#acceptor = new Acceptor(this.#listener, {
      clock: options.clock,
      onConnection: (conn) => this.#accept(conn),
      makeRoom: () => this.#admission.makeDoWithFewer(),
      onFailure(error) {
        // Where descriptors are missing, the admission has told.
        if (isOutOfDescriptors(error)) return;
        log.error("A connection could not be accepted: {reason}", { reason: String(error) });
      },
      onLost: (error) => log.debug("A connection was over before it was accepted: {reason}", { reason: String(error) }),
    });
    const { clock, tool = "mjpegrtsp", mtuBytes = DEFAULT_MTU_BYTES, reencode = false, keepRestartMarkers } = options;
    const commons = this.#commons = options.commons ?? ownCommons(options);
    const decoders = options.decodes === false ? undefined : commons.decoders ?? new MovieDecoders({ clock });
    this.#catalog = new Catalog({ ...options, index: commons.index, testFrames: commons.testFrames, decoders });
    this.#pacer = new Pacer(clock, (lateMs) => this.#tellOverload(lateMs));
    this.#admission = new Admission({ clock, createPlaces: (occupancy) => commons.createClientPlaces(occupancy) });
    this.#registry = new SessionRegistry({
      clock,
      createPlaces: (occupancy) => commons.createSessionPlaces(occupancy),
    });
    this.view = new ServerView({
      ...{ clock, catalog: this.#catalog, registry: this.#registry, pacer: this.#pacer },
      countClients: () => this.#admission.size,
    });
    const shared = { ...options, registry: this.#registry, sockets: this.#sockets, pacer: this.#pacer };
    const factory = new SessionFactory({ ...shared, catalog: this.#catalog });
    this.#conditioner = new Conditioner({
      ...{ reencode, keepRestartMarkers, startThread: commons.startTranscoder, maxWorkers: commons.maxTranscoders },
    });
    const packetizer = new FramePacketizer(this.#conditioner, { maxPacketBytes: mtuBytes });
    const describer = new StreamDescriber({ factory, packetizer, tool });
    this.#labResponder = new LabResponder({ ...shared, factory, describer });
    const recentFrames = new HeldFrames({ maxBytes: RECENT_FRAME_BYTES });
    const soundPacketizer = new SoundPacketizer({ maxPacketBytes: mtuBytes });
    const senders = new TrackSenders({ ...shared, factory, packetizer, soundPacketizer });
    const { group } = options;
    const multicast = group === undefined ? undefined : new Multicast({ ...shared, group, factory, senders });
    const buffers = new BufferPool({ maxSpareBytes: SPARE_BUFFER_BYTES });
    const heldFrames = new HeldFrames({ maxBytes: HELD_FRAME_BYTES });
    const createId = commons.others === undefined ? createSessionId : () => commons.others!.createSessionId();
    const parameters = options.hasKnobs === true ? new SessionParameters() : undefined;
    const transports = new TrackTransports({ ...shared, factory, buffers, heldFrames, recentFrames });
    const setup = new StreamSetup({
      ...{ ...shared, factory, describer, multicast, transports, senders, createId, parameters },
    });
    this.#publishing = commons.createPublishing((source) => this.#catalog.add(source));
    const { publish: names = [] } = options;
    this.#publishResponder = names.length === 0 ? undefined : new PublishResponder({
      ...{ names, createId, hostname, clock, random: options.random, capture: options.capture },
      isTaken: (name, signal) => this.#catalog.isTaken(name, signal),
      publish: (pipe, hostname) => this.#publishing.publish(pipe, hostname),
    });
    const catalog = new CatalogDescriber({ factory, describer, clock });
    const responders = { describer, catalog, setup, parameters, publishing: this.#publishResponder };
    this.#rtspResponder = new RtspResponder({ ...shared, ...responders, tool });
  }

  /** Where the server listens. */
  get address(): Deno.NetAddr {
    return this.#listener.addr as Deno.NetAddr;
  }

  /** Accepts clients until {@linkcode close} is called. */
  run(): Promise<void> {
    return this.#acceptor.run();
  }

  /** Ends all sessions and connections, and closes all sockets. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    this.#isClosed = true;
    this.#acceptor.close();
    this.#registry.close();
    this.#publishResponder?.close();
    this.#publishing.close();
    for (const { connection } of this.#admission) connection.close();
    for (const connection of this.#refused) connection.close();
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
      conn: this.#options.capture?.connection(conn) ?? conn,
      peer: hostAndPort(remoteAddress),
      localAddress,
      clock: this.#options.clock,
      turns: this.#turns,
      respond: (request) => this.#respond(client, request),
      onPacket: (channel, data) =>
        this.#publishResponder?.take(data, { client, channel }) ||
        this.#registry.takeInterleaved(data, { client, channel }),
    });
    const client: Client = {
      connection,
      hostname: remoteAddress.hostname,
      localAddress,
      sessions: new Set(),
      channels: new Map(),
      labSession: undefined,
      isPublishing: false,
    };
    try {
      conn.setNoDelay(true);
      conn.setKeepAlive(true);
    } catch {
      // It is over already, which reading finds out as well.
    }
    this.#keep(this.#serve(client, connection));
  }

  #tellOverload(lateMs: number): void {
    log.warn(
      "Frames leave {lateMs} ms late: {sessions} sessions are too many for this machine (--threads, players that ask for TCP or " +
        "multicast, smaller frames or fewer a second help)",
      { lateMs: Math.round(lateMs), sessions: this.#registry.places.taken },
    );
  }

  /** Tells a client that there is no place for it, if only a few are being told. */
  async #refuse(connection: Connection): Promise<void> {
    if (this.#isClosed || this.#refused.size >= MAX_REFUSALS) return connection.close();
    this.#refused.add(connection);
    await connection.refuse(503);
    this.#refused.delete(connection);
  }

  /** Lets {@linkcode close} wait for what runs on. */
  #keep(running: Promise<void>): void {
    this.#running.add(running);
    running.finally(() => this.#running.delete(running));
  }

  async #serve(client: Client, connection: Connection): Promise<void> {
    const leave = await this.#admission.admit(client);
    if (leave === undefined) return await this.#refuse(connection);
    if (this.#isClosed) connection.close();
    log.info("{peer} connected", { peer: connection.peer });
    const reason = await connection.run();
    this.#registry.leave(client, reason);
    this.#publishResponder?.leave(client, reason);
    this.#commons.others?.leave(client, reason);
    leave();
    log.info("{peer} left: {reason}", { peer: connection.peer, reason });
  }

  /** Answers a request of a client that is connected to another thread. */
  respondFor(client: Client, request: RtspRequest): Promise<RtspReply> {
    return this.#rtspResponder.respond(client, request);
  }

  /** A client of another thread has left. */
  forget(client: Client, reason: string): void {
    this.#registry.leave(client, reason);
  }

  async #respond(client: Client, request: RtspRequest): Promise<RtspReply> {
    const reply = await this.#answer(client, request);
    this.view.noteReply(reply.status);
    return reply;
  }

  async #answer(client: Client, request: RtspRequest): Promise<RtspReply> {
    const elsewhere = request.dialect === "rtsp" ? await this.#commons.others?.respond(client, request) : undefined;
    if (elsewhere !== undefined) return elsewhere;
    const responder = request.dialect === "rtsp" ? this.#rtspResponder : this.#labResponder;
    return await responder.respond(client, request);
  }
}
