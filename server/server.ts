/**
 * The RTSP server: accepts connections, and does what their requests ask for with sessions and the catalog.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../rtp/clock.ts";
import { LAB_FRAGMENT_BYTES } from "../rtp/lab_payload.ts";
import type { RtspReply, RtspRequest } from "../rtsp/message.ts";
import { isSessionMethod } from "../rtsp/session_state.ts";
import type { StatusCode } from "../rtsp/status.ts";
import { Catalog } from "./catalog.ts";
import { Connection } from "./connection.ts";
import { EMULATED_QUEUE_MS, MAX_CONNECTIONS, MAX_FLOWS } from "./limits.ts";
import { type Media, MediaNotFoundError, MediaUnusableError } from "./media.ts";
import { type Impairments, NetworkEmulator } from "./network_emulator.ts";
import { Pacer } from "./pacer.ts";
import { seededRandom } from "./random.ts";
import { RtpSockets } from "./rtp_sockets.ts";
import type { ServedRoot } from "./served_root.ts";
import { Session } from "./session.ts";

const log = getLogger(["mjpegrtsp", "server"]);

/** How to serve. */
export interface ServerOptions {
  /** What is served. */
  readonly root: ServedRoot;
  /** The address to listen on: `0.0.0.0` is every IPv4 address, `::` every one. */
  readonly hostname: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Frames a second of what does not know its own rate. */
  readonly frameRate: number;
  /** Begin again at the end of a movie. */
  readonly loop: boolean;
  /** Cut all frames into pieces of this many bytes, as the lab's fragmented fork does. */
  readonly fragmentBytes: number | undefined;
  /** What an emulated network does to every session's packets, and the seed of its dice; `undefined` for none. */
  readonly emulation: { readonly impairments: Impairments; readonly seed: number } | undefined;
  /** TCP connections at once, default {@linkcode MAX_CONNECTIONS}. */
  readonly maxConnections?: number;
  /** Paces frames and times requests out. */
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1, for session identifiers. */
  readonly random: () => number;
}

/** A connection and the session that it set up last. */
interface Client {
  readonly connection: Connection;
  readonly hostname: string;
  session: Session | undefined;
}

/** A server that listens from its construction until it is closed. */
export class RtspServer {
  readonly #options: ServerOptions;
  readonly #listener: Deno.TcpListener;
  readonly #sockets: RtpSockets;
  readonly #catalog: Catalog;
  readonly #pacer: Pacer;
  readonly #clients = new Set<Client>();
  readonly #sessions = new Map<string, Session>();
  readonly #running = new Set<Promise<void>>();
  readonly #maxConnections: number;
  #isClosed = false;

  /** Listens. Throws `Deno.errors.AddrInUse` or `Deno.errors.PermissionDenied` where the port cannot be had. */
  constructor(options: ServerOptions) {
    this.#options = options;
    this.#maxConnections = options.maxConnections ?? MAX_CONNECTIONS;
    this.#listener = Deno.listen({ transport: "tcp", hostname: options.hostname, port: options.port });
    try {
      this.#sockets = new RtpSockets(options.hostname);
    } catch (error) {
      this.#listener.close();
      throw error;
    }
    this.#catalog = new Catalog(options.root);
    this.#pacer = new Pacer(options.clock);
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
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#listener.close();
    for (const client of this.#clients) {
      client.session?.end("the server stopped");
      client.connection.close();
    }
    await Promise.all(this.#running);
    this.#pacer.close();
    this.#catalog.close();
    this.#sockets.close();
  }

  #accept(conn: Deno.TcpConn): void {
    const { hostname } = conn.remoteAddr as Deno.NetAddr;
    const { clock } = this.#options;
    const connection: Connection = new Connection({
      conn,
      clock,
      respond: (request) => this.#respond(client, request),
    });
    const client: Client = { connection, hostname, session: undefined };
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

  /** Lets {@linkcode close} wait for what runs on. */
  #keep(running: Promise<void>): void {
    this.#running.add(running);
    running.finally(() => this.#running.delete(running));
  }

  async #serve(client: Client): Promise<void> {
    const { connection } = client;
    log.info("{peer} connected", { peer: connection.peer });
    const reason = await connection.run();
    client.session?.end(reason);
    if (client.session !== undefined) this.#sessions.delete(client.session.id);
    this.#clients.delete(client);
    log.info("{peer} left: {reason}", { peer: connection.peer, reason });
  }

  async #respond(client: Client, request: RtspRequest): Promise<RtspReply> {
    const { method, cseq, dialect } = request;
    const { peer } = client.connection;
    const session = client.session;
    const reply = (status: StatusCode): RtspReply => ({ status, cseq, session: session?.id });
    if (!isSessionMethod(method) || dialect === "standard") {
      log.warn("{peer} asked for {method}, which this server does not have", { peer, method });
      return reply(501);
    }
    if (method === "SETUP") {
      const status = await this.#setUp(client, request);
      return { status, cseq, session: client.session?.id };
    }
    if (request.session !== undefined && request.session !== session?.id) {
      log.warn("{peer} sent {method} for session {id}, which it does not have", { peer, method, id: request.session });
      return reply(454);
    }
    if (session === undefined || !session.apply(method)) {
      log.warn("{peer} sent {method} in state {state}", { peer, method, state: session?.state ?? "INIT" });
      return reply(455);
    }
    if (session.state === "INIT") {
      this.#sessions.delete(session.id);
      client.session = undefined;
    }
    return reply(200);
  }

  async #setUp(client: Client, request: RtspRequest): Promise<StatusCode> {
    const { peer } = client.connection;
    const { transport } = request;
    if (client.session !== undefined) {
      log.warn("{peer} sent SETUP in state {state}", { peer, state: client.session.state });
      return 455;
    }
    if (transport === undefined || (transport.flowCount ?? 1) > MAX_FLOWS || transport.flowCount === 0) {
      log.warn("{peer} asked for {name} without a client_port of 1 to 65535, or for other than 1 to {flows} flows", {
        peer,
        name: request.uri,
        flows: MAX_FLOWS,
      });
      return 461;
    }
    try {
      const media = await this.#catalog.open(request.uri);
      client.session = this.#createSession(client, { media, transport });
      return 200;
    } catch (error) {
      if (error instanceof MediaNotFoundError || error instanceof MediaUnusableError) {
        log.warn("{peer} cannot have {name}: {reason}", { peer, name: request.uri, reason: error.message });
        return error instanceof MediaNotFoundError ? 404 : 415;
      }
      log.error("{peer} cannot have {name}: {reason}", { peer, name: request.uri, reason: String(error) });
      return 500;
    }
  }

  #createSession(
    client: Client,
    { media, transport }: { media: Media; transport: NonNullable<RtspRequest["transport"]> },
  ): Session {
    const { emulation, clock, loop, frameRate } = this.#options;
    const { flowCount, clientPort } = transport;
    const session = new Session({
      id: this.#createId(),
      peer: client.connection.peer,
      media,
      destination: { transport: "udp", hostname: client.hostname, port: clientPort },
      sockets: flowCount === undefined ? [this.#sockets.main] : this.#sockets.flows(flowCount),
      fragmentBytes: this.#options.fragmentBytes ?? (flowCount === undefined ? undefined : LAB_FRAGMENT_BYTES),
      frameRate: media.frameRate ?? frameRate,
      loop,
      emulator: emulation === undefined ? undefined : new NetworkEmulator(emulation.impairments, {
        random: seededRandom(emulation.seed),
        maxQueueMs: EMULATED_QUEUE_MS,
      }),
      pacer: this.#pacer,
      clock,
    });
    this.#sessions.set(session.id, session);
    return session;
  }

  /** Six digits that no session has. */
  #createId(): string {
    while (true) {
      const id = String(100_000 + Math.floor(this.#options.random() * 900_000));
      if (!this.#sessions.has(id)) return id;
    }
  }
}
