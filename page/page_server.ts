/**
 * The local page: an HTTP server on the loopback address that shows what a player plays, and takes commands from its buttons.
 *
 * @module
 */

import { encodeHex } from "@std/encoding/hex";
import { MAX_VIEWERS } from "./limits.ts";
import type { Playback } from "./playback.ts";
import { FrameSocket } from "./frame_socket.ts";
import page from "./index.html" with { type: "text" };
import { BOUNDARY, multipartStream } from "./multipart_stream.ts";
import style from "./page.css" with { type: "text" };
import script from "./page.js" with { type: "text" };
import { refusalReason } from "./same_site.ts";

const HOSTNAME = "127.0.0.1";
const DEFAULT_PORT = 8025;
const PORT_TRIES = 50;
const MAX_PORT = 65_535;

const ASSETS: Readonly<Record<string, { readonly type: string; readonly text: string }>> = {
  "/": { type: "text/html; charset=utf-8", text: page },
  "/page.css": { type: "text/css; charset=utf-8", text: style },
  "/page.js": { type: "text/javascript; charset=utf-8", text: script },
};

const SECURITY_HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; " +
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** How to start the page. */
export interface PreviewOptions {
  /** TCP port; default 8025 or the next free one. */
  readonly port?: number;
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
  const build = await hash(page + style + script);
  const server = new PageServer(playback, build);
  return server.start(options.port);
}

class PageServer {
  readonly #playback: Playback;
  readonly #build: string;
  readonly #sockets = new Set<FrameSocket>();
  readonly #stop = new AbortController();
  #streams = 0;
  #port = 0;

  constructor(playback: Playback, build: string) {
    this.#playback = playback;
    this.#build = build;
  }

  start(port: number | undefined): Preview {
    const http = this.#listen(port);
    this.#port = http.addr.port;
    return {
      url: `http://${HOSTNAME}:${this.#port}/`,
      port: this.#port,
      shutdown: async () => {
        for (const socket of this.#sockets) socket.close();
        this.#stop.abort();
        await http.finished;
      },
    };
  }

  #listen(wanted: number | undefined): Deno.HttpServer<Deno.NetAddr> {
    const first = wanted ?? DEFAULT_PORT;
    const last = Math.min(first + PORT_TRIES - 1, MAX_PORT);
    for (let port = first; port <= last; port++) {
      try {
        return Deno.serve({
          hostname: HOSTNAME,
          port,
          signal: this.#stop.signal,
          onListen() {},
          onError: (error) => text(500, `The page failed: ${error instanceof Error ? error.message : error}`),
        }, (request) => this.#answer(request));
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

  #answer(request: Request): Response {
    const reason = refusalReason(request.headers, this.#port);
    if (reason !== undefined) return text(403, `Refused: ${reason}`);
    if (request.method !== "GET" && request.method !== "HEAD") return text(405, "Only GET and HEAD are answered");
    const { pathname } = new URL(request.url);
    const asset = Object.hasOwn(ASSETS, pathname) ? ASSETS[pathname] : undefined;
    if (asset !== undefined) return respond(200, asset.text, asset.type);
    switch (pathname) {
      case "/ws":
        return this.#openSocket(request);
      case "/stream.mjpeg":
        return this.#stream(request);
      case "/snapshot.jpg":
        return this.#snapshot();
      case "/stats.json":
        return respond(200, JSON.stringify(this.#statistics()), "application/json");
      default:
        return text(404, `There is nothing at ${pathname}; try /, /stream.mjpeg, /snapshot.jpg or /stats.json`);
    }
  }

  #openSocket(request: Request): Response {
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") return text(426, "This is for WebSockets");
    if (this.#viewers >= MAX_VIEWERS) return text(503, `There are ${MAX_VIEWERS} viewers already: close a page`);
    const { socket, response } = Deno.upgradeWebSocket(request);
    const viewer = new FrameSocket(socket, {
      playback: this.#playback,
      build: this.#build,
      onClosed: () => this.#sockets.delete(viewer),
    });
    this.#sockets.add(viewer);
    return response;
  }

  #stream(request: Request): Response {
    if (this.#viewers >= MAX_VIEWERS) return text(503, `There are ${MAX_VIEWERS} viewers already: close a page`);
    const type = `multipart/x-mixed-replace; boundary=${BOUNDARY}`;
    if (request.method === "HEAD") return respond(200, null, type);
    this.#streams++;
    return respond(200, multipartStream(this.#playback, () => this.#streams--), type);
  }

  #snapshot(): Response {
    const frame = this.#playback.latestFrame;
    if (frame === undefined) return text(503, "There is no frame yet");
    return respond(200, frame.data.slice(), "image/jpeg");
  }

  #statistics(): Record<string, unknown> {
    const { title, server, status } = this.#playback;
    const droppedFrames = [...this.#sockets].reduce((sum, socket) => sum + socket.droppedFrames, 0);
    return { title, server, ...status, ...this.#playback.statistics(), viewers: this.#viewers, droppedFrames };
  }

  get #viewers(): number {
    return this.#sockets.size + this.#streams;
  }
}

function text(status: number, sentence: string): Response {
  return respond(status, sentence + "\n", "text/plain; charset=utf-8");
}

function respond(status: number, body: BodyInit | null, type: string): Response {
  return new Response(body, { status, headers: { ...SECURITY_HEADERS, "content-type": type } });
}

async function hash(source: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(source));
  return encodeHex(digest.slice(0, 8));
}
