/**
 * One stream to a multicast group, which runs while somebody plays it, and the seats in front of it. A client's session is no more
 * than a seat.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import { decodeRtcp } from "../../rtp/rtcp.ts";
import type { SessionState } from "../../rtsp/session_state.ts";
import type { Session } from "./session.ts";
import { numberOf } from "./session_number.ts";
import type { FrameSender } from "../send/frame_sender.ts";
import { MAX_DATAGRAM_BYTES } from "../limits.ts";
import type { Source } from "../source/source.ts";

const log = getLogger(["mjpegrtsp", "session"]);

/** Constructor options of {@linkcode MulticastStream}. */
export interface MulticastStreamOptions {
  /** Sends the frames to the group. */
  readonly session: Session;
  /** Gets what the group's receivers report; `undefined` where it could not be bound. */
  readonly reports: Deno.DatagramConn | undefined;
  /** The port that our own reports come from: the group sends them back to us. */
  readonly ownReportPort: number;
  /** Called when the last seat is empty: the stream is over. */
  readonly onEmpty: () => void;
}

/** A stream that many watch. It runs while one of them plays. */
export class MulticastStream {
  readonly #options: MulticastStreamOptions;
  readonly #seats = new Set<MulticastSeat>();

  constructor(options: MulticastStreamOptions) {
    this.#options = options;
    if (options.reports !== undefined) this.#readReports(options.reports);
  }

  /** Sends the frames to the group. */
  get session(): Session {
    return this.#options.session;
  }

  enter(seat: MulticastSeat): void {
    this.#seats.add(seat);
  }

  /** The last one to leave ends the stream. */
  leave(seat: MulticastSeat): void {
    this.#seats.delete(seat);
    if (this.#seats.size > 0) return void this.pauseIfUnwatched();
    this.session.end("nobody watches any more");
    this.#options.reports?.close();
    this.#options.onEmpty();
  }

  /** Sends frames only while somebody watches. */
  async pauseIfUnwatched(): Promise<void> {
    const isWatched = [...this.#seats].some(({ state }) => state === "PLAYING");
    if (!isWatched && this.session.state === "PLAYING") await this.session.pause();
  }

  /** Receivers report to the group: a report shows that the seats of its address are alive. */
  async #readReports(socket: Deno.DatagramConn): Promise<void> {
    const buffer = new Uint8Array(MAX_DATAGRAM_BYTES);
    try {
      for (;;) {
        const [packet, from] = await socket.receive(buffer);
        const { hostname, port } = from as Deno.NetAddr;
        if (port === this.#options.ownReportPort || !isReceiverReport(packet)) continue;
        for (const seat of this.#seats) if (seat.hostname === hostname) seat.touch();
      }
    } catch (error) {
      if (this.session.state === "INIT") return;
      log.error("Reports of the group cannot be read any more: {reason}", { reason: String(error) });
    }
  }
}

function isReceiverReport(packet: Uint8Array): boolean {
  try {
    return decodeRtcp(packet).some(({ kind }) => kind === "receiver-report");
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** Constructor options of {@linkcode MulticastSeat}. */
export interface MulticastSeatOptions {
  /** The session identifier. */
  readonly id: string;
  /** The client as the log names it. */
  readonly peer: string;
  /** Its IP address. */
  readonly hostname: string;
  /** The server's clock. */
  readonly clock: Clock;
}

/** One client's part in a stream: it neither chooses nor delays what the others see. */
export class MulticastSeat implements Session {
  readonly id: string;
  readonly isShared = true;
  /** IP address of the client. */
  readonly hostname: string;
  readonly #stream: MulticastStream;
  readonly #options: MulticastSeatOptions;
  #state: SessionState = "READY";
  #heardMs: number;

  constructor(stream: MulticastStream, options: MulticastSeatOptions) {
    this.#stream = stream;
    this.#options = options;
    this.id = options.id;
    this.hostname = options.hostname;
    this.#heardMs = options.clock.nowMs();
    stream.enter(this);
    log.info("{peer} set up {name}: session {number}, {destination}", {
      peer: options.peer,
      name: this.source.name,
      number: numberOf(this),
      destination: this.sender.destination,
    });
  }

  get source(): Source {
    return this.#stream.session.source;
  }

  get sender(): FrameSender {
    return this.#stream.session.sender;
  }

  get state(): SessionState {
    return this.#state;
  }

  get positionUs(): number {
    return this.#stream.session.positionUs;
  }

  get heardMs(): number {
    return this.#heardMs;
  }

  touch(): void {
    this.#heardMs = this.#options.clock.nowMs();
  }

  async play(): Promise<number> {
    this.#state = "PLAYING";
    const { peer } = this.#options;
    log.info("{peer} plays session {number}", { peer, number: numberOf(this) });
    const { session } = this.#stream;
    return session.state === "PLAYING" ? this.#options.clock.nowMs() : await session.play();
  }

  async pause(): Promise<void> {
    this.#state = "READY";
    const { peer } = this.#options;
    log.info("{peer} paused session {number}", { peer, number: numberOf(this) });
    await this.#stream.pauseIfUnwatched();
  }

  end(reason: string): void {
    if (this.#state === "INIT") return;
    this.#state = "INIT";
    const { peer } = this.#options;
    log.info("{peer} session {number} ended, {reason}", { peer, number: numberOf(this), reason });
    this.#stream.leave(this);
  }
}
