/**
 * Answers RTSP/1.0 requests (RFC 2326): what they do, with which status and which header fields.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import type { HeaderField } from "../../rtsp/headers.ts";
import { METHODS as ALL_METHODS, type RtspReply, type RtspRequest } from "../../rtsp/message.ts";
import { isSessionMethod, nextState, type SessionMethod } from "../../rtsp/session_state.ts";
import { REASON_PHRASES, type StatusCode } from "../../rtsp/status.ts";
import { withoutSecrets } from "../../rtsp/fields/secrets.ts";
import { type CatalogDescriber, catalogForm } from "./catalog_describer.ts";
import { type Outcome, play } from "./play_request.ts";
import { SessionParameters } from "./session_parameters.ts";
import type { Session } from "../session/session.ts";
import type { Client } from "../session/client.ts";
import type { SessionRegistry } from "../session/session_registry.ts";
import type { PublishResponder } from "../publish/publish_responder.ts";
import type { StreamDescriber } from "./stream_describer.ts";
import type { StreamSetup } from "./stream_setup.ts";
import { namedTrack, sourceName } from "./tracks.ts";

const log = getLogger(["mjpegrtsp", "server"]);

/** Methods of RFC 2326 that are answered 405, those of publishers where there are none. */
const UNSUPPORTED_METHODS: readonly string[] = ["REDIRECT"];
const PUBLISHING_METHODS: readonly string[] = ["ANNOUNCE", "RECORD"];

/** Statuses that the log explains where they come from. */
const EXPLAINED: readonly StatusCode[] = [404, 415, 453, 461, 500, 503];

/** Constructor options of {@linkcode RtspResponder}. */
export interface RtspResponderOptions {
  /** Where sessions are kept. */
  readonly registry: SessionRegistry;
  /** Answers DESCRIBE. */
  readonly describer: StreamDescriber;
  /** Answers DESCRIBE of the server itself. */
  readonly catalog: CatalogDescriber;
  /** Answers SETUP. */
  readonly setup: StreamSetup;
  /** The parameters that sessions have; `undefined` where they have none. */
  readonly parameters?: SessionParameters;
  /** Answers clients that publish; `undefined` where nobody may. */
  readonly publishing: PublishResponder | undefined;
  /** The time of day. */
  readonly clock: Clock;
  /** Name and version of the program, for `Server`. */
  readonly tool: string;
}

/** The RTSP/1.0 side of the server. */
export class RtspResponder {
  readonly #options: RtspResponderOptions;
  /** What it answers. */
  readonly #methods: readonly string[];
  /** The names that sessions were set up by, which may be those of links. */
  readonly #names = new WeakMap<Session, string>();
  readonly #parameters: SessionParameters;

  constructor(options: RtspResponderOptions) {
    this.#options = options;
    this.#parameters = options.parameters ?? new SessionParameters();
    const unsupported = [...UNSUPPORTED_METHODS, ...options.publishing === undefined ? PUBLISHING_METHODS : []];
    this.#methods = ALL_METHODS.filter((method) => !unsupported.includes(method));
  }

  /** Does what a request asks for and says how to answer. */
  async respond(client: Client, request: RtspRequest): Promise<RtspReply> {
    const reply = await this.#respond(client, request);
    const { tool, clock } = this.#options;
    if (reply.status >= 400 && !EXPLAINED.includes(reply.status)) {
      const { status } = reply;
      log.info("{peer} is refused {method}: {status} {reason}", {
        ...{ peer: client.connection.peer, method: request.method, status, reason: REASON_PHRASES[status] },
      });
    }
    const common: HeaderField[] = [["Server", tool], ["Date", new Date(clock.unixMs()).toUTCString()]];
    return { ...reply, headers: [...common, ...(reply.headers ?? [])] };
  }

  async #respond(client: Client, request: RtspRequest): Promise<RtspReply> {
    const { method, cseq, headers } = request;
    const refuse = (status: StatusCode, fields?: readonly HeaderField[]): RtspReply => ({
      status,
      cseq,
      session: undefined,
      headers: fields,
    });
    if (cseq === undefined) return refuse(400);
    if (request.version !== "1.0") return refuse(505);
    const required = headers.getAll("Require").join(", ");
    if (required !== "") return refuse(551, [["Unsupported", required]]);
    // A client that asks for anything is alive.
    if (request.session !== undefined) this.#options.registry.get(request.session, client)?.touch();
    const published = this.#options.publishing?.respond(client, request, sourceName(request.uri));
    if (published !== undefined) return await published;
    switch (method) {
      case "OPTIONS":
        return { status: 200, cseq, session: request.session, headers: [["Public", this.#methods.join(", ")]] };
      case "DESCRIBE":
      case "SETUP": {
        const named = namedTrack(request.uri);
        if (named === undefined) return refuse(400);
        const { describer, catalog, setup } = this.#options;
        const form = method === "DESCRIBE" && named.name === "" ? catalogForm(headers.get("Accept")) : undefined;
        if (form !== undefined) return await catalog.describe(client, request, form);
        if (method === "DESCRIBE") return await describer.describe(client, request, named.name);
        const before = this.#sessionOf(client, request);
        if (before !== undefined && this.#isOfAnother(before, request.uri)) return refuse(459);
        const reply = await setup.setUp(client, request, named);
        const session = reply.status === 200 ? this.#sessionOf(client, reply) : undefined;
        if (session !== undefined) this.#names.set(session, named.name);
        return reply;
      }
      default: {
        if (this.#methods.includes(method)) return await this.#applyToSession(client, request);
        if (PUBLISHING_METHODS.includes(method)) {
          log.warn("{peer} cannot publish: nobody may, without --publish", { peer: client.connection.peer });
        }
        const isKnown = (ALL_METHODS as readonly string[]).includes(method);
        return isKnown ? refuse(405, [["Allow", this.#methods.join(", ")]]) : refuse(501);
      }
    }
  }

  /** The session that a SETUP or the reply to it names, unless it has ended meanwhile. */
  #sessionOf(client: Client, { session = "" }: Pick<RtspReply, "session">): Session | undefined {
    return this.#options.registry.get(session.split(";", 1)[0], client);
  }

  /** Whether a URL names another source than that of the session. One without a name, or with the name of a link, does not. */
  #isOfAnother(session: Session, uri: string): boolean {
    const asked = sourceName(uri)?.toLowerCase() ?? "";
    return asked !== "" && asked !== session.source.name.toLowerCase() &&
      asked !== (this.#names.get(session) ?? asked).toLowerCase();
  }

  async #applyToSession(client: Client, request: RtspRequest): Promise<RtspReply> {
    const { method, cseq, session: id } = request;
    const session = id === undefined ? undefined : this.#options.registry.get(id, client);
    if (session === undefined || session.sender.dialect !== "rtsp") {
      // Some clients keep a connection alive before they have a session; parameters are those of one.
      const isKeepalive = id === undefined && /^[GS]ET_PARAMETER$/.test(method) && request.body.trim() === "";
      return { status: isKeepalive ? 200 : 454, cseq, session: undefined };
    }
    if (method === "PLAY" && this.#isOfAnother(session, request.uri)) {
      log.warn("{peer} sent PLAY {uri} in a session of {name}: a URL of another source needs another session", {
        ...{ peer: client.connection.peer, uri: withoutSecrets(request.uri), name: session.source.name },
      });
      return { status: 404, cseq, session: session.id };
    }
    const outcome = isSessionMethod(method)
      ? await this.#apply(session, method, request)
      : this.#parameters.answer(session, request);
    return { ...outcome, cseq, session: session.id };
  }

  async #apply(session: Session, method: SessionMethod, request: RtspRequest): Promise<Outcome> {
    const next = nextState(session.state, method, { dialect: "rtsp" });
    if (next === undefined) {
      const allowed = this.#methods.filter((name) =>
        !isSessionMethod(name) || nextState(session.state, name, { dialect: "rtsp" }) !== undefined
      );
      return { status: 455, headers: [["Allow", allowed.join(", ")]] };
    }
    if (next === "PLAYING") return await play(session, request);
    if (next === "READY") await session.pause();
    else this.#options.registry.end(session, "torn down");
    return { status: 200 };
  }
}
