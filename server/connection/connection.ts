/**
 * One client's connection: reads requests and writes their replies, in order. What a request does is decided elsewhere.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import { INTERLEAVED_HEADER_BYTES } from "../../net/interleaved.ts";
import { isOfPeerThatLeft, isOutOfDescriptors } from "../../net/socket_errors.ts";
import type { RtspReply, RtspRequest } from "../../rtsp/message.ts";
import { type ReaderOutput, UnreadableMessageError } from "../../rtsp/reading/message_reader.ts";
import { createRequestReader } from "../../rtsp/readers.ts";
import { withoutSecrets } from "../../rtsp/fields/secrets.ts";
import type { StatusCode } from "../../rtsp/status.ts";
import {
  HALF_CLOSED_MS,
  MAX_MALFORMED_REQUESTS,
  MAX_UNANSWERED_REQUESTS,
  REFUSAL_TIMEOUT_MS,
  REQUEST_TIMEOUT_MS,
  UNREAD_TIMEOUT_MS,
  WRITE_TIMEOUT_MS,
} from "../limits.ts";
import { encodeHttpAnswer, isHttpRequest } from "./http_answer.ts";
import { PendingRequest } from "./pending_request.ts";
import { ReadAhead } from "./read_ahead.ts";
import { ReadShare, ReadTurns } from "./read_turns.ts";
import { ReplyStyle } from "./reply_style.ts";
import { RubbishMeter } from "./rubbish_meter.ts";
import { type PacketWriter, WriteQueue } from "./write_queue.ts";

const log = getLogger(["mjpegrtsp", "connection"]);

const NO_MORE_FILES = "the system lets this program open no more files (ulimit -n sets the limit)";
const STUCK = `waits for more than ${MAX_UNANSWERED_REQUESTS} replies and has sent on for ${
  UNREAD_TIMEOUT_MS / 1000
} s`;
const CLOSED_BY_SERVER = "closed by the server";

/** Constructor options of {@linkcode Connection}. */
export interface ConnectionOptions {
  /** The accepted connection, from now on this object's own. */
  readonly conn: Pick<Deno.Conn, "read" | "write" | "closeWrite" | "close">;
  /** The client as the log names it: address and port. */
  readonly peer: string;
  /** The server's address as the client reached it. */
  readonly localAddress: { readonly hostname: string; readonly port: number };
  readonly clock: Clock;
  /** Carries out a request and returns the reply. Called for one request at a time, in order. */
  readonly respond: (request: RtspRequest) => Promise<RtspReply>;
  /** Takes an interleaved packet of the client, and tells whether it was of use. The bytes are valid until it returns. */
  readonly onPacket?: (channel: number, data: Uint8Array) => boolean;
  /** Shared by all connections of a server, so that each of them is read; default: turns of its own. */
  readonly turns?: ReadTurns;
}

/** A message that has come, or text that is none. */
type Received = Exclude<ReaderOutput<RtspRequest>, { kind: "packet" }>;

/** A connection that is open until one of the ends closes it. */
export class Connection {
  readonly peer: string;
  readonly #options: ConnectionOptions;
  readonly #input: ReadAhead;
  readonly #reader = createRequestReader();
  readonly #pending: PendingRequest;
  readonly #writes: WriteQueue;
  readonly #share: ReadShare;
  readonly #rubbish: RubbishMeter;
  readonly #style = new ReplyStyle();
  readonly #gone = new AbortController();
  /** Replies are written in the order of their requests. */
  #lastReply: Promise<void> = Promise.resolve();
  #unansweredRequests = 0;
  #malformedInARow = 0;
  /** What the first request is answered where the client is refused. */
  #refusal: StatusCode | undefined;
  /** Nothing more is answered. */
  #isOver = false;
  #heardMs: number;
  #hasAsked = false;
  /** A write has failed because the client had closed the connection. */
  #hasLeft = false;
  #isClosed = false;
  #closeReason = CLOSED_BY_SERVER;

  /** Reads nothing before {@linkcode run}. */
  constructor(options: ConnectionOptions) {
    const { conn, clock, peer } = this.#options = options;
    this.peer = peer;
    this.#input = new ReadAhead(conn);
    this.#heardMs = clock.nowMs();
    this.#share = new ReadShare(options.turns ?? new ReadTurns());
    this.#rubbish = new RubbishMeter(clock);
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
      onStalled: () => this.#giveUp(`has read nothing for ${WRITE_TIMEOUT_MS / 1000} s`),
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

  /** Whether the client has ever sent a request. */
  get hasAsked(): boolean {
    return this.#hasAsked;
  }

  /** Whether it waits for the reply to a request. */
  get isWaiting(): boolean {
    return this.#unansweredRequests > 0;
  }

  /** Aborts when nobody waits for replies any more. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /** Reads and answers until the connection ends. Resolves with the reason. */
  async run(): Promise<string> {
    const reason = await this.#readAll();
    this.#pending.reset();
    this.#writes.watchPending();
    await this.#untilAnswered();
    this.close();
    return reason;
  }

  /** Waits for the replies to a client that sends nothing more: it may read them still, as nc does. Soon nobody waits for them. */
  async #untilAnswered(): Promise<void> {
    const cancel = this.#options.clock.after(HALF_CLOSED_MS, () => this.#gone.abort());
    await this.#lastReply;
    cancel();
  }

  /** Answers the first request with `status`, whatever it asks for, and ends the connection. Does not wait for long. */
  async refuse(status: StatusCode): Promise<void> {
    this.#refusal = status;
    const cancelTimeout = this.#options.clock.after(REFUSAL_TIMEOUT_MS, () => this.close());
    await this.run();
    cancelTimeout();
  }

  /** Ends the connection at once, and says why where it matters to the user. */
  close(reason: string = CLOSED_BY_SERVER): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#closeReason = reason;
    this.#gone.abort();
    this.#pending.reset();
    this.#writes.close();
    this.#options.conn.close();
  }

  async #readAll(): Promise<string> {
    const { clock } = this.#options;
    try {
      for (let bytes = await this.#input.read(); bytes !== null; bytes = await this.#input.read()) {
        this.#heardMs = clock.nowMs();
        this.#rubbish.addRead(bytes.length);
        const outputs = this.#reader.push(bytes);
        // Pending bytes start a new request; restart its timer.
        if (outputs.length > 0 || !this.#reader.isPending) this.#pending.reset();
        this.#take(outputs);
        if (this.#reader.failure !== undefined) throw this.#reader.failure;
        if (this.#rubbish.isFull) return this.#closeForRubbish();
        this.#share.take(bytes.length, outputs.length);
        if (this.#share.isTaken || this.#hasToRead) await this.#untilNextRead();
        if (this.#reader.isPending) this.#pending.note(this.#reader);
      }
    } catch (error) {
      if (error instanceof UnreadableMessageError && !this.#isClosed) {
        this.#refuseLast(error.message);
        return `${error.message}: closed by the server`;
      }
      if (!this.#hasLeft && !isOfPeerThatLeft(error)) return this.#isClosed ? this.#closeReason : messageOf(error);
    }
    return "the client closed the connection";
  }

  /** Waits where others have their turn, or where the client has to read its replies first. */
  async #untilNextRead(): Promise<void> {
    // What the client has sent of its next request is not read meanwhile, which is not its fault.
    this.#pending.reset();
    while (this.#hasToRead) await this.#untilReplied();
    if (this.#share.isTaken) await this.#share.renew();
  }

  /** Waits for the replies to all requests, and looks out for the client meanwhile. */
  async #untilReplied(): Promise<void> {
    const outcome = await this.#input.watch(this.#lastReply);
    if (outcome === "over") return;
    if (outcome === "ended") return await this.#untilAnswered();
    const cancel = this.#options.clock.after(UNREAD_TIMEOUT_MS, () => this.#giveUp(STUCK));
    await this.#lastReply;
    cancel();
  }

  /** Whether too many replies wait for the client to read them. */
  get #hasToRead(): boolean {
    return this.#unansweredRequests > MAX_UNANSWERED_REQUESTS;
  }

  #take(outputs: readonly ReaderOutput<RtspRequest>[]): void {
    let labText: string | undefined;
    for (const output of outputs) {
      if (output.kind === "packet") {
        const { channel, data } = output;
        if (this.#options.onPacket?.(channel, data)) this.#rubbish.addUseful(INTERLEAVED_HEADER_BYTES + data.length);
        continue;
      }
      this.#hasAsked ||= output.kind === "message";
      if (output.kind === "message") this.#rubbish.addUseful(output.text.length);
      // A student's client sends each request twice in one segment and reads one reply to the two.
      const isRepeated = output.text === labText;
      labText = output.kind === "message" && output.message.dialect !== "rtsp" ? output.text : undefined;
      if (isRepeated) continue;
      this.#unansweredRequests++;
      this.#lastReply = this.#lastReply.then(() => this.#answer(output)).catch((error) => this.#fail(error))
        .then(() => void this.#unansweredRequests--);
    }
  }

  async #answer(output: Received): Promise<void> {
    if (this.#isClosed || this.#isOver) return;
    if (isHttpRequest(output.text)) return await this.#answerHttp();
    if (output.kind === "malformed") return await this.#answerMalformed(output);
    this.#malformedInARow = 0;
    this.#style.follow(output.message);
    log.debug("{peer} > {text}", () => ({ peer: this.peer, text: withoutSecrets(output.text) }));
    const reply = await this.#respond(output.message);
    await this.#write(this.#style.encode(reply));
    if (this.#refusal === undefined) return;
    // Closing now would reset a connection with unread bytes, and the reply might be lost.
    this.#isOver = true;
    await this.#options.conn.closeWrite();
  }

  /** If carrying out a request fails, the reply is 500, or 503 where nothing more can be opened, and the connection stays open. */
  async #respond(request: RtspRequest): Promise<RtspReply> {
    if (this.#refusal !== undefined) return { status: this.#refusal, cseq: request.cseq, session: undefined };
    try {
      return await this.#options.respond(request);
    } catch (error) {
      const isOut = isOutOfDescriptors(error);
      log[isOut ? "warn" : "error"]("{peer} sent {method} {uri}, which failed: {reason}", {
        peer: this.peer,
        method: request.method,
        uri: withoutSecrets(request.uri),
        reason: isOut ? NO_MORE_FILES : messageOf(error),
      });
      return { status: isOut ? 503 : 500, cseq: request.cseq, session: undefined };
    }
  }

  async #answerMalformed({ error, text }: { readonly error: SyntaxError; readonly text: string }): Promise<void> {
    log.warn("{peer} sent a malformed request: {reason}", { peer: this.peer, reason: withoutSecrets(error.message) });
    await this.#write(this.#style.encodeRefusal(text, 400));
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

  async #write(text: string): Promise<void> {
    log.debug("{peer} < {text}", () => ({ peer: this.peer, text: withoutSecrets(text) }));
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

  /** Answers 400 to what has come of a request, once the requests before are answered. */
  #refuseLast(reason: string): void {
    log.warn("{peer} is refused: {reason}", { peer: this.peer, reason });
    const text = this.#reader.pendingText;
    const answer = async () => {
      if (this.#isClosed) return;
      await (isHttpRequest(text) ? this.#answerHttp() : this.#write(this.#style.encodeRefusal(text, 400)));
    };
    this.#lastReply = this.#lastReply.then(answer).catch((error) => this.#fail(error));
  }

  #closeForRubbish(): string {
    log.warn("{peer} sends mostly what is of no use here: closed", { peer: this.peer });
    this.close();
    return CLOSED_BY_SERVER;
  }

  #giveUp(because: string): void {
    log.warn("{peer} {because}: closed", { peer: this.peer, because });
    this.close();
  }

  #fail(error: unknown): void {
    if (this.#isClosed) return;
    // Many clients close right after their TEARDOWN, without waiting for the reply.
    this.#hasLeft ||= isOfPeerThatLeft(error);
    log[this.#hasLeft ? "debug" : "info"]("{peer} cannot be answered: {reason}", {
      peer: this.peer,
      reason: messageOf(error),
    });
    this.close();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
