/**
 * What `serve --http` answers at which address, and whom.
 *
 * @module
 */

import { ASSETS } from "../../page/assets.ts";
import { CATALOG_ASSETS } from "../../page/catalog_assets.ts";
import { printable } from "../../net/printable.ts";
import type { Clock } from "../../net/clock.ts";
import type { WebSocketAnswer } from "../../page/http/http_connection.ts";
import type { HttpRequest } from "../../page/http/request_reader.ts";
import { bytesResponse, type HttpResponse, jsonResponse, textResponse } from "../../page/http/response.ts";
import { judgeRequest } from "../../page/same_site.ts";
import { SECURITY_HEADERS } from "../../page/security_headers.ts";
import { decodePercents } from "../../rtsp/fields/uri.ts";
import type { Distant } from "../../server/engines/rpc.ts";
import type { Overview } from "../../server/observation/overview.ts";
import { MAX_WEB_SESSIONS } from "../limits.ts";
import { isLoopback, policyOf, type WebAccess } from "./access.ts";
import { encodeMetrics, METRICS_TYPE } from "./metrics.ts";
import { PlayerPages } from "./player_pages.ts";
import { SessionAnswers, SESSIONS_PATH } from "./session_answers.ts";
import { failureResponse, StreamAnswers } from "./stream_answers.ts";
import { StreamList } from "./stream_list.ts";
import { Thumbnails } from "./thumbnails.ts";
import { type CreatePlayer, WebPlayers } from "./web_players.ts";

const HELP = "Ask for / in a browser, or for /NAME/stream.mjpeg or /NAME/snapshot.jpg, with the name of what is served";
/** Fields that proxies add. */
const PROXY_FIELDS = ["forwarded", "via", "x-forwarded-for"];
const FILES = { ...ASSETS, ...CATALOG_ASSETS };

/** Constructor options of {@linkcode WebSite}. */
export interface WebSiteOptions {
  readonly access: WebAccess;
  /** Of this program. */
  readonly version: string;
  readonly createPlayer: CreatePlayer;
  /** What the server tells of itself. */
  readonly overview: Distant<Overview>;
  /** Host and port of this server for RTSP players on the machine that such a request comes from. */
  readonly rtspServer: (request: HttpRequest) => string;
  readonly clock: Clock;
}

/** Answers requests until it is closed. */
export class WebSite {
  readonly #options: WebSiteOptions;
  readonly #players: WebPlayers;
  readonly #thumbnails: Thumbnails;
  readonly #list: StreamList;
  readonly #streams: StreamAnswers;
  readonly #pages: PlayerPages;
  readonly #sessions: SessionAnswers;
  /** How many answers there were of each status code. */
  readonly #answers = new Map<number, number>();

  constructor(options: WebSiteOptions) {
    const { createPlayer, overview, clock } = this.#options = options;
    this.#players = new WebPlayers(createPlayer, { max: MAX_WEB_SESSIONS });
    this.#thumbnails = new Thumbnails(createPlayer, { clock });
    this.#list = new StreamList({ overview, clock, thumbnails: this.#thumbnails });
    this.#streams = new StreamAnswers(this.#players);
    this.#pages = new PlayerPages(this.#players);
    this.#sessions = new SessionAnswers(overview);
  }

  /** Answers a request from an IP address; one that another site's page has made a browser send is refused. */
  async answer(request: HttpRequest, hostname: string): Promise<HttpResponse | WebSocketAnswer> {
    const verdict = judgeRequest(request, policyOf(this.#options.access));
    const isRefused = "refusal" in verdict;
    const answer = isRefused
      ? textResponse(403, `Refused: ${printable(verdict.refusal)}`)
      : await this.#find(request, hostname);
    this.#answers.set(statusOf(answer), (this.#answers.get(statusOf(answer)) ?? 0) + 1);
    if ("accept" in answer) return answer;
    return { ...answer, headers: { ...SECURITY_HEADERS, ...(isRefused ? {} : verdict.headers), ...answer.headers } };
  }

  /** Ends all sessions. */
  async close(): Promise<void> {
    await Promise.all([this.#players.close(), this.#thumbnails.close()]);
  }

  async #find(request: HttpRequest, hostname: string): Promise<HttpResponse | WebSocketAnswer> {
    const { method, path } = request;
    const isSession = path.startsWith(`${SESSIONS_PATH}/`);
    if ((isSession || path === SESSIONS_PATH) && !(isLoopback(hostname) && isDirect(request))) {
      return textResponse(403, "Refused: who watches is told to this machine only");
    }
    if (isSession && method === "DELETE") return await this.#sessions.end(request);
    if (method !== "GET" && method !== "HEAD") {
      const allow = isSession ? "DELETE" : "GET, HEAD";
      return textResponse(405, `${printable(path)} is not for ${method}, but for ${allow}`, { allow });
    }
    const file = Object.hasOwn(FILES, path) ? FILES[path] : undefined;
    if (file !== undefined) return bytesResponse(file.text, file.type);
    if (path === "/healthz") return textResponse(200, "ok");
    if (path === "/api/streams") return jsonResponse(await this.#list.list(this.#options.rtspServer(request)));
    if (path === "/metrics") return await this.#measure();
    if (path === SESSIONS_PATH) return await this.#sessions.list();
    return await this.#findStream(request);
  }

  async #findStream(request: HttpRequest): Promise<HttpResponse | WebSocketAnswer> {
    const { path } = request;
    const slash = path.lastIndexOf("/");
    const [name, what] = [decodePercents(path.slice(1, slash)), path.slice(slash + 1)];
    if (name !== "") {
      switch (what) {
        case "":
          return this.#pages.page();
        case "ws":
          return await this.#pages.socket(name);
        case "stream.mjpeg":
          return await this.#streams.stream(name, request);
        case "snapshot.jpg":
          return await this.#streams.snapshot(name);
        case "thumbnail.jpg":
          return await this.#thumbnail(name);
        case "stats.json":
          return await this.#statistics(name, request);
      }
    }
    // The page of a stream is a folder; relative, so that it is never on another server.
    if (await this.#list.has(decodePercents(path.slice(1)))) {
      return textResponse(307, "The page of a stream ends with a slash", { location: `./${what}/` });
    }
    return textResponse(404, `There is nothing at ${printable(path)}. ${HELP}`);
  }

  async #thumbnail(name: string): Promise<HttpResponse> {
    try {
      const jpeg = await this.#thumbnails.get(name);
      // Anybody may ask for any name; this one is there.
      this.#list.want(name);
      return bytesResponse(jpeg, "image/jpeg");
    } catch (error) {
      return failureResponse(error, name);
    }
  }

  async #measure(): Promise<HttpResponse> {
    const { overview, version } = this.#options;
    const [counts, sessions] = await Promise.all([overview.counts(), overview.listSessions()]);
    const httpSessions = this.#players.size;
    const text = encodeMetrics({ version, counts, sessions, httpSessions, httpAnswers: this.#answers });
    return bytesResponse(text, METRICS_TYPE);
  }

  /** What the list knows of one stream. */
  async #statistics(name: string, request: HttpRequest): Promise<HttpResponse> {
    const streams = await this.#list.list(this.#options.rtspServer(request));
    const stream = streams.find((one) => one.name === name);
    return stream === undefined
      ? textResponse(404, `Nothing of the name ${printable(name)} is in the list of streams`)
      : jsonResponse(stream);
  }
}

/** Whether no proxy has passed a request on: proxies add these fields, or keep the name that they were asked by. */
function isDirect({ headers }: HttpRequest): boolean {
  const name = URL.parse(`http://${headers.get("host")}`)?.hostname.replace(/^\[|\]$/g, "") ?? "";
  return (name === "localhost" || isLoopback(name)) && !PROXY_FIELDS.some((field) => headers.has(field));
}

/** A WebSocket begins with the end of HTTP (RFC 6455, 4.2.2). */
function statusOf(answer: HttpResponse | WebSocketAnswer): number {
  return "accept" in answer ? 101 : answer.status;
}
