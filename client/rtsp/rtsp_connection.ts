/**
 * One TCP connection to a server: requests out, one at a time; replies and interleaved packets in. Their contents are up to the
 * dialogue.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { hostAndPort } from "../../net/addresses.ts";
import type { Capture } from "../../net/capture/capture.ts";
import type { TcpCapture } from "../../net/capture/tcp_capture.ts";
import { writeAll } from "../../net/write_all.ts";
import { withoutSecrets } from "../../rtsp/fields/secrets.ts";
import type { Clock } from "../../net/clock.ts";
import type { MessageDirection, RtspRequest, RtspResponse } from "../../rtsp/message.ts";
import { isOfHttp } from "../../rtsp/status.ts";
import type { MessageReader, ReaderOutput } from "../../rtsp/reading/message_reader.ts";
import {
  BODY_SETTLE_MS,
  CONNECT_TIMEOUT_MS,
  MAX_WAITING_WRITES,
  REPLY_TIMEOUT_MS,
  SETTLE_MS,
  UNANSWERED_REPLY_TIMEOUT_MS,
} from "../limits.ts";
import { connectAdvice, endReason, noReply, noReplyYet, type ServerAdvice } from "./connection_advice.ts";
import { startPatience } from "./patience.ts";

const log = getLogger(["mjpegrtsp", "rtsp"]);

const READ_BYTES = 64 * 1024;

/** How to open an {@linkcode RtspConnection}. */
export interface RtspConnectionOptions {
  /** Host name or IP address of the server. */
  readonly hostname: string;
  /** TCP port of the server. */
  readonly port: number;
  /** Decodes replies, and requests of the server. */
  readonly reader: MessageReader<RtspResponse> | MessageReader<RtspResponse | RtspRequest>;
  /** Times out connecting, and replies that do not come. */
  readonly clock: Clock;
  /** How long to wait for a reply, in milliseconds; default {@linkcode REPLY_TIMEOUT_MS}. */
  readonly replyTimeoutMs?: number;
  /** What to do about a server that does not answer. */
  readonly advice: ServerAdvice;
  /** Gives up connecting. To end an open connection, close it. */
  readonly signal: AbortSignal;
  /** Is told what goes over the wire; without it, nothing is. */
  readonly capture?: Capture;
  /** Takes an interleaved packet, whose bytes hold until it returns. */
  readonly onPacket?: (channel: number, data: Uint8Array) => void;
  /** A message has gone over the wire; its credentials are blanked. */
  readonly onWire?: (direction: MessageDirection, text: string) => void;
  /** A reply is awaited, which the user should know, or is awaited no longer. */
  readonly onWaiting?: (text: string | undefined) => void;
  /** Takes a request of the server; without this they are ignored. */
  readonly onRequest?: (request: RtspRequest) => void;
  /** Called once if the connection ends other than by {@linkcode RtspConnection.close}. */
  readonly onClosed: (reason: string) => void;
}

/** A request to send. */
export interface OutgoingRequest {
  /** The bytes on the wire, as text. */
  readonly text: string;
  /** Replies with a lower CSeq are late, and ignored. */
  readonly cseq: number;
  /** What errors call it: `SETUP movie.mjpeg`. */
  readonly label: string;
}

/** The server has closed the connection in place of an answer. */
export class ConnectionEndedError extends Error {
  override name = "ConnectionEndedError";
  readonly reason: string;

  constructor(reason: string) {
    super(`The server is gone: ${reason}`);
    this.reason = reason;
  }
}

/** The server has not answered in time. */
export class UnansweredError extends Error {
  override name = "UnansweredError";
}

/** A connection that is open until one of its ends closes it. */
export class RtspConnection {
  readonly #options: RtspConnectionOptions;
  readonly #conn: Deno.TcpConn;
  readonly #capture: TcpCapture | undefined;
  #awaiting: (PromiseWithResolvers<RtspResponse> & { readonly cseq: number; readonly label: string }) | undefined;
  #lastExchange: Promise<unknown> = Promise.resolve();
  #lastWrite: Promise<void> = Promise.resolve();
  #waitingWrites = 0;
  #cancelSettle: (() => void) | undefined;
  /** Whether a message has come: what cannot be read behind it is passed over. */
  #hasAnswered = false;
  #skippedBytes = 0;
  /** A request got no reply in time: the next one does not wait long. */
  #isUnanswered = false;
  #isClosed = false;

  private constructor(conn: Deno.TcpConn, options: RtspConnectionOptions) {
    this.#conn = conn;
    this.#options = options;
    this.#capture = options.capture?.openTcp(conn.localAddr as Deno.NetAddr, conn.remoteAddr as Deno.NetAddr);
    this.#read();
  }

  /** Connects. Rejects with an error that names the server and what to check. */
  static async connect(options: RtspConnectionOptions): Promise<RtspConnection> {
    const { hostname, port, clock } = options;
    const late = new AbortController();
    const cancelTimeout = clock.after(CONNECT_TIMEOUT_MS, () => late.abort(new Deno.errors.TimedOut()));
    const signal = AbortSignal.any([options.signal, late.signal]);
    log.debug("connecting to {server}", { server: hostAndPort(options) });
    try {
      const conn = await Deno.connect({ transport: "tcp", hostname, port, signal });
      if (signal.aborted) {
        conn.close();
        throw signal.reason;
      }
      conn.setNoDelay(true);
      return new RtspConnection(conn, options);
    } catch (error) {
      throw new Error(`Cannot connect to ${hostAndPort(options)}: ${connectAdvice(error, options)}`);
    } finally {
      cancelTimeout();
    }
  }

  /** The server's IP address. */
  get serverAddress(): string {
    return (this.#conn.remoteAddr as Deno.NetAddr).hostname;
  }

  /** Our own IP address on this connection. */
  get localAddress(): string {
    return (this.#conn.localAddr as Deno.NetAddr).hostname;
  }

  /** Sends a request and waits for its reply. Rejects where none comes. */
  exchange(request: OutgoingRequest): Promise<RtspResponse> {
    const response = this.#lastExchange.then(() => this.#exchange(request));
    this.#lastExchange = response.catch(
      () => {/* the caller gets the error; the next request does not depend on it */},
    );
    return response;
  }

  /** Sends a message that no reply is awaited to: a reply. Rejects where the server does not read. */
  send(text: string): Promise<void> {
    this.#tellMessage("sent", text);
    return this.write(new TextEncoder().encode(text));
  }

  /** Sends bytes between two messages: an interleaved packet. Rejects where the server does not read. */
  write(bytes: Uint8Array): Promise<void> {
    if (this.#waitingWrites >= MAX_WAITING_WRITES) {
      this.#end("it does not read what we send");
      return Promise.reject(new Error("The server does not read what we send"));
    }
    this.#waitingWrites++;
    const written = this.#lastWrite.then(() => this.#writeNow(bytes)).finally(() => this.#waitingWrites--);
    this.#lastWrite = written.catch(() => {/* the caller gets the error; the next write fails by itself */});
    return written;
  }

  #writeNow(bytes: Uint8Array): Promise<void> {
    this.#capture?.sent(bytes);
    return writeAll(this.#conn, bytes);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#capture?.close("local");
    this.#cancelSettle?.();
    this.#conn.close();
    this.#awaiting?.reject(new Error("The dialogue with the server has ended: closed"));
  }

  /** Closes the connection, and tells its owner why. */
  #end(reason: string): void {
    if (this.#isClosed) return;
    const { closed, closedAtOnce } = this.#options.advice;
    const advice = this.#hasAnswered ? closed : closedAtOnce;
    const whole = this.#awaiting === undefined
      ? reason
      : `${reason}, and ${withoutSecrets(this.#awaiting.label)} is not answered${
        advice === undefined ? "" : `; ${advice}`
      }`;
    this.#awaiting?.reject(new ConnectionEndedError(whole));
    this.close();
    this.#options.onClosed(whole);
  }

  async #exchange({ text, cseq, label }: OutgoingRequest): Promise<RtspResponse> {
    if (this.#isClosed) throw new Error(`Cannot send ${withoutSecrets(label)}: the connection has ended`);
    const { clock, advice, replyTimeoutMs = REPLY_TIMEOUT_MS, onWaiting } = this.#options;
    const awaiting = this.#awaiting = { ...Promise.withResolvers<RtspResponse>(), cseq, label };
    awaiting.promise.catch(() => {/* awaited below, unless writing fails first */});
    const isLastWord = this.#isUnanswered && label.startsWith("TEARDOWN");
    const timeoutMs = isLastWord ? Math.min(UNANSWERED_REPLY_TIMEOUT_MS, replyTimeoutMs) : replyTimeoutMs;
    let isTold = false;
    const endPatience = startPatience({
      clock,
      timeoutMs,
      onProgress: (waitedMs) => {
        isTold = true;
        onWaiting?.(noReplyYet(label, { waitedMs, timeoutMs }));
      },
      onTimeout: () => {
        this.#isUnanswered = true;
        awaiting.reject(new UnansweredError(noReply(label, { timeoutMs, advice })));
      },
    });
    try {
      // Not awaited: a server that does not read must not delay the timeout of its reply.
      this.send(text).catch((error) => {
        this.#end(endReason(error));
        awaiting.reject(new Error(`Cannot send ${withoutSecrets(label)}: the connection has ended`));
      });
      const response = await awaiting.promise;
      this.#isUnanswered = false;
      return response;
    } finally {
      endPatience();
      this.#awaiting = undefined;
      if (isTold) onWaiting?.(undefined);
    }
  }

  /** Reads until the connection ends. */
  async #read(): Promise<void> {
    const { reader, clock } = this.#options;
    const bytes = new Uint8Array(READ_BYTES);
    let reason = "the server closed the connection";
    try {
      for (let count = await this.#conn.read(bytes); count !== null; count = await this.#conn.read(bytes)) {
        this.#cancelSettle?.();
        this.#capture?.received(bytes.subarray(0, count));
        this.#take(reader.push(bytes.subarray(0, count)));
        if (reader.failure !== undefined) throw reader.failure;
        const settleMs = reader.mayBeWhole ? SETTLE_MS : reader.isBodyShort ? BODY_SETTLE_MS : undefined;
        if (settleMs === undefined) continue;
        this.#cancelSettle = clock.after(settleMs, () => this.#take(reader.takePending()));
      }
      this.#capture?.close("remote");
      this.#cancelSettle?.();
      const isPage = !this.#hasAnswered && isOfHttp(reader.pendingText);
      if (reader.mayBeWhole || reader.isBodyShort || isPage) this.#take(reader.takePending());
    } catch (error) {
      reason = endReason(error);
    }
    this.#end(reason);
  }

  #take(outputs: readonly ReaderOutput<RtspResponse | RtspRequest>[]): void {
    this.#tellSkipped();
    for (const output of outputs) {
      if (output.kind === "packet") {
        this.#options.onPacket?.(output.channel, output.data);
        continue;
      }
      this.#tellMessage("received", output.text);
      if (output.kind === "malformed") {
        if (!this.#hasAnswered) this.#awaiting?.reject(output.error);
        else log.info("passed over what is no message: {reason}", { reason: output.error.message });
        continue;
      }
      this.#hasAnswered = true;
      if ("method" in output.message) {
        this.#options.onRequest?.(output.message);
        continue;
      }
      // A provisional response, such as 100 (Continue): the final one follows (RFC 2326, 7.1.1).
      if (output.message.status < 200) continue;
      if (this.#awaiting === undefined) {
        const [line] = output.text.split(/\r?\n/, 1);
        log.warn("The server sent a reply without a request: {line}", () => ({ line: withoutSecrets(line) }));
      } else if (output.message.cseq !== undefined && output.message.cseq < this.#awaiting.cseq) {
        log.warn("The server sent a late reply, CSeq {cseq}: ignored", { cseq: output.message.cseq });
      } else this.#awaiting.resolve(output.message);
    }
  }

  #tellMessage(direction: MessageDirection, message: string): void {
    const text = withoutSecrets(message.trimEnd());
    log.debug(direction === "sent" ? "> {text}" : "< {text}", { text });
    this.#options.onWire?.(direction, text);
  }

  #tellSkipped(): void {
    const { skippedBytes } = this.#options.reader;
    const bytes = skippedBytes - this.#skippedBytes;
    if (bytes > 0) log.info("passed over {bytes} bytes between packets and messages", { bytes });
    this.#skippedBytes = skippedBytes;
  }
}
