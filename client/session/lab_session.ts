/**
 * A session at a server of the networking lab. Finds out which of the lab's dialects it speaks.
 *
 * @module
 */

import { LabDepacketizer } from "../../rtp/lab/lab_depacketizer.ts";
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import { encodeLabRequest } from "../../rtsp/lab_grammar.ts";
import type { LabTransport, RtspResponse } from "../../rtsp/message.ts";
import { createLabResponseReader } from "../../rtsp/readers.ts";
import type { SessionMethod } from "../../rtsp/session_state.ts";
import { LAB_SERVER_PATIENCE_MS } from "../limits.ts";
import { refusal } from "../rtsp/refusal.ts";
import type { AudioTrack, PlayerSession, PlayerSessionEvents } from "./player_session.ts";
import type { RtpReceiver } from "../../rtp/receiver/rtp_receiver.ts";
import { TrackReceiver } from "../../rtp/receiver/track_receiver.ts";
import { RtpSocket } from "../transport/rtp_socket.ts";
import { RtspConnection } from "../rtsp/rtsp_connection.ts";

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
  /** The bare file name that is asked for. */
  readonly file: string;
  /** `auto` begins in dialect A, which both kinds of server take, and sees by the reply which kind it met. */
  readonly dialect: "auto" | LabDialect;
  /** Sockets that the server is to send from (multi-flow fork); `undefined` for a plain session. */
  readonly flowCount: number | undefined;
  /** Times out replies that do not come. */
  readonly clock: Clock;
  /** Takes what happens. */
  readonly events: PlayerSessionEvents;
}

/** The server is none of the networking lab's. */
export class NotALabServerError extends Error {
  /** The class's name, for logs. */
  override name = "NotALabServerError";
}

/** One session, CSeq counting from 1. */
export class LabSession implements PlayerSession {
  readonly transport = "udp";
  readonly audio: readonly AudioTrack[] = [];
  readonly isLive = false;
  readonly #options: LabSessionOptions;
  readonly #packets: TrackReceiver;
  readonly #closing = new AbortController();
  #connection: RtspConnection | undefined;
  #socket: RtpSocket | undefined;
  #dialect: "auto" | LabDialect;
  #cseq = 0;
  #session: string | undefined;

  /** Connects with {@linkcode setUp}. */
  constructor(options: LabSessionOptions) {
    const { clock, events: { onFrame, onPacket } } = this.#options = options;
    this.#dialect = options.dialect;
    this.#packets = new TrackReceiver({ depacketizer: new LabDepacketizer(), clock, onFrame, onPacket });
  }

  get receiver(): RtpReceiver {
    return this.#packets.receiver;
  }

  get dialect(): LabDialect | undefined {
    return this.#dialect === "auto" ? undefined : this.#dialect;
  }

  /** Rejects with a {@linkcode NotALabServerError} where the dialect is open and an RTSP/1.0 server answers. */
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
    if (this.#closing.signal.aborted) {
      connection.close();
      throw new Error("The session is closed");
    }
    this.#socket = RtpSocket.open({
      hostname: connection.serverAddress.includes(":") ? "::" : "0.0.0.0",
      port: rtpPort,
      onDatagram: (datagram) => this.#packets.takeRtp(datagram),
      onUnexpectedSource: events.onUnexpectedSource,
      onError: ({ message }) => events.onNotice({ level: "error", text: `RTP port ${rtpPort} failed: ${message}` }),
    });
    // An RTSP/1.0 server waits for a blank line, which those of the lab's Java edition would take for a request.
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
    // Packets may overtake the reply: take them from now on.
    if (this.#connection !== undefined) this.#socket?.accept([this.#connection.serverAddress]);
    await this.#request("PLAY");
  }

  async pause(): Promise<void> {
    await this.#request("PAUSE");
  }

  async tearDown(): Promise<void> {
    await this.#request("TEARDOWN");
  }

  renew(): Promise<void> {
    return Promise.reject(new Error("A session of the networking lab is not set up again"));
  }

  flush(): void {
    this.#packets.flush();
  }

  close(): void {
    this.#closing.abort();
    this.#packets.close();
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
    if (response.status !== 200) throw refusal(label, response, file);
  }

  /** A server that answers dialect A with a CSeq that is no number is one of dialect B. */
  #learn(response: RtspResponse, cseq: number): void {
    if (this.#dialect === "auto") {
      if (isRtspResponse(response)) throw new NotALabServerError("The server speaks RTSP/1.0");
      this.#dialect = response.cseq === undefined ? "lab-b" : "lab";
    }
    if (response.cseq !== undefined && response.cseq !== cseq) {
      log.warn("The server answered CSeq {cseq} with {got}", { cseq, got: response.cseq });
    }
    if (response.status === 200) this.#session ??= response.session;
  }
}

/** The lab's servers have no fields but CSeq and Session, even in a refusal. */
function isRtspResponse({ status, headers }: RtspResponse): boolean {
  if (status === 200) return false;
  const names = [...headers].map(([name]) => name.toLowerCase());
  return names.some((name) => name !== "cseq" && name !== "session");
}
