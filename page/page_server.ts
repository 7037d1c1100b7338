/**
 * The local page: an HTTP server on the loopback address that shows what a player plays, and takes commands from its buttons.
 *
 * @module
 */

import { printable } from "../net/printable.ts";
import { ASSETS, buildOf } from "./assets.ts";
import { MAX_VIEWERS } from "./limits.ts";
import type { Playback } from "./playback.ts";
import type { Playlist } from "./playlist.ts";
import { FrameSocket } from "./socket/frame_socket.ts";
import type { WebSocketAnswer } from "./http/http_connection.ts";
import { HttpServer } from "./http/http_server.ts";
import type { HttpRequest } from "./http/request_reader.ts";
import { bytesResponse, type HttpResponse, jsonResponse, textResponse } from "./http/response.ts";
import type { ServerWebSocket, WebSocketHandler } from "./http/web_socket.ts";
import { BOUNDARY, multipartStream } from "./multipart_stream.ts";
import { judgeRequest } from "./same_site.ts";
import { SECURITY_HEADERS } from "./security_headers.ts";

const HOSTNAME = "127.0.0.1";
const DEFAULT_PORT = 8025;
const PORT_TRIES = 50;
const MAX_PORT = 65_535;

/** Why a WebSocket closes (RFC 6455, 7.4, as registered at IANA). */
const TRY_AGAIN_LATER = 1013;
const TOO_MANY_VIEWERS = `There are ${MAX_VIEWERS} viewers already: close a page`;

/** What pages of allowed origins may have. */
const SHARED_PATHS = ["/stream.mjpeg", "/snapshot.jpg", "/stats.json"];

/** Pictures of the streams of the playlist, by their index. */
const THUMBNAIL_PATH = /^\/thumbnails\/(\d{1,6})\.jpg$/;

/** How to start the page. */
export interface PreviewOptions {
  /** TCP port; default 8025 or the next free one. */
  readonly port?: number;
  /** Origins whose pages may show the video; default none. */
  readonly allowedOrigins?: readonly string[];
  /** The streams of which one is played; left out where there is one. */
  readonly playlist?: Playlist;
}

/** A page that is being served. */
export interface Preview {
  /** The link to open. */
  readonly url: string;
  readonly port: number;
  /** Closes the connections of all pages, and the server. */
  shutdown(): Promise<void>;
}

/** Serves the page for `playback`. Rejects with an error that names a free port where `port` is taken. */
export async function startPreview(playback: Playback, options: PreviewOptions = {}): Promise<Preview> {
  const { allowedOrigins = [], playlist } = options;
  return new PageServer(playback, { build: await buildOf(ASSETS), allowedOrigins, playlist }).start(options.port);
}

class PageServer {
  readonly #playback: Playback;
  readonly #playlist: Playlist | undefined;
  readonly #build: string;
  readonly #allowedOrigins: readonly string[];
  readonly #sockets = new Set<FrameSocket>();
  #streams = 0;
  #port = 0;

  constructor(playback: Playback, { build, allowedOrigins, playlist }: {
    readonly build: string;
    readonly allowedOrigins: readonly string[];
    readonly playlist: Playlist | undefined;
  }) {
    this.#playback = playback;
    this.#playlist = playlist;
    this.#build = build;
    this.#allowedOrigins = allowedOrigins;
  }

  start(port: number | undefined): Preview {
    const http = this.#listen(port);
    this.#port = http.port;
    http.start();
    return {
      url: `http://${HOSTNAME}:${http.port}/`,
      port: http.port,
      shutdown: () => http.close("the player has ended"),
    };
  }

  #listen(wanted: number | undefined): HttpServer {
    const first = wanted ?? DEFAULT_PORT;
    const last = Math.min(first + PORT_TRIES - 1, MAX_PORT);
    for (let port = first; port <= last; port++) {
      try {
        return new HttpServer({ hostname: HOSTNAME, port, answer: (request) => this.#answer(request) });
      } catch (error) {
        if (error instanceof Deno.errors.PermissionDenied) {
          throw new Error(`Port ${port} for the page is not allowed; leave --preview-port out for one that is`);
        }
        if (!(error instanceof Deno.errors.AddrInUse)) throw error;
        if (wanted !== undefined) {
          throw new Error(
            `Port ${port} for the page is in use by another program; leave --preview-port out for a free one`,
          );
        }
      }
    }
    throw new Error(
      `No port from ${first} to ${last} is free for the page; name one: --preview-port`,
    );
  }

  async #answer(request: HttpRequest): Promise<HttpResponse | WebSocketAnswer> {
    const policy = { port: this.#port, allowedOrigins: this.#allowedOrigins, sharedPaths: SHARED_PATHS };
    const verdict = judgeRequest(request, policy);
    const isRefused = "refusal" in verdict;
    const answer = isRefused ? textResponse(403, `Refused: ${printable(verdict.refusal)}`) : await this.#find(request);
    if ("accept" in answer) return answer;
    return { ...answer, headers: { ...SECURITY_HEADERS, ...(isRefused ? {} : verdict.headers), ...answer.headers } };
  }

  async #find({ method, path, headers }: HttpRequest): Promise<HttpResponse | WebSocketAnswer> {
    if (method !== "GET" && method !== "HEAD") {
      return textResponse(405, "Only GET and HEAD are answered", { allow: "GET, HEAD" });
    }
    const asset = Object.hasOwn(ASSETS, path) ? ASSETS[path] : undefined;
    if (asset !== undefined) return bytesResponse(asset.text, asset.type);
    const thumbnail = THUMBNAIL_PATH.exec(path);
    if (thumbnail !== null) return await this.#thumbnail(Number(thumbnail[1]));
    switch (path) {
      case "/ws":
        return { accept: (socket) => this.#accept(socket) };
      case "/stream.mjpeg":
        return this.#stream(headers);
      case "/snapshot.jpg":
        return this.#snapshot();
      case "/recent.pcapng":
        return this.#capture();
      case "/stats.json":
        return jsonResponse(this.#statistics());
      default:
        return textResponse(
          404,
          `There is nothing at ${printable(path)}; try /, /stream.mjpeg, /snapshot.jpg or /stats.json`,
        );
    }
  }

  #accept(socket: ServerWebSocket): WebSocketHandler {
    if (this.#isFull) {
      // A page can read why a WebSocket was closed, and not why it was never opened.
      socket.close(TRY_AGAIN_LATER, TOO_MANY_VIEWERS);
      return { onMessage() {}, onClosed() {} };
    }
    const viewer = new FrameSocket(socket, {
      playback: this.#playback,
      playlist: this.#playlist,
      build: this.#build,
      onClosed: () => this.#sockets.delete(viewer),
    });
    this.#sockets.add(viewer);
    return viewer;
  }

  #stream(headers: Headers): HttpResponse {
    if (this.#isFull) return textResponse(503, TOO_MANY_VIEWERS);
    return {
      status: 200,
      headers: { "content-type": `multipart/x-mixed-replace; boundary=${BOUNDARY}` },
      body: (gone) => {
        this.#streams++;
        gone.addEventListener("abort", () => this.#streams--);
        return multipartStream(this.#playback, { gone, isForBrowser: headers.has("sec-fetch-dest") });
      },
    };
  }

  #snapshot(): HttpResponse {
    const frame = this.#playback.latestFrame;
    return frame === undefined ? textResponse(503, "There is no frame yet") : bytesResponse(frame.data, "image/jpeg");
  }

  async #thumbnail(index: number): Promise<HttpResponse> {
    const jpeg = await this.#playlist?.thumbnail(index);
    return jpeg === undefined
      ? textResponse(404, "There is no picture of that stream")
      : bytesResponse(jpeg, "image/jpeg");
  }

  #capture(): HttpResponse {
    const file = this.#playback.recentCapture?.();
    if (file === undefined) return textResponse(404, "Nothing is captured of this stream");
    return bytesResponse(file, "application/x-pcapng");
  }

  #statistics(): Record<string, unknown> {
    const { title, server, status } = this.#playback;
    const droppedFrames = [...this.#sockets].reduce((sum, socket) => sum + socket.droppedFrames, 0);
    return { title, server, ...status, ...this.#playback.statistics(), viewers: this.#viewers, droppedFrames };
  }

  get #viewers(): number {
    return this.#sockets.size + this.#streams;
  }

  get #isFull(): boolean {
    return this.#viewers >= MAX_VIEWERS;
  }
}
