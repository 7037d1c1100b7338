/**
 * Finds out whether a server that does not answer the SETUP of the networking lab speaks RTSP/1.0 and waits for a blank line, which
 * would end many a lab server. So it is asked on a connection of its own, by a request that lab servers read over.
 *
 * @module
 */

import type { Capture } from "../../net/capture/capture.ts";
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import type { RtspResponse } from "../../rtsp/message.ts";
import { createRtspReader } from "../../rtsp/readers.ts";
import { encodeRtspRequest } from "../../rtsp/rtsp_grammar.ts";
import { LAB_SERVER_PATIENCE_MS } from "../limits.ts";
import { RTSP_ADVICE } from "../rtsp/connection_advice.ts";
import { RtspConnection } from "../rtsp/rtsp_connection.ts";

const log = getLogger(["mjpegrtsp", "rtsp"]);

/** Whom to ask, and for what. */
export interface DialectProbeOptions {
  readonly hostname: string;
  readonly port: number;
  /** The URL of the stream, were it an RTSP/1.0 server. */
  readonly url: string;
  /** Is told what goes over the wire; without it, nothing is. */
  readonly capture?: Capture;
  /** Name and version of the program. */
  readonly userAgent: string;
  readonly clock: Clock;
}

/** Asks after a while, unless it is ended before. */
export class DialectProbe implements Disposable {
  readonly #options: DialectProbeOptions;
  readonly #ending = new AbortController();
  readonly #found = Promise.withResolvers<void>();
  readonly #cancel: () => void;

  constructor(options: DialectProbeOptions) {
    this.#options = options;
    this.#cancel = options.clock.after(LAB_SERVER_PATIENCE_MS, () => {
      this.#ask().catch((error) => log.debug("no answer to OPTIONS: {reason}", { reason: error.message }));
    });
  }

  /** Resolves once the server has turned out to speak RTSP/1.0; stays pending if it does not. */
  get found(): Promise<void> {
    return this.#found.promise;
  }

  [Symbol.dispose](): void {
    this.#cancel();
    this.#ending.abort();
  }

  async #ask(): Promise<void> {
    const { hostname, port, capture, clock, url, userAgent } = this.#options;
    const { signal } = this.#ending;
    log.debug("no answer yet: asking whether the server speaks RTSP/1.0");
    const connection = await RtspConnection.connect({
      ...{ hostname, port, capture, clock, signal, advice: RTSP_ADVICE },
      reader: createRtspReader(),
      onClosed() {},
    });
    signal.addEventListener("abort", () => connection.close());
    if (signal.aborted) return connection.close();
    const headers = [["User-Agent", userAgent]] as const;
    const text = encodeRtspRequest({ method: "OPTIONS", url, cseq: 1, headers });
    if (isRtsp10(await connection.exchange({ text, cseq: 1, label: "OPTIONS" }))) this.#found.resolve();
  }
}

/** Lab servers send a Session line, or nothing but the status, and no other fields. */
export function isRtsp10({ headers }: RtspResponse): boolean {
  return [...headers].some(([name]) => !["cseq", "session"].includes(name.toLowerCase()));
}
