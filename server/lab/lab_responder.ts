/**
 * Answers the networking lab's clients: what their requests do, and with which status.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import { LAB_FRAGMENT_BYTES } from "../../rtp/lab/lab_packetizer.ts";
import type { RtspReply, RtspRequest } from "../../rtsp/message.ts";
import { isSessionMethod, nextState, type SessionMethod } from "../../rtsp/session_state.ts";
import type { StatusCode } from "../../rtsp/status.ts";
import type { StreamDescriber } from "../rtsp/stream_describer.ts";
import { LabSender } from "./lab_sender.ts";
import { MAX_FLOWS } from "../limits.ts";
import type { Pacer } from "../send/pacer.ts";
import type { RtpSockets } from "../send/rtp_sockets.ts";
import type { UnicastSession } from "../session/unicast_session.ts";
import type { Client } from "../session/client.ts";
import type { SessionFactory } from "../session/session_factory.ts";
import type { SessionRegistry } from "../session/session_registry.ts";

const log = getLogger(["mjpegrtsp", "server"]);

/** Constructor options of {@linkcode LabResponder}. */
export interface LabResponderOptions {
  /** Finds sources and makes sessions. */
  readonly factory: SessionFactory;
  /** Where sessions are kept. */
  readonly registry: SessionRegistry;
  /** Answers DESCRIBE. */
  readonly describer: StreamDescriber;
  /** The sockets that packets leave from. */
  readonly sockets: RtpSockets;
  /** Cut all frames into fragments of this many bytes, as the lab's fragmented fork does. */
  readonly fragmentBytes: number | undefined;
  /** Spreads large frames over their interval. */
  readonly pacer: Pacer;
  /** The time of day. */
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1, for session identifiers. */
  readonly random: () => number;
}

/** The lab's side of the server. */
export class LabResponder {
  readonly #options: LabResponderOptions;

  constructor(options: LabResponderOptions) {
    this.#options = options;
  }

  /** Does what a request asks for and says how to answer. */
  async respond(client: Client, request: RtspRequest): Promise<RtspReply> {
    const { method, cseq } = request;
    const { peer } = client.connection;
    if (method === "DESCRIBE") return await this.#options.describer.describe(client, request, request.uri);
    if (!isSessionMethod(method)) {
      log.warn("{peer} asked for {method}, which this server does not have", { peer, method });
      return { status: 501, cseq, session: client.labSession?.id };
    }
    if (method === "SETUP") {
      const status = await this.#setUp(client, request);
      return { status, cseq, session: client.labSession?.id };
    }
    // TEARDOWN is answered with the session that it ends.
    const session = client.labSession?.id;
    return { status: await this.#apply(client, { ...request, method }), cseq, session };
  }

  async #apply(
    client: Client,
    { method, session: id }: RtspRequest & { readonly method: SessionMethod },
  ): Promise<StatusCode> {
    const { peer } = client.connection;
    const session = client.labSession;
    if (id !== undefined && id !== session?.id) {
      log.warn("{peer} sent {method} for a session that it does not have", { peer, method });
      return 454;
    }
    const next = session === undefined ? undefined : nextState(session.state, method);
    if (session === undefined || next === undefined) {
      log.warn("{peer} sent {method} in state {state}", { peer, method, state: session?.state ?? "INIT" });
      return 455;
    }
    if (next === "PLAYING") await session.play();
    else if (next === "READY") await session.pause();
    else this.#options.registry.end(session, "torn down");
    return 200;
  }

  async #setUp(client: Client, { uri, transport }: RtspRequest): Promise<StatusCode> {
    const { factory, registry, sockets, fragmentBytes, pacer, clock } = this.#options;
    const { peer } = client.connection;
    if (client.labSession !== undefined) {
      log.warn("{peer} sent SETUP in state {state}", { peer, state: client.labSession.state });
      return 455;
    }
    if (transport === undefined || (transport.flowCount ?? 1) > MAX_FLOWS || transport.flowCount === 0) {
      log.warn("{peer} asked for {name} without a client_port of 1 to 65535, or for other than 1 to {flows} flows", {
        peer,
        name: uri,
        flows: MAX_FLOWS,
      });
      return 461;
    }
    if (!factory.hasRoom(client)) return 503;
    const source = await factory.findSource(client, uri);
    if (typeof source === "number") return source;
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
      pacer,
      clock,
    });
    const session: UnicastSession = factory.createSession(peer, { id: this.#createId(), source, sender });
    registry.add(session, { client, endsWithClient: true, expires: false });
    client.labSession = session;
    return 200;
  }

  /** Six digits that no session has. */
  #createId(): string {
    const { registry, random } = this.#options;
    while (true) {
      const id = String(100_000 + Math.floor(random() * 900_000));
      if (!registry.has(id)) return id;
    }
  }
}
