/**
 * A session as the server knows it (RFC 2326, 3.4): its identifier, requests about all of it, and what keeps it alive.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import type { HeaderField } from "../../rtsp/headers.ts";
import type { RtspResponse } from "../../rtsp/message.ts";
import { PARAMETERS_TYPE } from "../../rtsp/fields/parameters.ts";
import { decodeSession } from "../../rtsp/rtsp_grammar.ts";
import { DEFAULT_SESSION_TIMEOUT_SECONDS } from "../limits.ts";
import { Keepalive } from "./keepalive.ts";
import type { KeepaliveMethods } from "./keepalive_methods.ts";
import { ConnectionEndedError, UnansweredError } from "./rtsp_connection.ts";
import type { RtspDialogue } from "./rtsp_dialogue.ts";

const log = getLogger(["mjpegrtsp", "rtsp"]);

/** Answers that say nothing about the method: the session is gone, or the password is wrong. */
const OTHER_REFUSALS: readonly number[] = [401, 403, 454];
const SESSION_NOT_FOUND = 454;

/** Constructor options of {@linkcode ServerSession}. */
export interface ServerSessionOptions {
  readonly dialogue: RtspDialogue;
  /** The URL of the whole stream. */
  readonly url: string;
  /** Times the requests that keep the session alive. */
  readonly clock: Clock;
  /** The methods that may keep it alive. */
  readonly keepaliveMethods: KeepaliveMethods;
  /** The server does not know the session any more. */
  readonly onForgotten: () => void;
}

/** A session from the first SETUP to TEARDOWN. */
export class ServerSession {
  /** The field that names the session in requests. */
  readonly header: HeaderField;
  readonly #options: ServerSessionOptions;
  readonly #keepalive: Keepalive;

  /** Takes the answer to a SETUP. Throws an `Error` where it names no session. */
  constructor({ headers }: RtspResponse, options: ServerSessionOptions) {
    const session = decodeSession(headers);
    if (session === undefined) throw new Error("The server answered SETUP without a Session: it cannot be played");
    this.#options = options;
    this.header = ["Session", session.id];
    this.#keepalive = new Keepalive({
      clock: options.clock,
      timeoutSeconds: session.timeoutSeconds ?? DEFAULT_SESSION_TIMEOUT_SECONDS,
      ask: async () => void await this.ask(),
    });
  }

  /** Asks for something of the whole session. Rejects where the server refuses. */
  async request(method: string, headers: readonly HeaderField[] = []): Promise<RtspResponse> {
    const { dialogue, url } = this.#options;
    return await dialogue.request(method, { url, headers: [this.header, ...headers] });
  }

  /** Reads or changes parameters of the session (RFC 2326, 10.8 and 10.9). Rejects where the server refuses. */
  async parameters(method: "GET_PARAMETER" | "SET_PARAMETER", body: string): Promise<RtspResponse> {
    const { dialogue, url } = this.#options;
    const headers: HeaderField[] = [this.header, ["Content-Type", PARAMETERS_TYPE]];
    return await dialogue.request(method, { url, headers, body });
  }

  /** Keeps the session alive no longer. */
  stop(): void {
    this.#keepalive.stop();
  }

  /** Shows the server that we are still there, by the next best method where one fails. Returns whether it has answered. */
  async ask(): Promise<boolean> {
    const { dialogue, url, keepaliveMethods, onForgotten } = this.#options;
    const best = () => keepaliveMethods.best((method) => dialogue.offers(method));
    for (let method = best(); method !== undefined; method = best()) {
      try {
        const { status } = await dialogue.tryRequest(method, { url, headers: [this.header] });
        if (status === SESSION_NOT_FOUND) onForgotten();
        if (status === 200 || OTHER_REFUSALS.includes(status)) return status === 200;
        log.info("the server answers {method} with {status}: it is asked otherwise from now on", { method, status });
        keepaliveMethods.refuse(method);
      } catch (error) {
        if (error instanceof ConnectionEndedError) keepaliveMethods.refuse(method);
        else if (error instanceof UnansweredError) keepaliveMethods.doubt(method);
        log.info("{method} failed: {reason}", { method, reason: error instanceof Error ? error.message : error });
        return false;
      }
    }
    return false;
  }
}
