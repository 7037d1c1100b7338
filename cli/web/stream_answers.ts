/**
 * Streams and snapshots over HTTP. Each is a session of its own at this server's RTSP port, which ends with its connection.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { deadline } from "@std/async/deadline";
import type { Player } from "../../client/player.ts";
import { RefusedError } from "../../client/rtsp/refusal.ts";
import { printable } from "../../net/printable.ts";
import type { HttpRequest } from "../../page/http/request_reader.ts";
import { bytesResponse, type HttpResponse, textResponse } from "../../page/http/response.ts";
import { BOUNDARY, multipartStream } from "../../page/multipart_stream.ts";
import { MAX_WEB_SESSIONS, WEB_PATIENCE_MS } from "../limits.ts";
import type { WebPlayers } from "./web_players.ts";

const log = getLogger(["mjpegrtsp", "http"]);

/** What whoever comes is told where there are viewers enough. */
export const TOO_MANY_VIEWERS = `There are ${MAX_WEB_SESSIONS} viewers already: close one`;

/** Answers those who want a stream, or one frame of it. */
export class StreamAnswers {
  readonly #players: WebPlayers;

  constructor(players: WebPlayers) {
    this.#players = players;
  }

  /** The first frame that comes: of a live source the newest, of a movie its first. */
  async snapshot(name: string): Promise<HttpResponse> {
    return await this.#answer(name, async (player) => {
      const frame = bytesResponse(await firstFrame(player), "image/jpeg");
      await this.#players.end(player);
      return frame;
    });
  }

  /** The stream from its first frame, or of a live source from the newest, up to its end. */
  async stream(name: string, { method, headers }: HttpRequest): Promise<HttpResponse> {
    return await this.#answer(name, async (player) => {
      await player.command("SETUP");
      if (method === "HEAD") await this.#players.end(player);
      return {
        status: 200,
        headers: { "content-type": `multipart/x-mixed-replace; boundary=${BOUNDARY}` },
        body: (gone) => this.#play(player, { gone, isForBrowser: headers.has("sec-fetch-dest") }),
      };
    });
  }

  async #answer(name: string, answer: (player: Player) => Promise<HttpResponse>): Promise<HttpResponse> {
    const player = this.#players.open(name);
    if (player === undefined) return textResponse(503, TOO_MANY_VIEWERS);
    try {
      return await deadline(answer(player), WEB_PATIENCE_MS);
    } catch (error) {
      await this.#players.end(player);
      return failureResponse(error, name);
    }
  }

  #play(player: Player, reader: { readonly gone: AbortSignal; readonly isForBrowser: boolean }) {
    reader.gone.addEventListener("abort", () => void this.#players.end(player));
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
    return multipartStream(player, { ...reader, over: over.signal });
  }
}

/** The first frame that comes to a player that has no session. */
async function firstFrame(player: Player): Promise<Uint8Array> {
  const first = Promise.withResolvers<Uint8Array>();
  player.subscribe({ frame: ({ data }) => first.resolve(data) });
  await player.command("SETUP");
  await player.command("PLAY");
  return await first.promise;
}

/** Why a stream cannot be had. */
export function failureResponse(error: unknown, name: string): HttpResponse {
  const reason = printable(error instanceof Error ? error.message : String(error));
  if (error instanceof RefusedError && error.status === 404) {
    return textResponse(404, `Nothing of the name ${printable(name)} is served; the server's log lists similar names`);
  }
  return textResponse(503, `${printable(name)} cannot be shown now: ${reason}`);
}
