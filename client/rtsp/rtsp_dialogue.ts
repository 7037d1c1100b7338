/**
 * The dialogue with an RTSP/1.0 server (RFC 2326): numbers our requests, authorizes them where the server asks for it, and answers
 * the server's own requests, over one connection at a time.
 *
 * @module
 */

import type { Capture } from "../../net/capture/capture.ts";
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import { encodeInterleaved } from "../../net/interleaved.ts";
import type { HeaderField } from "../../rtsp/headers.ts";
import { type MessageDirection, METHODS, type RtspRequest, type RtspResponse } from "../../rtsp/message.ts";
import { createRtspReader } from "../../rtsp/readers.ts";
import { encodeRtspRequest, encodeRtspResponse } from "../../rtsp/rtsp_grammar.ts";
import type { StatusCode } from "../../rtsp/status.ts";
import { MAX_AUTHORIZATIONS } from "../limits.ts";
import { Authorizer } from "./authorizer.ts";
import { RTSP_ADVICE } from "./connection_advice.ts";
import { refusal, RefusedError } from "./refusal.ts";
import { isRedirect, RedirectedError, redirectedUrl } from "./redirect.ts";
import { RtspConnection } from "./rtsp_connection.ts";
import type { RtspUrl } from "./rtsp_url.ts";
import { withoutSecrets } from "../../rtsp/fields/secrets.ts";

const log = getLogger(["mjpegrtsp", "rtsp"]);

/** Methods that a server may use; the others are refused. */
const ANSWERED_METHODS = "OPTIONS, GET_PARAMETER, SET_PARAMETER, REDIRECT";

/** Constructor options of {@linkcode RtspDialogue}. */
export interface RtspDialogueOptions {
  /** The URL that the user gave. */
  readonly url: RtspUrl;
  /** Name and version of the program. */
  readonly userAgent: string;
  /** Times out connecting and replies. */
  readonly clock: Clock;
  /** How long to wait for a reply, in milliseconds; default {@linkcode REPLY_TIMEOUT_MS}. */
  readonly replyTimeoutMs?: number;
  /** A message has gone over the wire; its credentials are blanked. */
  readonly onWire?: (direction: MessageDirection, text: string) => void;
  /** A reply is awaited, which the user should know, or is awaited no longer. */
  readonly onWaiting?: (text: string | undefined) => void;
  /** Is told what goes over the wire; without it, nothing is. */
  readonly capture?: Capture;
  /** Gives numbers from 0 up to, not including, 1. */
  readonly random: () => number;
  /** Whether a channel is one that the packets of the session come on. */
  readonly isChannel: (channel: number) => boolean;
  /** Takes an interleaved packet, whose bytes hold until it returns. */
  readonly onPacket: (channel: number, data: Uint8Array) => void;
  /** The server redirects its client; `location` is the value of the field. */
  readonly onRedirect: (location: string) => void;
  /** The connection has ended other than by {@linkcode RtspDialogue.close} or {@linkcode RtspDialogue.connect}; a request opens another. */
  readonly onClosed: (reason: string) => void;
}

/** The parts of a request besides its method. */
export interface RequestParts {
  /** Absolute. */
  readonly url: string;
  /** Fields besides CSeq, User-Agent and Authorization. */
  readonly headers?: readonly HeaderField[];
  readonly body?: string;
}

/** Speaks with one server, or after a redirect with another. */
export class RtspDialogue {
  readonly #options: RtspDialogueOptions;
  readonly #closing = new AbortController();
  readonly #authorizer: Authorizer;
  #url: RtspUrl;
  #connection: RtspConnection | undefined;
  /** Whether the server has ended the connection. */
  #hasEnded = false;
  #reopening: Promise<RtspConnection> | undefined;
  #cseq = 0;
  /** Methods that the server offers, in capitals. */
  #methods: readonly string[] = [];

  constructor(options: RtspDialogueOptions) {
    this.#options = options;
    this.#authorizer = new Authorizer(options.random);
    this.#url = options.url;
  }

  /** What is asked for: the user's URL, or that of a redirect. */
  get url(): RtspUrl {
    return this.#url;
  }

  /** IP address of the server; `undefined` before there is a connection. */
  get serverAddress(): string | undefined {
    return this.#connection?.serverAddress;
  }

  /** Our own IP address on the connection; `undefined` before there is one. */
  get localAddress(): string | undefined {
    return this.#connection?.localAddress;
  }

  /** Closes the connection that there may be, connects, and asks which methods the server offers. */
  async connect(): Promise<void> {
    this.#connection?.close();
    // A nonce may belong to one connection, and the credentials to one server.
    this.#authorizer.reset();
    await this.#open();
    const { headers } = await this.tryRequest("OPTIONS", { url: this.#url.href });
    this.#methods = (headers.get("Public") ?? "").split(",").map((name) => name.trim().toUpperCase());
  }

  async #open(): Promise<RtspConnection> {
    this.#connection = undefined;
    const { clock, replyTimeoutMs, capture, isChannel, onPacket, onWire, onWaiting, onClosed } = this.#options;
    const { hostname, port } = this.#url;
    const connection = await RtspConnection.connect({
      ...{ hostname, port, clock, replyTimeoutMs, capture, onPacket, onWire, onWaiting },
      reader: createRtspReader({ isChannel }),
      advice: RTSP_ADVICE,
      signal: this.#closing.signal,
      onRequest: (request) => this.#answer(request),
      onClosed: (reason) => {
        if (this.#connection !== connection) return;
        this.#hasEnded = true;
        onClosed(reason);
      },
    });
    if (this.#closing.signal.aborted) {
      connection.close();
      throw new Error("The dialogue is closed");
    }
    this.#hasEnded = false;
    return this.#connection = connection;
  }

  /** Connects again, once for all who ask for it. */
  #reopen(): Promise<RtspConnection> {
    return this.#reopening ??= this.#open().finally(() => this.#reopening = undefined);
  }

  /** Whether the server offers a method. */
  offers(method: string): boolean {
    return this.#methods.includes(method);
  }

  /** Follows a redirect: the next {@linkcode connect} goes to the URL of its Location. */
  follow(location: string): void {
    this.#url = redirectedUrl(location, { from: this.#url, typed: this.#options.url });
    log.info("the server redirects us to {url}", () => ({ url: withoutSecrets(this.#url.href) }));
  }

  /** Sends a request. Rejects with a `RefusedError` for another status than 200; it is a `RedirectedError` for a redirect. */
  async request(method: string, parts: RequestParts): Promise<RtspResponse> {
    const response = await this.tryRequest(method, parts);
    if (response.status !== 200) throw this.refusal(`${method} ${parts.url}`, response);
    return response;
  }

  /** Sends a request, authorized where the server asks for it. Returns the reply, whatever its status. */
  async tryRequest(method: string, parts: RequestParts): Promise<RtspResponse> {
    for (let attempt = 1;; attempt++) {
      const response = await this.#send(method, parts);
      const isAsked = this.#authorizer.take(response, attempt > 1);
      if (!isAsked || this.#url.user === undefined || attempt === MAX_AUTHORIZATIONS) return response;
    }
  }

  /** A refusal as an error that says what to do, or a redirect as a `RedirectedError`. */
  refusal(label: string, response: RtspResponse): RefusedError {
    const { typed, now } = { typed: this.#options.url, now: this.#url };
    const location = response.headers.get("Location");
    if (isRedirect(response.status) && location !== undefined) {
      return new RedirectedError(refusal(label, response, { name: now.path }), location);
    }
    if (response.status === 401 && typed.user !== undefined && now.user === undefined) {
      return new RefusedError(
        `The server redirected us to ${withoutSecrets(now.href)}, which asks for a user name and password; those for ` +
          `${typed.hostname} are not sent there. To send them: play rtsp://USER:PASSWORD@${
            withoutSecrets(now.href).slice("rtsp://".length)
          }`,
        response.status,
      );
    }
    return refusal(label, response, { name: now.path });
  }

  /** Sends an interleaved packet. Errors are ignored: whoever reads the connection tells that it has ended. */
  sendPacket(channel: number, packet: Uint8Array): void {
    this.#write(encodeInterleaved(channel, packet));
  }

  /** Sends bytes between two requests. Rejects where the server does not read, and where there is no connection. */
  async sendBytes(bytes: Uint8Array): Promise<void> {
    if (this.#connection === undefined) throw new Error("there is no connection to the server");
    await this.#connection.write(bytes);
  }

  /** Closes the connection, or gives up connecting. */
  close(): void {
    this.#closing.abort();
    this.#connection?.close();
  }

  #write(bytes: Uint8Array): void {
    this.#connection?.write(bytes).catch(tellUnsent);
  }

  async #send(method: string, { url, headers = [], body }: RequestParts): Promise<RtspResponse> {
    // A session may outlive its connection (RFC 2326, 1.1).
    const connection = this.#hasEnded ? await this.#reopen() : this.#connection;
    if (connection === undefined) throw new Error(`Cannot send ${method}: there is no connection to the server`);
    const cseq = ++this.#cseq;
    const authorization = this.#authorizer.authorize(method, { uri: url, url: this.#url });
    const all: HeaderField[] = [["User-Agent", this.#options.userAgent], ...authorization, ...headers];
    return await connection.exchange({
      text: encodeRtspRequest({ method, url, cseq, headers: all, body }),
      cseq,
      label: `${method} ${url}`,
    });
  }

  /** Answers a request of the server. */
  #answer({ method, headers, cseq, session }: RtspRequest): void {
    const location = headers.get("Location");
    let status: StatusCode = 200;
    if (method === "REDIRECT" && location === undefined) status = 400;
    else if (!ANSWERED_METHODS.split(", ").includes(method)) {
      status = (METHODS as readonly string[]).includes(method) ? 405 : 501;
    }
    const offer: HeaderField[] = method === "OPTIONS" ? [["Public", ANSWERED_METHODS]] : [];
    const allow: HeaderField[] = status === 405 ? [["Allow", ANSWERED_METHODS]] : [];
    const text = encodeRtspResponse({ status, cseq, session, headers: [...offer, ...allow] });
    this.#connection?.send(text).catch(tellUnsent);
    if (method === "REDIRECT" && location !== undefined) this.#options.onRedirect(location);
  }
}

function tellUnsent(error: Error): void {
  log.debug("cannot send: {reason}", { reason: error.message });
}
