/**
 * The player page for everything that is served: each open page has a session of its own at this server's RTSP port, which ends with its
 * WebSocket.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Player } from "../../client/player.ts";
import { ASSETS, buildOf } from "../../page/assets.ts";
import { FrameSocket } from "../../page/socket/frame_socket.ts";
import type { WebSocketAnswer } from "../../page/http/http_connection.ts";
import { bytesResponse, type HttpResponse } from "../../page/http/response.ts";
import type { ServerWebSocket, WebSocketHandler } from "../../page/http/web_socket.ts";
import { TOO_MANY_VIEWERS } from "./stream_answers.ts";
import type { WebPlayers } from "./web_players.ts";

const log = getLogger(["mjpegrtsp", "http"]);

/** Why a WebSocket closes (RFC 6455, 7.4, as registered at IANA). */
const TRY_AGAIN_LATER = 1013;

/** Serves player pages. */
export class PlayerPages {
  readonly #players: WebPlayers;
  readonly #build = buildOf(ASSETS);

  constructor(players: WebPlayers) {
    this.#players = players;
  }

  /** The page itself, which is the same for all streams: it finds its WebSocket beside it. */
  page(): HttpResponse {
    const { text, type } = ASSETS["/"];
    return bytesResponse(text, type);
  }

  /** What a page of the stream of that name opens. */
  async socket(name: string): Promise<WebSocketAnswer> {
    const build = await this.#build;
    return { accept: (socket) => this.#accept(socket, { name, build }) };
  }

  #accept(
    socket: ServerWebSocket,
    { name, build }: { readonly name: string; readonly build: string },
  ): WebSocketHandler {
    const player = this.#players.open(name);
    if (player === undefined) {
      // A page can read why a WebSocket was closed, and not why it was never opened.
      socket.close(TRY_AGAIN_LATER, TOO_MANY_VIEWERS);
      return { onMessage() {}, onClosed() {} };
    }
    const onClosed = () => void this.#players.end(player);
    const viewer = new FrameSocket(socket, { playback: player, build, onClosed });
    this.#start(player, name);
    return viewer;
  }

  /** Plays from the beginning. What goes wrong, the page learns of the player. */
  async #start(player: Player, name: string): Promise<void> {
    try {
      await player.command("SETUP");
      await player.command("PLAY");
    } catch (error) {
      log.info("a page cannot show {name}: {reason}", { name, reason: String(error) });
    }
  }
}
