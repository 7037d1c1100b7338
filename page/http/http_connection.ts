/**
 * One connection to the page's server: reads requests and answers them, one after the other, or becomes a stream or a WebSocket.
 * What a request gets is decided elsewhere.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { concat } from "@std/bytes";
import { MAX_IGNORED_BYTES } from "../limits.ts";
import { writeAll } from "../../net/write_all.ts";
import { readSlowly } from "./byte_stream.ts";
import { type HttpRequest, RequestError, RequestReader } from "./request_reader.ts";
import { type BodyStream, encodeResponseHead, type HttpResponse, textResponse } from "./response.ts";
import { encodeHandshake, handshakeRefusal, ServerWebSocket, type WebSocketHandler } from "./web_socket.ts";

const log = getLogger(["mjpegrtsp", "page"]);

const READ_BYTES = 4096;
const GONE = "a connection to the page ended: {reason}";

/** The answer to a request for a WebSocket. */
export interface WebSocketAnswer {
  /** Takes the open socket. */
  readonly accept: (socket: ServerWebSocket) => WebSocketHandler;
}

/** Decides what a request gets that comes from an IP address. */
export type Answer = (
  request: HttpRequest,
  hostname: string,
) => HttpResponse | WebSocketAnswer | Promise<HttpResponse | WebSocketAnswer>;

/** A connection until either end closes it. */
export class HttpConnection {
  readonly #conn: Deno.TcpConn;
  readonly #answer: Answer;
  readonly #reader = new RequestReader();
  #socket: ServerWebSocket | undefined;
  #isStream = false;
  #isClosed = false;

  constructor(conn: Deno.TcpConn, answer: Answer) {
    this.#conn = conn;
    this.#answer = answer;
  }

  /** Whether somebody watches over it: a stream, or an open WebSocket. */
  get isWatched(): boolean {
    return this.#isStream || this.#socket?.isOpen === true;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Resolves when the connection is closed. Never rejects. */
  async run(): Promise<void> {
    const bytes = new Uint8Array(READ_BYTES);
    try {
      this.#conn.setNoDelay(true);
      for (let count = await this.#conn.read(bytes); count !== null; count = await this.#conn.read(bytes)) {
        for (const request of this.#reader.push(bytes.subarray(0, count))) {
          if (!await this.#respond(request)) return;
        }
      }
    } catch (error) {
      if (!(error instanceof RequestError)) return log.debug(GONE, { reason: String(error) });
      await this.#write({ method: "GET", isPersistent: false }, textResponse(error.status, error.message))
        .catch((error) => log.debug(GONE, { reason: String(error) }));
    } finally {
      this.close();
    }
  }

  /** Tells the page of a WebSocket that the player ends. Resolves when that is written. */
  async sayGoodbye(reason: string): Promise<void> {
    await this.#socket?.close(1001, reason);
  }

  /** Ends the connection at once. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#conn.close();
  }

  /** Answers a request; returns whether another may follow. */
  async #respond(request: HttpRequest): Promise<boolean> {
    const answer = await this.#decide(request);
    if (!("accept" in answer)) return await this.#write(request, answer);
    const refusal = handshakeRefusal(request);
    if (refusal !== undefined) return await this.#write(request, refusal);
    await writeAll(this.#conn, await encodeHandshake(request));
    this.#socket = new ServerWebSocket(this.#conn);
    await this.#socket.run(answer.accept(this.#socket));
    return false;
  }

  async #decide(request: HttpRequest): Promise<HttpResponse | WebSocketAnswer> {
    try {
      return await this.#answer(request, this.#conn.remoteAddr.hostname);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.error("the page cannot answer {method} {path}: {reason}", { ...request, reason });
      return textResponse(500, `The page failed: ${reason}`);
    }
  }

  /** Writes a response; returns whether another request may follow. */
  async #write(
    { method, isPersistent }: Pick<HttpRequest, "method" | "isPersistent">,
    response: HttpResponse,
  ): Promise<boolean> {
    const head = encodeResponseHead(response, { isPersistent });
    const { body } = response;
    const isWhole = body instanceof Uint8Array;
    if (method === "HEAD") await writeAll(this.#conn, head);
    else if (isWhole) await writeAll(this.#conn, concat([head, body]));
    else await this.#stream(head, body);
    if (isPersistent && isWhole) return true;
    if (isWhole) await this.#linger();
    return false;
  }

  /** Writes a body without an end until the reader goes. What it sends meanwhile is ignored. */
  async #stream(head: Uint8Array, body: BodyStream): Promise<void> {
    const gone = new AbortController();
    const parts = body(gone.signal);
    this.#isStream = true;
    const ended = this.#ignoreInput(Infinity).catch(() => {/* as if it had closed */}).finally(() => this.close());
    ended.then(() => gone.abort());
    try {
      await writeAll(this.#conn, head);
      for await (const part of parts) await writeAll(this.#conn, part);
    } finally {
      this.close();
      await ended;
      this.#isStream = false;
    }
  }

  /** Closes when the client has; it may still be sending, and a reset would take the response from it (RFC 9112, 9.6). */
  async #linger(): Promise<void> {
    await this.#conn.closeWrite();
    await this.#ignoreInput(MAX_IGNORED_BYTES);
  }

  async #ignoreInput(maxBytes: number): Promise<void> {
    let count = 0;
    for await (const bytes of readSlowly(this.#conn)) {
      count += bytes.length;
      if (count > maxBytes) return;
    }
  }
}
