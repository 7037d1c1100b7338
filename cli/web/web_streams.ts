/**
 * What `serve --http` answers: what is served as HTTP streams and snapshots. Each is a session of its own at this server's RTSP port,
 * which ends with its connection.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { deadline } from "@std/async/deadline";
import type { Player } from "../../client/player.ts";
import { RefusedError } from "../../client/rtsp/refusal.ts";
import { printable } from "../../net/printable.ts";
import type { HttpRequest } from "../../page/http/request_reader.ts";
import { type HttpResponse, textResponse } from "../../page/http/response.ts";
import { BOUNDARY, multipartStream } from "../../page/multipart_stream.ts";
import { judgeRequest } from "../../page/same_site.ts";
import { decodePercents } from "../../rtsp/fields/uri.ts";
import { MAX_WEB_SESSIONS, WEB_PATIENCE_MS } from "../limits.ts";

const log = getLogger(["mjpegrtsp", "http"]);

const HELP = "Ask for /NAME/stream.mjpeg or /NAME/snapshot.jpg, with the name of what is served, or for /healthz";
const SHARED_HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** Constructor options of {@linkcode WebStreams}. */
export interface WebStreamsOptions {
  /** The port that requests come to. */
  readonly port: number;
  /** Makes a player of what is served under that name, which has sent nothing. */
  readonly createPlayer: (name: string) => Player;
}

/** Answers requests until it is closed. */
export class WebStreams {
  readonly #options: WebStreamsOptions;
  readonly #players = new Set<Player>();

  constructor(options: WebStreamsOptions) {
    this.#options = options;
  }

  /** Answers a request of this machine; one of another site's page is refused. */
  async answer(request: HttpRequest): Promise<HttpResponse> {
    const verdict = judgeRequest(request, { port: this.#options.port, allowedOrigins: [], sharedPaths: [] });
    const answer = "refusal" in verdict
      ? textResponse(403, `Refused: ${printable(verdict.refusal)}`)
      : await this.#find(request);
    return { ...answer, headers: { ...SHARED_HEADERS, ...answer.headers } };
  }

  /** Ends all sessions. */
  async close(): Promise<void> {
    await Promise.all([...this.#players].map((player) => this.#end(player)));
  }

  async #find(request: HttpRequest): Promise<HttpResponse> {
    const { method, path } = request;
    if (method !== "GET" && method !== "HEAD") {
      return textResponse(405, "Only GET and HEAD are answered", { allow: "GET, HEAD" });
    }
    if (path === "/healthz") return textResponse(200, "ok");
    if (path === "/") return textResponse(200, HELP);
    const slash = path.lastIndexOf("/");
    const [name, what] = [decodePercents(path.slice(1, slash)), path.slice(slash + 1)];
    if (name === "" || (what !== "stream.mjpeg" && what !== "snapshot.jpg")) {
      return textResponse(404, `There is nothing at ${printable(path)}. ${HELP}`);
    }
    if (this.#players.size >= MAX_WEB_SESSIONS) {
      return textResponse(503, `There are ${MAX_WEB_SESSIONS} viewers already: close one`);
    }
    const player = this.#options.createPlayer(name);
    this.#players.add(player);
    try {
      const answer = what === "snapshot.jpg" ? snapshot(player) : this.#stream(player, request);
      return await deadline(answer, WEB_PATIENCE_MS);
    } catch (error) {
      await this.#end(player);
      return failure(error, name);
    } finally {
      if (what === "snapshot.jpg" || method === "HEAD") await this.#end(player);
    }
  }

  async #stream(player: Player, { headers }: HttpRequest): Promise<HttpResponse> {
    await player.command("SETUP");
    return {
      status: 200,
      headers: { "content-type": `multipart/x-mixed-replace; boundary=${BOUNDARY}` },
      body: (gone) => {
        gone.addEventListener("abort", () => void this.#end(player));
        const over = new AbortController();
        player.subscribe({
          status: ({ isAtEnd, ended, state }) => {
            if (isAtEnd || ended || state === "INIT") over.abort();
          },
        });
        player.command("PLAY").catch((error) => {
          log.info("a stream ends: {reason}", { reason: String(error) });
          over.abort();
        });
        return multipartStream(player, { gone, over: over.signal, isForBrowser: headers.has("sec-fetch-dest") });
      },
    };
  }

  async #end(player: Player): Promise<void> {
    await player.close();
    this.#players.delete(player);
  }
}

/** The first frame that comes: of a live source the newest, of a movie its first. */
async function snapshot(player: Player): Promise<HttpResponse> {
  const first = Promise.withResolvers<Uint8Array>();
  player.subscribe({ frame: ({ data }) => first.resolve(data) });
  await player.command("SETUP");
  await player.command("PLAY");
  return { status: 200, headers: { "content-type": "image/jpeg" }, body: await first.promise };
}

function failure(error: unknown, name: string): HttpResponse {
  const reason = printable(error instanceof Error ? error.message : String(error));
  if (error instanceof RefusedError && error.status === 404) {
    return textResponse(404, `Nothing of the name ${printable(name)} is served; the server's log lists similar names`);
  }
  return textResponse(503, `${printable(name)} cannot be shown now: ${reason}`);
}
