/**
 * The RTSP dialogue of one session: requests out, replies in, over one TCP connection. Finds out which of the lab's
 * dialects the server speaks.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../rtp/clock.ts";
import { encodeLabRequest } from "../rtsp/lab_grammar.ts";
import type { LabTransport, RtspResponse } from "../rtsp/message.ts";
import { createLabResponseReader, type ReaderOutput } from "../rtsp/message_reader.ts";
import type { SessionMethod } from "../rtsp/session_state.ts";
import { REPLY_TIMEOUT_MS, SETTLE_MS, UNANSWERED_REPLY_TIMEOUT_MS } from "./limits.ts";

const log = getLogger(["mjpegrtsp", "rtsp"]);

const READ_BYTES = 4096;

/** A dialect of the lab. */
export type LabDialect = "lab" | "lab-b";

/** A reply other than 200: its text names the status. */
export class RefusedError extends Error {
  /** The class's name, for logs. */
  override name = "RefusedError";
  /** The status code of the reply. */
  readonly status: number;

  /** The message names the method, the file and the status. */
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** How to open a {@linkcode Dialogue}. */
export interface DialogueOptions {
  /** Host name or IP address of the server. */
  readonly hostname: string;
  /** TCP port of the server. */
  readonly port: number;
  /** The bare file name that is asked for. */
  readonly file: string;
  /** `auto` begins in dialect A, which both kinds of server take, and sees by the reply which kind it met. */
  readonly dialect: "auto" | LabDialect;
  /** Times out replies that do not come. */
  readonly clock: Clock;
  /** Called once when the connection has ended, whoever ended it. */
  readonly onClosed: (reason: string) => void;
}

/** One connection to a server. CSeq counts from 1. */
export class Dialogue {
  readonly #options: DialogueOptions;
  readonly #conn: Deno.TcpConn;
  readonly #reader = createLabResponseReader();
  #dialect: "auto" | LabDialect;
  #cseq = 0;
  #session: string | undefined;
  #awaiting: PromiseWithResolvers<RtspResponse> | undefined;
  #cancelSettle: (() => void) | undefined;
  /** A request got no reply in time: the next one does not wait for long. */
  #isUnanswered = false;
  #isClosed = false;

  private constructor(conn: Deno.TcpConn, options: DialogueOptions) {
    this.#conn = conn;
    this.#options = options;
    this.#dialect = options.dialect;
    this.#read();
  }

  /** Connects. Rejects with an error that names the server and what to check. */
  static async connect(options: DialogueOptions): Promise<Dialogue> {
    const { hostname, port } = options;
    try {
      const conn = await Deno.connect({ transport: "tcp", hostname, port });
      conn.setNoDelay(true);
      return new Dialogue(conn, options);
    } catch (error) {
      throw new Error(`Cannot connect to ${hostname}:${port}: ${connectAdvice(error, { hostname, port })}`);
    }
  }

  /** The server's IP address: the only one that packets are taken from. */
  get serverAddress(): string {
    return (this.#conn.remoteAddr as Deno.NetAddr).hostname;
  }

  /** The dialect that is spoken, once the first reply has come. */
  get dialect(): LabDialect | undefined {
    return this.#dialect === "auto" ? undefined : this.#dialect;
  }

  /**
   * Sends a request and waits for its reply. Rejects with a {@linkcode RefusedError} for another status than 200, and
   * with an `Error` where no reply comes. One request at a time.
   */
  async request(method: SessionMethod, transport?: LabTransport): Promise<void> {
    const cseq = ++this.#cseq;
    const dialect = this.dialect ?? "lab";
    const text = encodeLabRequest(dialect, {
      method,
      file: this.#options.file,
      cseq,
      session: this.#session,
      transport,
    });
    log.debug("> {text}", { text });
    this.#awaiting = Promise.withResolvers();
    this.#awaiting.promise.catch(() => {/* awaited below, unless writing fails first */});
    const timeoutMs = this.#isUnanswered ? UNANSWERED_REPLY_TIMEOUT_MS : REPLY_TIMEOUT_MS;
    const cancelTimeout = this.#options.clock.after(timeoutMs, () => {
      this.#isUnanswered = true;
      this.#giveUp(noReply(method, { file: this.#options.file, timeoutMs }));
    });
    try {
      await this.#write(text);
      const response = await this.#awaiting.promise;
      this.#isUnanswered = false;
      this.#learn(response, cseq);
      if (response.status !== 200) {
        const { file } = this.#options;
        throw new RefusedError(
          `The server refused ${method} ${file}: ${response.status} ${response.reason}`.trimEnd() +
            refusalAdvice(response.status, file),
          response.status,
        );
      }
    } finally {
      cancelTimeout();
      this.#awaiting = undefined;
    }
  }

  /** Closes the connection. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelSettle?.();
    this.#conn.close();
  }

  async #write(text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    for (let written = 0; written < bytes.length;) written += await this.#conn.write(bytes.subarray(written));
  }

  /** Reads until the connection ends. */
  async #read(): Promise<void> {
    const bytes = new Uint8Array(READ_BYTES);
    let reason = "the server closed the connection";
    try {
      for (let count = await this.#conn.read(bytes); count !== null; count = await this.#conn.read(bytes)) {
        this.#cancelSettle?.();
        this.#take(this.#reader.push(bytes.subarray(0, count)));
        if (this.#reader.mayBeWhole) {
          this.#cancelSettle = this.#options.clock.after(SETTLE_MS, () => this.#take(this.#reader.settle()));
        }
      }
    } catch (error) {
      reason = this.#isClosed ? "closed" : error instanceof Error ? error.message : String(error);
    }
    this.close();
    this.#giveUp(`The dialogue with the server has ended: ${reason}`);
    this.#options.onClosed(reason);
  }

  #take(outputs: readonly ReaderOutput<RtspResponse>[]): void {
    for (const output of outputs) {
      if (output.kind === "packet") continue;
      log.debug("< {text}", { text: output.text });
      if (output.kind === "malformed") this.#awaiting?.reject(output.error);
      else if (this.#awaiting === undefined) {
        log.warn("The server sent a reply to nothing: {text}", { text: output.text });
      } else if (output.message.cseq !== undefined && output.message.cseq < this.#cseq) {
        log.warn("The server sent a late reply, CSeq {cseq}: passed over", { cseq: output.message.cseq });
      } else this.#awaiting.resolve(output.message);
    }
  }

  /** A server that answers dialect A with a CSeq that is no number is one of dialect B. */
  #learn(response: RtspResponse, cseq: number): void {
    if (this.#dialect === "auto") this.#dialect = response.cseq === undefined ? "lab-b" : "lab";
    if (response.cseq !== undefined && response.cseq !== cseq) {
      log.warn("The server answered CSeq {cseq} with {got}", { cseq, got: response.cseq });
    }
    if (response.status === 200) this.#session ??= response.session;
  }

  #giveUp(reason: string): void {
    this.#awaiting?.reject(new Error(reason));
  }
}

function noReply(method: string, { file, timeoutMs }: { file: string; timeoutMs: number }): string {
  return `The server did not answer ${method} ${file} within ${timeoutMs / 1000} s; ` +
    `check that it has such a file (some lab servers say nothing when they do not), and that it is an RTSP server`;
}

function refusalAdvice(status: number, file: string): string {
  switch (status) {
    case 404:
      return `; the server has no file of that name: check ${JSON.stringify(file)}, its log lists near names`;
    case 415:
      return "; the server's log says what is wrong with the file";
    case 501:
      return "; it may not be a server of the networking lab";
    default:
      return "";
  }
}

function connectAdvice(error: unknown, { hostname, port }: { hostname: string; port: number }): string {
  if (error instanceof Deno.errors.ConnectionRefused) {
    return `nobody listens there; start the server first, for instance: mjpegrtsp serve --port ${port}`;
  }
  const text = error instanceof Error ? error.message : String(error);
  if (/lookup|resolve|not known|no such host/i.test(text)) {
    return `the host name ${JSON.stringify(hostname)} is unknown; check its spelling or use an IP address`;
  }
  return text;
}
