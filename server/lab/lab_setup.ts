/**
 * Makes sessions for clients of the lab: SETUP, and what forks have in its place.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import { LAB_FRAGMENT_BYTES, type LabFragmentStyle } from "../../rtp/lab/lab_packetizer.ts";
import type { LabTransport, RtspRequest } from "../../rtsp/message.ts";
import type { StatusCode } from "../../rtsp/status.ts";
import { MAX_FLOWS } from "../limits.ts";
import type { Pacer } from "../send/pacer.ts";
import type { RtpSockets } from "../send/rtp_sockets.ts";
import type { Client } from "../session/client.ts";
import type { SessionFactory } from "../session/session_factory.ts";
import type { SessionRegistry } from "../session/session_registry.ts";
import type { UnicastSession } from "../session/unicast_session.ts";
import type { Source } from "../source/source.ts";
import { forkOfSetup } from "./lab_fork.ts";
import { LabPlayback } from "./lab_playback.ts";
import { LabSender } from "./lab_sender.ts";
import type { LabVisit } from "./lab_visit.ts";

const log = getLogger(["mjpegrtsp", "server"]);

/** Constructor options of {@linkcode LabSetup}. */
export interface LabSetupOptions {
  /** Finds sources and makes sessions. */
  readonly factory: SessionFactory;
  /** Where sessions are kept. */
  readonly registry: SessionRegistry;
  /** The sockets that packets leave from. */
  readonly sockets: RtpSockets;
  /** Cut all frames into fragments of this many bytes, as the lab's fragmented forks do. */
  readonly fragmentBytes: number | undefined;
  /** How fragments are numbered; default `sequence`. */
  readonly fragmentStyle?: LabFragmentStyle;
  /** Whether packets with a whole frame have the marker for every client; default false. */
  readonly marksWholeFrames?: boolean;
  /** Fourth line of replies to SETUP for clients that have not shown whose they are; `{frames}` and `{seconds}` are filled in. */
  readonly setupLine?: string;
  /** Spreads large frames over their interval. */
  readonly pacer: Pacer;
  /** The time of day. */
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1, for session identifiers. */
  readonly random: () => number;
}

/** The session that a client asks for. */
export interface Wanted {
  readonly client: Client;
  readonly visit: LabVisit;
  /** Name of the source. */
  readonly name: string;
}

/** Sets up sessions of the lab. */
export class LabSetup {
  readonly #options: LabSetupOptions;
  /** Identifiers of clients that have connected and may have no session yet. */
  readonly #reserved = new Set<string>();

  constructor(options: LabSetupOptions) {
    this.#options = options;
  }

  /** Answers CONNECT: the client gets its session identifier and says where packets go; SETUP follows. */
  connect({ client, visit }: Omit<Wanted, "name">, { transport }: RtspRequest): StatusCode {
    if (visit.id !== undefined || client.labSession !== undefined) return 455;
    if (!this.#isUsable(transport, client)) return 461;
    const id = visit.id = this.#createId();
    visit.transport = transport;
    visit.fork = "play-total";
    const { signal } = client.connection;
    // What a client has sent before it left is answered all the same, and nobody tells of its end any more.
    if (signal.aborted) return 200;
    this.#reserved.add(id);
    signal.addEventListener("abort", () => this.#reserved.delete(id), { once: true });
    return 200;
  }

  /** Answers SETUP. */
  async setUp(wanted: Wanted, request: RtspRequest): Promise<StatusCode> {
    const { client, visit } = wanted;
    const { labSession: session, connection: { peer } } = client;
    if (session !== undefined && !visit.maySetUpAgain) {
      log.warn("{peer} sent SETUP in state {state}", { peer, state: session.state });
      return 455;
    }
    const isKnown = visit.id !== undefined || session !== undefined;
    const transport = request.transport ?? (isKnown ? visit.transport : undefined);
    if (!this.#isUsable(transport, client)) return 461;
    const status = await this.#open(wanted, transport, forkOfSetup(request) ?? visit.fork);
    if (status === 200) visit.maySetUpAgain = false;
    return status;
  }

  /** Changes a client that has a session, or has connected, to another movie. */
  async switchTo(wanted: Wanted): Promise<StatusCode> {
    const { client, visit } = wanted;
    if (visit.transport === undefined || (client.labSession === undefined && visit.id === undefined)) return 455;
    const status = await this.#open(wanted, visit.transport, visit.fork);
    if (status === 200) visit.maySetUpAgain = true;
    return status;
  }

  /** Makes the session, in the place of the one before. */
  async #open({ client, visit, name }: Wanted, transport: LabTransport, fork: LabVisit["fork"]): Promise<StatusCode> {
    const { factory, registry } = this.#options;
    if (client.labSession === undefined && (factory.isOverloaded(client) || !await factory.hasRoom(client))) return 503;
    const source = await factory.findSource(client, name);
    if (typeof source === "number") return source;
    const before = client.labSession;
    const id = before?.id ?? visit.id ?? this.#createId();
    const place = before === undefined
      ? await factory.takePlace(client)
      : registry.endBefore(before, "the client changes to another movie");
    if (place === undefined) return 503;
    Object.assign(visit, { fork, transport });
    try {
      const session = this.#createSession(client, { id, source, visit, transport });
      registry.add(session, { place, client, endsWithClient: true });
      client.labSession = session;
      visit.playback = new LabPlayback(session);
    } catch (error) {
      place.leave();
      throw error;
    }
    return 200;
  }

  #createSession(
    client: Client,
    { id, source, visit, transport }: { id: string; source: Source; visit: LabVisit; transport: LabTransport },
  ): UnicastSession {
    const { factory, sockets, fragmentBytes, fragmentStyle, marksWholeFrames = false, pacer, clock } = this.#options;
    const { peer } = client.connection;
    const { flowCount, clientPort } = transport;
    const datagrams = factory.createDatagramSender(
      { transport: "udp", hostname: client.hostname, port: clientPort },
      (error) => session.fail(error),
    );
    const sender = new LabSender({
      peer,
      datagrams,
      sockets: flowCount === undefined ? [sockets.main] : sockets.flows(flowCount),
      fragmentBytes: fragmentBytes ?? (flowCount === undefined ? undefined : LAB_FRAGMENT_BYTES),
      fragmentStyle,
      // This fork joins what comes up to the marker, whole frames included.
      marksWholeFrames: marksWholeFrames || visit.fork === "frames",
      pacer,
      clock,
    });
    const session: UnicastSession = factory.createSession(peer, { id, source, sender });
    return session;
  }

  #isUsable(transport: LabTransport | undefined, client: Client): transport is LabTransport {
    const flows = transport?.flowCount ?? 1;
    if (transport !== undefined && flows >= 1 && flows <= MAX_FLOWS) return true;
    log.warn("{peer} asked without a client_port of 1 to 65535, or for other than 1 to {flows} flows", {
      peer: client.connection.peer,
      flows: MAX_FLOWS,
    });
    return false;
  }

  /** Six digits that no session has. */
  #createId(): string {
    const { registry, random } = this.#options;
    while (true) {
      const id = String(100_000 + Math.floor(random() * 900_000));
      if (!registry.has(id) && !this.#reserved.has(id)) return id;
    }
  }
}
