/**
 * One client's connection: reads requests and writes their replies, in order. What a request does is decided elsewhere.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import { encodeLabReply, PLAIN_LINES } from "../../rtsp/lab_grammar.ts";
import type { Dialect, RtspReply, RtspRequest } from "../../rtsp/message.ts";
import { MessageTooLargeError, type ReaderOutput } from "../../rtsp/message_reader.ts";
import { createRequestReader } from "../../rtsp/readers.ts";
import { encodeRtspResponse } from "../../rtsp/rtsp_grammar.ts";
import type { StatusCode } from "../../rtsp/status.ts";
import { MAX_MALFORMED_REQUESTS, MAX_UNANSWERED_REQUESTS, REQUEST_TIMEOUT_MS, WRITE_TIMEOUT_MS } from "../limits.ts";
import { encodeHttpAnswer, isHttpRequest } from "./http_answer.ts";
import { PendingRequest } from "./pending_request.ts";
import { type PacketWriter, WriteQueue } from "./write_queue.ts";

const log = getLogger(["mjpegrtsp", "connection"]);

const READ_BYTES = 4096;

/** Constructor options of {@linkcode Connection}. */
export interface ConnectionOptions {
  /** The accepted connection, from now on this object's own. */
  readonly conn: Deno.Conn;
  /** The client as the log names it: address and port. */
  readonly peer: string;
  /** The server's address as the client reached it. */
  readonly localAddress: { readonly hostname: string; readonly port: number };
  readonly clock: Clock;
  /** Carries out a request and returns the reply. Called for one request at a time, in order. */
  readonly respond: (request: RtspRequest) => Promise<RtspReply>;
  /** Takes an interleaved packet of the client. The bytes are valid until it returns. */
  readonly onPacket?: (channel: number, data: Uint8Array) => void;
}

/** A connection that is open until one of the ends closes it. */
export class Connection {
  readonly peer: string;
  readonly #options: ConnectionOptions;
  readonly #reader = createRequestReader();
  readonly #pending: PendingRequest;
  readonly #writes: WriteQueue;
  readonly #gone = new AbortController();
  /** Replies are written in the order of their requests. */
  #lastReply: Promise<void> = Promise.resolve();
  #unansweredRequests = 0;
  #malformedInARow = 0;
  /** Dialect and line style of the last request: replies have the same. */
  #dialect: Dialect = "lab";
  #lineStyle = PLAIN_LINES;
  #heardMs: number;
  /** A write has failed because the client had closed the connection. */
  #hasLeft = false;
  #isClosed = false;

  /** Reads nothing before {@linkcode run}. */
  constructor(options: ConnectionOptions) {
    const { conn, clock, peer } = this.#options = options;
    this.peer = peer;
    this.#heardMs = clock.nowMs();
    this.#pending = new PendingRequest({
      clock,
      onSettled: () => {
        this.#pending.reset();
        this.#take(this.#reader.takePending());
      },
      onTimeout: () => this.#timeOut(),
    });
    this.#writes = new WriteQueue({
      conn,
      clock,
      onStalled: () => this.#giveUp(),
      onError: (error) => this.#fail(error),
    });
  }

  /** Where interleaved packets are written. */
  get packets(): PacketWriter {
    return this.#writes;
  }

  /** When the client last sent something, in milliseconds of the clock. */
  get heardMs(): number {
    return this.#heardMs;
  }

  /** Aborts when no more requests can come: nobody waits for replies any more. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /** Reads and answers until the connection ends. Resolves with the reason. */
  async run(): Promise<string> {
    const reason = await this.#readAll();
    this.#gone.abort();
    this.#pending.reset();
    this.#writes.watchPending();
    await this.#lastReply;
    this.close();
    return reason;
  }

  /** Answers `status` without reading a request, and closes. */
  async refuse(status: StatusCode): Promise<void> {
    try {
      await this.#reply({ status, cseq: undefined, session: undefined });
    } catch (error) {
      this.#fail(error);
    }
    this.close();
  }

  /** Ends the connection at once. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#gone.abort();
    this.#pending.reset();
    this.#writes.close();
    this.#options.conn.close();
  }

  async #readAll(): Promise<string> {
    const { conn, clock } = this.#options;
    const bytes = new Uint8Array(READ_BYTES);
    try {
      for (let count = await conn.read(bytes); count !== null; count = await conn.read(bytes)) {
        this.#heardMs = clock.nowMs();
        const outputs = this.#reader.push(bytes.subarray(0, count));
        // Pending bytes start a new request; restart its timer.
        if (outputs.length > 0 || !this.#reader.isPending) this.#pending.reset();
        this.#take(outputs);
        if (this.#reader.failure !== undefined) throw this.#reader.failure;
        if (this.#reader.isPending) this.#pending.note(this.#reader);
        // A client that does not read its replies has to wait.
        while (this.#unansweredRequests > MAX_UNANSWERED_REQUESTS) await this.#lastReply;
      }
    } catch (error) {
      if (error instanceof MessageTooLargeError && !this.#isClosed) {
        this.#refuseLast(error.message);
        return `${error.message}: closed by the server`;
      }
      if (!this.#hasLeft && !hasLeft(error)) return this.#isClosed ? "closed by the server" : messageOf(error);
    }
    return "the client closed the connection";
  }

  #take(outputs: readonly ReaderOutput<RtspRequest>[]): void {
    let labText: string | undefined;
    for (const output of outputs) {
      if (output.kind === "packet") {
        this.#options.onPacket?.(output.channel, output.data);
        continue;
      }
      // A student's client sends each request twice in one segment and reads one reply to the two.
      const isRepeated = output.text === labText;
      labText = output.kind === "message" && output.message.dialect !== "rtsp" ? output.text : undefined;
      if (isRepeated) continue;
      this.#unansweredRequests++;
      this.#lastReply = this.#lastReply.then(() => this.#answer(output)).catch((error) => this.#fail(error))
        .then(() => void this.#unansweredRequests--);
    }
  }

  async #answer(output: Exclude<ReaderOutput<RtspRequest>, { kind: "packet" }>): Promise<void> {
    if (this.#isClosed) return;
    if (isHttpRequest(output.text)) return await this.#answerHttp();
    if (output.kind === "malformed") return await this.#answerMalformed(output);
    this.#malformedInARow = 0;
    this.#dialect = output.message.dialect;
    this.#lineStyle = output.message.lineStyle;
    log.debug("{peer} > {text}", { peer: this.peer, text: output.text });
    await this.#reply(await this.#respond(output.message));
  }

  /** If carrying out a request fails, the reply is 500 and the connection stays open. */
  async #respond(request: RtspRequest): Promise<RtspReply> {
    try {
      return await this.#options.respond(request);
    } catch (error) {
      log.error("{peer} sent {method} {uri}, which failed: {reason}", {
        peer: this.peer,
        method: request.method,
        uri: request.uri,
        reason: messageOf(error),
      });
      return { status: 500, cseq: request.cseq, session: undefined };
    }
  }

  async #answerMalformed({ error, text }: { readonly error: SyntaxError; readonly text: string }): Promise<void> {
    log.warn("{peer} sent a malformed request: {reason}", { peer: this.peer, reason: error.message });
    if (looksLikeRtsp(text)) this.#dialect = "rtsp";
    await this.#reply({
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

  async #answerHttp(): Promise<void> {
    log.warn("{peer} sent an HTTP request to the RTSP port: closed", { peer: this.peer });
    await this.#writes.write(encodeHttpAnswer(this.#options.localAddress));
    this.close();
  }

  async #reply(reply: RtspReply): Promise<void> {
    const text = this.#dialect === "rtsp" ? encodeRtspResponse(reply) : encodeLabReply(reply, this.#lineStyle);
    log.debug("{peer} < {text}", { peer: this.peer, text });
    const written = this.#writes.write(new TextEncoder().encode(text));
    this.#writes.watchPending();
    await written;
  }

  #timeOut(): void {
    log.warn("{peer} sent half a request and nothing more for {seconds} s: closed", {
      peer: this.peer,
      seconds: REQUEST_TIMEOUT_MS / 1000,
    });
    this.#refuseLast("the request did not end");
    this.#lastReply.then(() => this.close());
  }

  /** Answers 400 once the requests before are answered. */
  #refuseLast(reason: string): void {
    log.warn("{peer} is refused: {reason}", { peer: this.peer, reason });
    this.#lastReply = this.#lastReply
      .then(() => this.#isClosed ? undefined : this.#reply({ status: 400, cseq: undefined, session: undefined }))
      .catch((error) => this.#fail(error));
  }

  #giveUp(): void {
    log.warn("{peer} has read nothing for {seconds} s: closed", { peer: this.peer, seconds: WRITE_TIMEOUT_MS / 1000 });
    this.close();
  }

  #fail(error: unknown): void {
    if (this.#isClosed) return;
    // Many clients close right after their TEARDOWN, without waiting for the reply.
    this.#hasLeft ||= hasLeft(error);
    log[this.#hasLeft ? "debug" : "info"]("{peer} cannot be answered: {reason}", {
      peer: this.peer,
      reason: messageOf(error),
    });
    this.close();
  }
}

/** Whether an error says that the client has closed the connection. */
function hasLeft(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted;
}

/** Whether a malformed request is meant as RTSP/1.0; the reply is then RTSP/1.0, too. */
function looksLikeRtsp(text: string): boolean {
  return /^[^\r\n]*[ \t](?:rtsps?:\/\/|\*[ \t])/i.test(text);
}

function findCseq(text: string): number | undefined {
  const match = /^CSeq[ \t]*:[ \t]*(\d{1,10})[ \t]*$/im.exec(text.replaceAll("\r", ""));
  return match === null ? undefined : Number(match[1]);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
