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
import { decodePercents } from "../../rtsp/fields/uri.ts";
import type { RtspFrameSender } from "../send/frame_sender.ts";
import { type Outcome, play } from "./play_request.ts";
import type { Session } from "../session/session.ts";
import type { Client } from "../session/client.ts";
import type { SessionRegistry } from "../session/session_registry.ts";
import { type StreamDescriber, TRACK } from "./stream_describer.ts";
import type { StreamSetup } from "./stream_setup.ts";

const log = getLogger(["mjpegrtsp", "server"]);

/** Methods of RFC 2326 that are answered 405. */
const UNSUPPORTED_METHODS: readonly string[] = ["ANNOUNCE", "RECORD", "REDIRECT"];
const METHODS: readonly string[] = ALL_METHODS.filter((method) => !UNSUPPORTED_METHODS.includes(method));

/** Statuses that the log explains where they come from. */
const EXPLAINED: readonly StatusCode[] = [404, 415, 461, 500, 503];

/** Constructor options of {@linkcode RtspResponder}. */
export interface RtspResponderOptions {
  /** Where sessions are kept. */
  readonly registry: SessionRegistry;
  /** Answers DESCRIBE. */
  readonly describer: StreamDescriber;
  /** Answers SETUP. */
  readonly setup: StreamSetup;
  /** The time of day. */
  readonly clock: Clock;
  /** Name and version of the program, for `Server`. */
  readonly tool: string;
}

/** The RTSP/1.0 side of the server. */
export class RtspResponder {
  readonly #options: RtspResponderOptions;

  constructor(options: RtspResponderOptions) {
    this.#options = options;
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
    switch (method) {
      case "OPTIONS":
        return { status: 200, cseq, session: request.session, headers: [["Public", METHODS.join(", ")]] };
      case "DESCRIBE":
      case "SETUP": {
        const name = sourceName(request.uri);
        if (name === undefined) return refuse(400);
        const { describer, setup } = this.#options;
        return await (method === "SETUP"
          ? setup.setUp(client, request, name)
          : describer.describe(client, request, name));
      }
      default: {
        if (METHODS.includes(method)) return await this.#applyToSession(client, request);
        return UNSUPPORTED_METHODS.includes(method) ? refuse(405, [["Allow", METHODS.join(", ")]]) : refuse(501);
      }
    }
  }

  async #applyToSession(client: Client, request: RtspRequest): Promise<RtspReply> {
    const { method, cseq, session: id } = request;
    const session = id === undefined ? undefined : this.#options.registry.get(id, client);
    if (session === undefined || session.sender.dialect !== "rtsp") {
      // Some clients keep a connection alive before they have a session.
      const isKeepalive = id === undefined && /^[GS]ET_PARAMETER$/.test(method);
      return { status: isKeepalive ? 200 : 454, cseq, session: undefined };
    }
    const outcome: Outcome = isSessionMethod(method)
      ? await this.#apply({ session, sender: session.sender, method, request })
      : { status: 200 };
    return { ...outcome, cseq, session: session.id };
  }

  async #apply(
    { session, sender, method, request }: {
      session: Session;
      sender: RtspFrameSender;
      method: SessionMethod;
      request: RtspRequest;
    },
  ): Promise<Outcome> {
    const next = nextState(session.state, method, { dialect: "rtsp" });
    if (next === undefined) {
      const allowed = METHODS.filter((name) =>
        !isSessionMethod(name) || nextState(session.state, name, { dialect: "rtsp" }) !== undefined
      );
      return { status: 455, headers: [["Allow", allowed.join(", ")]] };
    }
    if (next === "PLAYING") return await play(session, sender, request);
    if (next === "READY") await session.pause();
    else this.#options.registry.end(session, "torn down");
    return { status: 200 };
  }
}

/**
 * The source that a URL names, decoded, with or without its track; `undefined` for what is no URL. A request has no fragment: `#` is
 * part of a name, which ffmpeg sends as it was typed.
 */
export function sourceName(uri: string): string | undefined {
  const match = /^rtsps?:\/\/[^/?#]*([^?]*)/i.exec(uri);
  if (match === null) return undefined;
  const segments = decodePercents(match[1]).split("/").filter((segment) => segment !== "");
  return (segments.at(-1) === TRACK ? segments.slice(0, -1) : segments).join("/");
}
