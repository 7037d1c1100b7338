/**
 * One client's TCP connection: bytes to requests, requests to replies. What a request does is the server's affair.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { hostAndPort } from "../../net/addresses.ts";
import type { Clock } from "../../net/clock.ts";
import { encodeLabReply, PLAIN_LINES } from "../../rtsp/lab_grammar.ts";
import type { Dialect, RtspReply, RtspRequest } from "../../rtsp/message.ts";
import { encodeRtspResponse } from "../../rtsp/rtsp_grammar.ts";
import type { StatusCode } from "../../rtsp/status.ts";
import { createRequestReader } from "../../rtsp/readers.ts";
import { MessageTooLargeError, type ReaderOutput } from "../../rtsp/message_reader.ts";
import {
  MAX_MALFORMED_REQUESTS,
  MAX_UNANSWERED_REQUESTS,
  MEDIA_BACKLOG_BYTES,
  REQUEST_TIMEOUT_MS,
  SETTLE_MS,
  WRITE_TIMEOUT_MS,
} from "../limits.ts";
import type { MediaWriter } from "./media_writer.ts";

const log = getLogger(["mjpegrtsp", "connection"]);

const READ_BYTES = 4096;

/** A request line of HTTP: a browser, or a player that asks for a tunnel. */
const HTTP_REQUEST = /^[A-Z]+ \S+ HTTP\/\d\.\d[ \t]*(?:\r?\n|$)/;

/** Constructor options of {@linkcode Connection}. */
export interface ConnectionOptions {
  /** The accepted connection, from now on this object's own. */
  readonly conn: Deno.TcpConn;
  /** Times out requests that do not end. */
  readonly clock: Clock;
  /** Does what a request asks for and says how to answer. Called for one request at a time, in order. */
  readonly respond: (request: RtspRequest) => Promise<RtspReply>;
  /** Takes an interleaved packet of the client; its bytes hold until it returns. */
  readonly onPacket?: (channel: number, data: Uint8Array) => void;
}

/** A connection that is open until one of the ends closes it. */
export class Connection implements MediaWriter {
  /** The client as the log names it: address and port. */
  readonly peer: string;
  readonly #options: ConnectionOptions;
  readonly #reader = createRequestReader();
  #cancelTimers: (() => void)[] = [];
  /** Replies are written in the order of their requests. */
  #lastReply: Promise<void> = Promise.resolve();
  #unansweredRequests = 0;
  /** Replies and frames are written one after the other, each of them whole. */
  #lastWrite: Promise<void> = Promise.resolve();
  #pendingWrites = 0;
  #cancelWriteTimeout: (() => void) | undefined;
  #mediaBacklogBytes = 0;
  #malformedInARow = 0;
  /** How the last request was written, and so how to answer. */
  #dialect: Dialect = "lab";
  #lineStyle = PLAIN_LINES;
  #heardMs: number;
  /** The client was gone when something was written to it. */
  #hasLeft = false;
  #isClosed = false;
  readonly #gone = new AbortController();

  /** Reads nothing before {@linkcode run}. */
  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#heardMs = options.clock.nowMs();
    this.peer = hostAndPort(options.conn.remoteAddr as Deno.NetAddr);
  }

  /** Reads and answers until the connection ends; resolves with why. */
  async run(): Promise<string> {
    const { conn } = this.#options;
    const bytes = new Uint8Array(READ_BYTES);
    let reason = "the client closed the connection";
    try {
      for (let count = await conn.read(bytes); count !== null; count = await conn.read(bytes)) {
        this.#heardMs = this.#options.clock.nowMs();
        const outputs = this.#reader.push(bytes.subarray(0, count));
        // What is pending now has begun behind what has come whole.
        if (outputs.length > 0) this.#clearTimers();
        this.#enqueue(outputs);
        if (this.#reader.failure !== undefined) throw this.#reader.failure;
        this.#watchPending();
        // Whoever asks without reading the answers waits.
        while (this.#unansweredRequests > MAX_UNANSWERED_REQUESTS) await this.#lastReply;
      }
    } catch (error) {
      if (error instanceof MessageTooLargeError && !this.#isClosed) {
        reason = `${error.message}: closed by the server`;
        this.#refuseLast(error.message);
      } else if (!this.#hasLeft && !hasLeft(error)) {
        reason = this.#isClosed ? "closed by the server" : error instanceof Error ? error.message : String(error);
      }
    }
    this.#gone.abort();
    this.#clearTimers();
    if (this.#pendingWrites > 0) this.#watchWriting();
    await this.#lastReply;
    this.close();
    return reason;
  }

  /** Answers `status` without having read anything, and closes. */
  async refuse(status: StatusCode): Promise<void> {
    try {
      await this.#write({ status, cseq: undefined, session: undefined });
    } catch (error) {
      this.#fail(error);
    }
    this.close();
  }

  /** Aborts when no more requests come: a reply that takes long is waited for by nobody. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /** When the client last sent something, on the clock in milliseconds. */
  get heardMs(): number {
    return this.#heardMs;
  }

  get isReady(): boolean {
    return !this.#isClosed && this.#mediaBacklogBytes < MEDIA_BACKLOG_BYTES;
  }

  writeMedia(bytes: Uint8Array): Promise<void> {
    this.#mediaBacklogBytes += bytes.length;
    const done = () => void (this.#mediaBacklogBytes -= bytes.length);
    return this.#writeAll(bytes).then(done, (error) => {
      done();
      this.#fail(error);
    });
  }

  /** Ends the connection at once. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#gone.abort();
    this.#clearTimers();
    this.#cancelWriteTimeout?.();
    this.#options.conn.close();
  }

  /** A request that has begun but not ended is taken for whole after a moment, or given up after a while. */
  #watchPending(): void {
    const { clock } = this.#options;
    if (!this.#reader.isPending) return this.#clearTimers();
    const isFirst = this.#cancelTimers.length === 0;
    if (isFirst) this.#cancelTimers.push(clock.after(REQUEST_TIMEOUT_MS, () => this.#timeOut()));
    if (!this.#reader.mayBeWhole) return;
    this.#cancelTimers.splice(1).forEach((cancel) => cancel());
    this.#cancelTimers.push(clock.after(SETTLE_MS, () => {
      this.#clearTimers();
      this.#enqueue(this.#reader.takePending());
    }));
  }

  #timeOut(): void {
    log.warn("{peer} sent half a request and nothing more for {seconds} s: closed", {
      peer: this.peer,
      seconds: REQUEST_TIMEOUT_MS / 1000,
    });
    this.#refuseLast("the request did not end");
    this.#lastReply.then(() => this.close());
  }

  #clearTimers(): void {
    for (const cancel of this.#cancelTimers.splice(0)) cancel();
  }

  #enqueue(outputs: readonly ReaderOutput<RtspRequest>[]): void {
    for (const output of outputs) {
      if (output.kind === "packet") {
        this.#options.onPacket?.(output.channel, output.data);
        continue;
      }
      this.#unansweredRequests++;
      this.#lastReply = this.#lastReply.then(() => this.#answer(output)).catch((error) => this.#fail(error))
        .then(() => void this.#unansweredRequests--);
    }
  }

  async #answer(output: Exclude<ReaderOutput<RtspRequest>, { kind: "packet" }>): Promise<void> {
    if (this.#isClosed) return;
    if (HTTP_REQUEST.test(output.text)) return await this.#answerHttp();
    if (output.kind === "malformed") return await this.#answerMalformed(output);
    this.#malformedInARow = 0;
    this.#dialect = output.message.dialect;
    this.#lineStyle = output.message.lineStyle;
    log.debug("{peer} > {text}", { peer: this.peer, text: output.text });
    await this.#write(await this.#respond(output.message));
  }

  /** What cannot be done for reasons of our own is answered 500, and the connection goes on. */
  async #respond(request: RtspRequest): Promise<RtspReply> {
    try {
      return await this.#options.respond(request);
    } catch (error) {
      log.error("{peer} sent {method} {uri}, which failed: {reason}", {
        peer: this.peer,
        method: request.method,
        uri: request.uri,
        reason: error instanceof Error ? error.message : String(error),
      });
      return { status: 500, cseq: request.cseq, session: undefined };
    }
  }

  async #answerMalformed({ error, text }: { readonly error: SyntaxError; readonly text: string }): Promise<void> {
    log.warn("{peer} sent what is no request: {reason}", { peer: this.peer, reason: error.message });
    if (looksLikeRtsp(text)) this.#dialect = "rtsp";
    await this.#write({
      status: 400,
      cseq: this.#dialect === "rtsp" ? findCseq(text) : undefined,
      session: undefined,
    });
    if (++this.#malformedInARow < MAX_MALFORMED_REQUESTS) return;
    log.warn("{peer} sent {count} malformed requests in a row: closed", {
      peer: this.peer,
      count: MAX_MALFORMED_REQUESTS,
    });
    this.close();
  }

  /** Browsers, and players that look for a tunnel, get an answer that they understand. */
  async #answerHttp(): Promise<void> {
    log.warn("{peer} speaks HTTP, which this server does not: closed", { peer: this.peer });
    const { hostname, port } = this.#options.conn.localAddr as Deno.NetAddr;
    const body = `This is an RTSP server. In a player, open rtsp://${hostAndPort({ hostname, port })}/FILE\n`;
    const head = ["Content-Type: text/plain", `Content-Length: ${body.length}`, "Connection: close"];
    await this.#writeAll(
      new TextEncoder().encode(["HTTP/1.1 501 Not Implemented", ...head, "", body].join("\r\n")),
    );
    this.close();
  }

  async #write(reply: RtspReply): Promise<void> {
    const text = this.#dialect === "rtsp" ? encodeRtspResponse(reply) : encodeLabReply(reply, this.#lineStyle);
    log.debug("{peer} < {text}", { peer: this.peer, text });
    this.#watchWriting();
    await this.#writeAll(new TextEncoder().encode(text));
  }

  /** Writes all bytes once what came before is written. */
  #writeAll(bytes: Uint8Array): Promise<void> {
    const isIdle = ++this.#pendingWrites === 1;
    if (!isIdle) this.#watchWriting();
    // Whoever writes learns what goes wrong; the next write fails by itself.
    const write = () => this.#writeNow(bytes);
    return this.#lastWrite = isIdle ? write() : this.#lastWrite.then(write, write);
  }

  async #writeNow(bytes: Uint8Array): Promise<void> {
    const { conn } = this.#options;
    try {
      for (let count = 0; count < bytes.length;) {
        count += await conn.write(count === 0 ? bytes : bytes.subarray(count));
        // The client has taken something.
        this.#cancelWriteTimeout?.();
        this.#cancelWriteTimeout = undefined;
        if (count < bytes.length || this.#pendingWrites > 1) this.#watchWriting();
      }
    } finally {
      this.#pendingWrites--;
    }
  }

  /** Something waits to be written: a client that takes nothing for long is given up. */
  #watchWriting(): void {
    if (this.#isClosed) return;
    this.#cancelWriteTimeout ??= this.#options.clock.after(WRITE_TIMEOUT_MS, () => {
      log.warn("{peer} has read nothing for {seconds} s: closed", {
        peer: this.peer,
        seconds: WRITE_TIMEOUT_MS / 1000,
      });
      this.close();
    });
  }

  /** Answers 400 after all else is answered. */
  #refuseLast(reason: string): void {
    log.warn("{peer} is refused: {reason}", { peer: this.peer, reason });
    this.#lastReply = this.#lastReply
      .then(() => this.#isClosed ? undefined : this.#write({ status: 400, cseq: undefined, session: undefined }))
      .catch((error) => this.#fail(error));
  }

  #fail(error: unknown): void {
    if (this.#isClosed) return;
    // Many clients close right behind their TEARDOWN, without waiting for the reply.
    this.#hasLeft ||= hasLeft(error);
    log[this.#hasLeft ? "debug" : "info"]("{peer} cannot be answered: {reason}", {
      peer: this.peer,
      reason: error instanceof Error ? error.message : String(error),
    });
    this.close();
  }
}

/** Whether an error says that the other end has closed the connection. */
function hasLeft(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted;
}

/** Whether a malformed request is one of the standards' all the same, and so to be answered like one. */
function looksLikeRtsp(text: string): boolean {
  return /^[^\r\n]*[ \t](?:rtsps?:\/\/|\*[ \t])/i.test(text);
}

function findCseq(text: string): number | undefined {
  const match = /^CSeq[ \t]*:[ \t]*(\d{1,10})[ \t]*$/im.exec(text.replaceAll("\r", ""));
  return match === null ? undefined : Number(match[1]);
}
