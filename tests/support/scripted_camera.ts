/**
 * A camera that says what a test tells it to, over real connections: for the oddities that no server at hand has.
 *
 * @module
 */

import type { RtspRequest } from "../../rtsp/message.ts";
import { createRequestReader } from "../../rtsp/readers.ts";

/** How a camera answers: header lines behind the status line and CSeq, and what follows the blank line. */
export interface Answer {
  readonly status?: string;
  readonly lines?: readonly string[];
  readonly body?: string;
  /** The whole text instead of the above. */
  readonly text?: string;
  /** Sent in front of the answer in the same write. */
  readonly before?: Uint8Array;
  /** Sent behind the answer in the same write. */
  readonly then?: Uint8Array;
}

/** Answers by method; the rest is that of {@linkcode PLAIN}. `undefined` says nothing. */
export type Answers = Readonly<Record<string, Answer | ((request: RtspRequest) => Answer | undefined)>>;

/** What a camera of the plain kind says. */
export const PLAIN: Readonly<Record<string, Answer>> = {
  OPTIONS: { lines: ["Public: OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER"] },
  DESCRIBE: {
    lines: ["Content-Type: application/sdp", "Content-Base: rtsp://camera/stream/"],
    body: sdp("m=video 0 RTP/AVP 26", "a=control:track1"),
  },
  SETUP: { lines: ["Session: 12345678;timeout=40", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"] },
};

/** A description with these media lines. */
export function sdp(...lines: string[]): string {
  return ["v=0", "o=- 1 1 IN IP4 10.0.0.9", "s=Media Presentation", "t=0 0", ...lines, ""].join("\r\n");
}

/** How the camera sends its answers. */
export interface CameraOptions {
  /** Leave Content-Length out. */
  readonly withoutLength?: boolean;
  /** Segments that an answer is sent in. */
  readonly pieces?: number;
  /** Port to listen on; default any. */
  readonly port?: number;
}

/** Listens until it is disposed of. */
export class ScriptedCamera implements AsyncDisposable {
  readonly port: number;
  readonly requests: RtspRequest[] = [];
  /** Interleaved packets of the client's. */
  readonly packets: { readonly channel: number; readonly data: Uint8Array }[] = [];
  /** What the client sent that is no request: its answers to requests of ours. */
  readonly replies: string[] = [];
  readonly #answers: Answers;
  readonly #options: CameraOptions;
  readonly #listener: Deno.TcpListener;
  readonly #conns: Deno.TcpConn[] = [];
  readonly #serving: Promise<unknown>;

  constructor(answers: Answers = {}, options: CameraOptions = {}) {
    this.#answers = answers;
    this.#options = options;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: options.port ?? 0 });
    this.port = this.#listener.addr.port;
    this.#serving = this.#serve();
  }

  /** What was asked for, as "METHOD url", the camera's own address being "camera". */
  get asked(): string[] {
    return this.requests.map(({ method, uri }) => `${method} ${uri.replace(`127.0.0.1:${this.port}`, "camera")}`);
  }

  /** The methods that were asked for. */
  get methods(): string[] {
    return this.requests.map(({ method }) => method);
  }

  /** Connections that are open, as far as the camera knows. */
  openConnections = 0;

  /** Sends an interleaved packet on the newest connection. */
  async send(channel: number, data: Uint8Array): Promise<void> {
    await write(this.#conns.at(-1)!, interleaved(channel, data));
  }

  /** Sends any bytes on the newest connection. */
  async sendBytes(bytes: Uint8Array): Promise<void> {
    await write(this.#conns.at(-1)!, bytes);
  }

  /** Sends any text on the newest connection. */
  async say(...lines: string[]): Promise<void> {
    await write(this.#conns.at(-1)!, new TextEncoder().encode(lines.join("\r\n")));
  }

  /** Closes the newest connection. */
  hangUp(): void {
    this.#conns.pop()?.close();
    this.openConnections--;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const conn of this.#conns) conn.close();
    await this.#serving;
  }

  async #serve(): Promise<void> {
    const dialogues: Promise<void>[] = [];
    for await (const conn of this.#listener) {
      this.#conns.push(conn);
      this.openConnections++;
      dialogues.push(this.#listen(conn));
    }
    await Promise.all(dialogues);
  }

  async #listen(conn: Deno.TcpConn): Promise<void> {
    const reader = createRequestReader();
    const buffer = new Uint8Array(4096);
    try {
      for (let count = await conn.read(buffer); count !== null; count = await conn.read(buffer)) {
        for (const output of reader.push(buffer.subarray(0, count))) {
          if (output.kind === "message") await this.#answer(conn, output.message);
          else if (output.kind === "packet") this.packets.push({ channel: output.channel, data: output.data.slice() });
          else this.replies.push(output.text);
        }
      }
    } catch (error) {
      // One of the two has closed the connection.
      const isEnd = error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted ||
        error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset;
      if (!isEnd) throw error;
    }
    if (this.#conns.includes(conn)) this.openConnections--;
  }

  async #answer(conn: Deno.TcpConn, request: RtspRequest): Promise<void> {
    this.requests.push(request);
    const own = this.#answers[request.method];
    const answer = own === undefined ? PLAIN[request.method] ?? {} : typeof own === "function" ? own(request) : own;
    if (answer === undefined) return;
    const { status = "200 OK", lines = [], body = "", before = [], then = [] } = answer;
    const length = body === "" || this.#options.withoutLength ? [] : [`Content-Length: ${body.length}`];
    const text = answer.text ??
      [`RTSP/1.0 ${status}`, `CSeq: ${request.cseq}`, ...lines, ...length, "", body].join("\r\n");
    const bytes = Uint8Array.of(...before, ...new TextEncoder().encode(text), ...then);
    const step = Math.ceil(bytes.length / (this.#options.pieces ?? 1));
    for (let start = 0; start < bytes.length; start += step) {
      await write(conn, bytes.subarray(start, start + step));
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }
}

/** A packet between messages (RFC 2326, 10.12). */
export function interleaved(channel: number, data: Uint8Array): Uint8Array {
  return Uint8Array.of(0x24, channel, data.length >> 8, data.length & 0xff, ...data);
}

async function write(conn: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let count = 0; count < bytes.length;) count += await conn.write(bytes.subarray(count));
}
