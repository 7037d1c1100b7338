/**
 * A session at a server of the networking lab. Finds out which of the lab's dialects the server speaks.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import { LabDepacketizer } from "../../rtp/lab/lab_depacketizer.ts";
import { TrackReceiver } from "../../rtp/receiver/track_receiver.ts";
import { encodeLabRequest } from "../../rtsp/lab_grammar.ts";
import type { LabTransport, RtspResponse } from "../../rtsp/message.ts";
import { createLabResponseReader } from "../../rtsp/readers.ts";
import type { SessionMethod } from "../../rtsp/session_state.ts";
import { LAB_SERVER_PATIENCE_MS } from "../limits.ts";
import { refusal } from "../rtsp/refusal.ts";
import { RtspConnection } from "../rtsp/rtsp_connection.ts";
import { RtpSocket, wildcardFor } from "../transport/rtp_socket.ts";
import type { AudioTrack, PlayerSession, PlayerSessionEvents } from "./player_session.ts";

const log = getLogger(["mjpegrtsp", "rtsp"]);

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
  readonly isLive = false;
  readonly #options: LabSessionOptions;
  readonly #closing = new AbortController();
  #connection: RtspConnection | undefined;
  #socket: RtpSocket | undefined;
  #dialect: "auto" | LabDialect;
  #cseq = 0;
  #session: string | undefined;

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
    const { hostname, port, rtpPort, clock, events, flowCount } = this.#options;
    const connection = this.#connection = await RtspConnection.connect({
      hostname,
      port,
      reader: createLabResponseReader(),
      clock,
      signal: this.#closing.signal,
      onClosed: events.onClosed,
    });
    if (this.isClosed) {
      connection.close();
      throw new Error("The session is closed");
    }
    this.#socket = RtpSocket.bind({ hostname: wildcardFor(connection.serverAddress), port: rtpPort }, {
      onDatagram: (datagram) => this.video.takeRtp(datagram),
      onUnexpectedSource: events.onUnexpectedSource,
      onError: ({ message }) => events.onNotice({ level: "error", text: `RTP port ${rtpPort} failed: ${message}` }),
    });
    // An RTSP/1.0 server waits for a blank line, which lab servers of the Java edition would take for a request.
    // gst-rtsp-server 1.22 waits for two where the request came without: "play: gst-rtsp-server in the lab's form" holds it.
    const cancelBlankLine = this.#dialect !== "auto" ? () => {} : clock.after(LAB_SERVER_PATIENCE_MS, () => {
      connection.write(new TextEncoder().encode("\r\n\r\n")).catch(
        () => {/* the connection's reader tells that it has ended */},
      );
    });
    try {
      await this.#request("SETUP", { clientPort: rtpPort, flowCount });
    } finally {
      cancelBlankLine();
    }
  }

  async play(): Promise<void> {
    // Packets may come before the reply.
    if (this.#connection !== undefined) this.#socket?.accept([this.#connection.serverAddress]);
    await this.#request("PLAY");
  }

  async pause(): Promise<void> {
    await this.#request("PAUSE");
    this.video.flush();
  }

  async tearDown(): Promise<void> {
    await this.#request("TEARDOWN");
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
      if (isRtsp10(response)) throw new NotALabServerError("The server speaks RTSP/1.0");
      this.#dialect = response.cseq === undefined ? "lab-b" : "lab";
    }
    if (response.cseq !== undefined && response.cseq !== cseq) {
      log.warn("The server answered CSeq {cseq} with {got}", { cseq, got: response.cseq });
    }
    if (response.status === 200) this.#session ??= response.session;
  }
}

/** Even to refuse, lab servers send a Session line, or nothing but the status; and no other fields. */
function isRtsp10({ status, headers }: RtspResponse): boolean {
  if (status === 200) return false;
  const names = [...headers].map(([name]) => name.toLowerCase());
  return names.some((name) => name !== "cseq" && name !== "session");
}
