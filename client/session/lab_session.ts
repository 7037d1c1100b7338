/**
 * A session at a server of the networking lab. Finds out which of the lab's dialects the server speaks.
 *
 * @module
 */

import type { Capture } from "../../net/capture/capture.ts";
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import { LabDepacketizer } from "../../rtp/lab/lab_depacketizer.ts";
import { TrackReceiver } from "../../rtp/receiver/track_receiver.ts";
import { encodeLabRequest } from "../../rtsp/lab/lab_grammar.ts";
import type { LabTransport, RtspResponse } from "../../rtsp/message.ts";
import { createLabResponseReader } from "../../rtsp/readers.ts";
import type { SessionMethod } from "../../rtsp/session_state.ts";
import { FLOWS_JOIN_MS } from "../limits.ts";
import { LAB_ADVICE } from "../rtsp/connection_advice.ts";
import { refusal } from "../rtsp/refusal.ts";
import { ConnectionEndedError, RtspConnection } from "../rtsp/rtsp_connection.ts";
import { RtpSocket, wildcardFor } from "../../net/rtp_socket.ts";
import { SourceFilter } from "../../net/source_filter.ts";
import { DialectProbe, isRtsp10 } from "./dialect_probe.ts";
import type { AudioTrack, PlayerSession, PlayerSessionEvents } from "./player_session.ts";
import { urlOf } from "./target.ts";

const log = getLogger(["mjpegrtsp", "rtsp"]);

const SPEAKS_RTSP = "The server speaks RTSP/1.0";

/** A dialect of the lab. */
export type LabDialect = "lab" | "lab-b";

/** Constructor options of {@linkcode LabSession}. */
export interface LabSessionOptions {
  /** Host name or IP address of the server. */
  readonly hostname: string;
  /** TCP port of the server. */
  readonly port: number;
  /** UDP port to receive on. */
  readonly rtpPort: number;
  /** Name of the file to ask for. */
  readonly file: string;
  /** `auto` starts in dialect A, which both kinds of server take, and tells the kind by the reply. */
  readonly dialect: "auto" | LabDialect;
  /** Sockets that the server is to send from (multi-flow fork); `undefined` for a plain session. */
  readonly flowCount: number | undefined;
  /** Name and version of the program. */
  readonly userAgent: string;
  /** How long to wait for a reply, in milliseconds; default {@linkcode REPLY_TIMEOUT_MS}. */
  readonly replyTimeoutMs?: number;
  /** Is told what goes over the wire; without it, nothing is. */
  readonly capture?: Capture;
  /** Times out replies, times packets. */
  readonly clock: Clock;
  readonly events: PlayerSessionEvents;
}

/** The server is not one of the networking lab's. */
export class NotALabServerError extends Error {
  override name = "NotALabServerError";
}

/** One session, whose CSeq counts from 1. */
export class LabSession implements PlayerSession {
  readonly transport = "udp";
  readonly video: TrackReceiver;
  readonly audio: readonly AudioTrack[] = [];
  readonly description: undefined = undefined;
  readonly isLive = false;
  // The lab's PLAY knows no times.
  readonly durationSeconds: undefined = undefined;
  readonly canSeek = false;
  readonly scale = 1;
  readonly #options: LabSessionOptions;
  readonly #closing = new AbortController();
  #connection: RtspConnection | undefined;
  #socket: RtpSocket | undefined;
  #dialect: "auto" | LabDialect;
  #cseq = 0;
  #session: string | undefined;
  /** Whether TEARDOWN was sent: then a server that goes has done nothing wrong. */
  #isLeaving = false;

  constructor(options: LabSessionOptions) {
    const { dialect, clock, events } = this.#options = options;
    this.#dialect = dialect;
    this.video = new TrackReceiver({
      depacketizer: new LabDepacketizer(),
      clock,
      onFrame: events.onFrame,
      onPacket: events.onPacket,
      reports: undefined,
    });
  }

  get dialect(): LabDialect | undefined {
    return this.#dialect === "auto" ? undefined : this.#dialect;
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Rejects with a {@linkcode NotALabServerError} where an RTSP/1.0 server answers and the dialect is `auto`. */
  async setUp(): Promise<void> {
    const { hostname, port, rtpPort, replyTimeoutMs, capture, clock, events, flowCount } = this.#options;
    const connection = this.#connection = await RtspConnection.connect({
      ...{ hostname, port, replyTimeoutMs, capture, clock, signal: this.#closing.signal },
      reader: createLabResponseReader(),
      advice: LAB_ADVICE,
      onWire: events.onWire,
      onWaiting: events.onWaiting,
      onClosed: (reason) => !this.#isLeaving && events.onClosed(reason),
    });
    if (this.isClosed) {
      connection.close();
      throw new Error("The session is closed");
    }
    this.#socket = RtpSocket.bind({ hostname: wildcardFor(connection.serverAddress), port: rtpPort }, {
      onDatagram: (datagram) => !this.#isLeaving && this.video.takeRtp(datagram),
      onUnexpectedSource: events.onUnexpectedSource,
      tap: capture?.tap(connection.localAddress),
      onError: ({ message }) => events.onNotice({ level: "error", text: `RTP port ${rtpPort} failed: ${message}` }),
    });
    const setUp = this.#request("SETUP", { clientPort: rtpPort, flowCount });
    await (this.#dialect === "auto" ? this.#findOutDialect(setUp) : setUp);
  }

  /** Awaits the answer of a lab server, or of one that turns out to be none. */
  async #findOutDialect(setUp: Promise<void>): Promise<void> {
    const { hostname, port, userAgent, capture, clock } = this.#options;
    const url = urlOf({ ...this.#options, dialect: "rtsp" }).href;
    using probe = new DialectProbe({ hostname, port, url, userAgent, capture, clock });
    await Promise.race([setUp, probe.found.then(() => Promise.reject(new NotALabServerError(SPEAKS_RTSP)))]);
  }

  async play(): Promise<void> {
    // Packets may come before the reply.
    if (this.#connection !== undefined) this.#acceptFrom(this.#connection.serverAddress);
    await this.#request("PLAY");
  }

  secondsAt(): undefined {
    return undefined;
  }

  /** Lab servers do not say where they send from, and may do so from another port after a pause. */
  #acceptFrom(address: string): void {
    const { clock } = this.#options;
    this.#socket?.accept(new SourceFilter({ addresses: [address], joinMs: FLOWS_JOIN_MS, clock }));
  }

  async pause(): Promise<void> {
    await this.#request("PAUSE");
    this.video.flush();
  }

  async tearDown(): Promise<void> {
    this.#isLeaving = true;
    try {
      await this.#request("TEARDOWN");
    } catch (error) {
      if (!(error instanceof ConnectionEndedError)) throw error;
      log.info("the server closed the connection in answer to TEARDOWN");
    }
  }

  renew(): Promise<void> {
    return Promise.reject(new Error("A session of the networking lab has no reason to start again"));
  }

  close(): void {
    this.video.close();
    this.#closing.abort();
    this.#connection?.close();
    this.#socket?.close();
  }

  async #request(method: SessionMethod, transport?: LabTransport): Promise<void> {
    const connection = this.#connection;
    if (connection === undefined) throw new Error(`Cannot send ${method}: there is no connection to the server`);
    const { file } = this.#options;
    const cseq = ++this.#cseq;
    const label = `${method} ${file}`;
    const text = encodeLabRequest(this.dialect ?? "lab", { method, file, cseq, session: this.#session, transport });
    const response = await connection.exchange({ text, cseq, label });
    this.#learn(response, cseq);
    if (response.status !== 200) throw refusal(label, response, { name: file, isLab: true });
  }

  /** A server that answers dialect A with a CSeq that is not a number speaks dialect B. */
  #learn(response: RtspResponse, cseq: number): void {
    if (this.#dialect === "auto") {
      if (response.status !== 200 && isRtsp10(response)) throw new NotALabServerError(SPEAKS_RTSP);
      this.#dialect = response.cseq === undefined ? "lab-b" : "lab";
    }
    if (response.cseq !== undefined && response.cseq !== cseq) {
      log.warn("The server answered CSeq {cseq} with {got}", { cseq, got: response.cseq });
    }
    if (response.status === 200) this.#session ??= response.session;
  }
}
