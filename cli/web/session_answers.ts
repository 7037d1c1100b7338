/**
 * The sessions of this server over HTTP: a list of them, and their end.
 *
 * @module
 */

import type { HttpRequest } from "../../page/http/request_reader.ts";
import { type HttpResponse, jsonResponse, textResponse } from "../../page/http/response.ts";
import type { Distant } from "../../server/engines/rpc.ts";
import type { Overview } from "../../server/observation/overview.ts";

/** Where the list is; a session is below, by its number. */
export const SESSIONS_PATH = "/api/sessions";

const SESSION = /^\/api\/sessions\/(\d{1,15})$/;

/** Answers those who look after the server. */
export class SessionAnswers {
  readonly #overview: Distant<Overview>;

  constructor(overview: Distant<Overview>) {
    this.#overview = overview;
  }

  /** All sessions, the oldest first. */
  async list(): Promise<HttpResponse> {
    return jsonResponse(await this.#overview.listSessions());
  }

  /** Ends the session that a request names. */
  async end({ path, headers }: HttpRequest): Promise<HttpResponse> {
    // Browsers say where a request comes from: this one has to come from our own page. Other programs say nothing.
    const site = headers.get("sec-fetch-site");
    if (site !== null && site !== "same-origin") {
      return textResponse(403, "Refused: only this server's own page may end a session in a browser");
    }
    const number = Number(SESSION.exec(path)?.[1] ?? NaN);
    if (!Number.isInteger(number)) {
      return textResponse(404, `A session is ended at ${SESSIONS_PATH}/NUMBER, with its number in ${SESSIONS_PATH}`);
    }
    const wasThere = await this.#overview.endSession(number);
    return wasThere ? jsonResponse({ ended: number }) : textResponse(404, `There is no session ${number} any more`);
  }
}
