/**
 * A WebSocket at the server's end (RFC 6455), over a connection that HTTP has handed over. It holds no more of what the page sends
 * than one short message, reads it no faster than a page needs, and tells how much waits for a page that does not read: the
 * platform's own has no limit for either.
 *
 * @module
 */

import { MAX_IGNORED_BYTES } from "../limits.ts";
import { writeAll } from "../../net/write_all.ts";
import { readSlowly } from "./byte_stream.ts";
import { hasToken, type HttpRequest } from "./request_reader.ts";
import { encodeHead, type HttpResponse, textResponse } from "./response.ts";
import {
  checkClosePayload,
  ClientFrameReader,
  type ClientMessage,
  decodeText,
  encodeClosePayload,
  encodeServerFrame,
  OPCODE,
  WebSocketError,
} from "./web_socket_frames.ts";

/** What a WebSocket tells. */
export interface WebSocketHandler {
  /** A whole message has come. */
  onMessage(data: string | Uint8Array): void;
  /** Either end closes: nothing more comes or goes. Called once. */
  onClosed(): void;
}

const VERSION = "13";
/** Joined to the client's key (RFC 6455, 1.3). */
const KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** What is wrong with an opening handshake (RFC 6455, 4.2.1); `undefined` where it is right. */
export function handshakeRefusal({ method, headers }: HttpRequest): HttpResponse | undefined {
  if (method !== "GET" || !hasToken(headers.get("upgrade"), "websocket")) {
    return textResponse(426, "This is for WebSockets", { upgrade: "websocket", connection: "upgrade" });
  }
  if (headers.get("sec-websocket-version") !== VERSION) {
    return textResponse(426, `WebSockets of version ${VERSION} are answered`, { "sec-websocket-version": VERSION });
  }
  const isKey = /^[A-Za-z\d+/]{22}==$/.test(headers.get("sec-websocket-key") ?? "");
  return isKey ? undefined : textResponse(400, "Sec-WebSocket-Key is not 16 bytes in base64");
}

/** The head of the response that opens a WebSocket (RFC 6455, 4.2.2). */
export async function encodeHandshake({ headers }: HttpRequest): Promise<Uint8Array> {
  const text = new TextEncoder().encode(headers.get("sec-websocket-key") + KEY_SUFFIX);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-1", text));
  return encodeHead(101, {
    upgrade: "websocket",
    connection: "Upgrade",
    "sec-websocket-accept": btoa(String.fromCharCode(...digest)),
  });
}

/** A WebSocket that is open from its construction until either end closes it. */
export class ServerWebSocket {
  readonly #conn: Deno.Conn;
  readonly #reader = new ClientFrameReader();
  #handler: WebSocketHandler | undefined;
  /** Frames that have not been written to their end. */
  readonly #waiting: Uint8Array[] = [];
  #bufferedBytes = 0;
  #written: Promise<void> = Promise.resolve();
  #isOpen = true;
  /** The page has closed, too: the connection may end. */
  #isClosedByPage = false;

  /** `conn` stays the caller's, who closes it when {@linkcode run} has resolved. */
  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /** Whether messages are sent and taken. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Bytes that wait for the page. */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  /** Messages that wait for the page. */
  get bufferedMessages(): number {
    return this.#waiting.length;
  }

  /** Sends a text. Does nothing once either end closes. */
  sendText(text: string): void {
    this.#write(OPCODE.text, new TextEncoder().encode(text));
  }

  /** Sends bytes, which come in parts, as one message. Does nothing once either end closes. */
  sendBytes(...parts: readonly Uint8Array[]): void {
    this.#write(OPCODE.binary, ...parts);
  }

  /** Tells the page that nothing more comes, and why (RFC 6455, 7.4). Resolves when that is written. */
  close(code: number, reason: string): Promise<void> {
    this.#write(OPCODE.close, encodeClosePayload(code, reason));
    this.#end();
    return this.#written;
  }

  /** Reads what the page sends until it closes, too, or the connection ends. */
  async run(handler: WebSocketHandler): Promise<void> {
    this.#handler = handler;
    let ignoredBytes = 0;
    try {
      for await (const bytes of readSlowly(this.#conn)) {
        this.#take(bytes);
        if (!this.#isOpen) ignoredBytes += bytes.length;
        if (this.#isClosedByPage || ignoredBytes > MAX_IGNORED_BYTES) break;
      }
    } finally {
      this.#end();
    }
    await this.#written;
  }

  #take(bytes: Uint8Array): void {
    try {
      for (const message of this.#reader.push(bytes)) this.#obey(message);
    } catch (error) {
      if (!(error instanceof WebSocketError)) throw error;
      this.close(error.code, error.message);
    }
  }

  #obey({ opcode, data }: ClientMessage): void {
    if (opcode === OPCODE.close) {
      this.#isClosedByPage = true;
      checkClosePayload(data);
      this.#write(OPCODE.close, data);
      this.#end();
    } else if (opcode === OPCODE.ping) {
      // Of many, only some need an answer (RFC 6455, 5.5.3); and nobody waits for those that cannot leave.
      if (this.#bufferedBytes === 0) this.#write(OPCODE.pong, data);
    } else if (this.#isOpen && opcode !== OPCODE.pong) {
      this.#handler?.onMessage(opcode === OPCODE.text ? decodeText(data) : data);
    }
  }

  #write(opcode: number, ...parts: readonly Uint8Array[]): void {
    if (!this.#isOpen) return;
    const frame = encodeServerFrame(opcode, ...parts);
    this.#bufferedBytes += frame.length;
    if (this.#waiting.push(frame) === 1) this.#written = this.#writeWaiting();
  }

  async #writeWaiting(): Promise<void> {
    try {
      for (let frame = this.#waiting[0]; frame !== undefined; frame = this.#waiting[0]) {
        await writeAll(this.#conn, frame);
        this.#bufferedBytes -= frame.length;
        this.#waiting.shift();
      }
    } catch {
      // The page has gone, as the reader of the connection will find.
      this.#waiting.length = this.#bufferedBytes = 0;
      this.#end();
    }
  }

  #end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#handler?.onClosed();
  }
}
