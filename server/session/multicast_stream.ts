/**
 * One stream to a multicast group, which runs while somebody plays it, and the seats in front of it. A client's session is no more
 * than a seat.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { plainAddress } from "../../net/addresses.ts";
import type { Clock } from "../../net/clock.ts";
import { readReceiverReports } from "../../rtp/receiver_reports.ts";
import type { SessionState } from "../../rtsp/session_state.ts";
import { type Session, streamOf } from "./session.ts";
import { numberOf } from "./session_number.ts";
import type { FrameSender } from "../send/frame_sender.ts";
import type { RtpStream, TrackKind } from "../send/rtp_stream.ts";
import { MAX_DATAGRAM_BYTES } from "../../net/limits.ts";
import type { Source } from "../source/source.ts";
import type { UnicastSession } from "./unicast_session.ts";

const log = getLogger(["mjpegrtsp", "session"]);

/** Constructor options of {@linkcode MulticastStream}. */
export interface MulticastStreamOptions {
  /** Sends to the group. */
  readonly session: UnicastSession;
  readonly clock: Clock;
  /** Called when the last seat is empty: the stream is over. */
  readonly onEmpty: () => void;
}

/** A stream that many watch. It runs while one of them plays. */
export class MulticastStream {
  readonly #options: MulticastStreamOptions;
  readonly #seats = new Set<MulticastSeat>();
  /** By the addresses of seats, whose receivers report for all of them. */
  readonly #addresses = new Map<string, { seats: number; heardMs: number }>();

  constructor(options: MulticastStreamOptions) {
    this.#options = options;
  }

  /** Sends to the group. */
  get session(): UnicastSession {
    return this.#options.session;
  }

  /** Reads what the group's receivers report, to the group or to us. Whoever made the sockets closes them. */
  readReportsFrom(sockets: readonly Deno.DatagramConn[]): void {
    for (const socket of sockets) this.#readReports(socket);
  }

  enter(seat: MulticastSeat): void {
    this.#seats.add(seat);
    const address = this.#addresses.get(seat.hostname);
    if (address === undefined) this.#addresses.set(seat.hostname, { seats: 1, heardMs: 0 });
    else address.seats++;
  }

  /** When a receiver at that address last reported, in milliseconds of the clock. */
  heardMs(hostname: string): number {
    return this.#addresses.get(hostname)?.heardMs ?? 0;
  }

  /** The last one to leave ends the stream. */
  leave(seat: MulticastSeat): void {
    this.#seats.delete(seat);
    const address = this.#addresses.get(seat.hostname);
    if (address !== undefined && --address.seats === 0) this.#addresses.delete(seat.hostname);
    if (this.#seats.size > 0) return void this.pauseIfUnwatched();
    this.session.end("nobody watches any more");
    this.#options.onEmpty();
  }

  /** Sends frames only while somebody watches. */
  async pauseIfUnwatched(): Promise<void> {
    const isWatched = [...this.#seats].some(({ state }) => state === "PLAYING");
    if (!isWatched && this.session.state === "PLAYING") await this.session.pause();
  }

  /** Takes a datagram. Whether it is a report on the stream: the seats of its address are alive then. */
  takeReport(packet: Uint8Array, from: Deno.NetAddr): boolean {
    const address = this.#addresses.get(plainAddress(from.hostname));
    const reports = address === undefined ? undefined : readReceiverReports(packet);
    if (address === undefined || reports === undefined) return false;
    // The group sends our own reports back to us: they are on nobody.
    const isOnStream = reports.isFromWaiting ||
      reports.blocks.some(({ ssrc }) => streamOf(this.session, ssrc) !== undefined);
    if (isOnStream) address.heardMs = this.#options.clock.nowMs();
    return isOnStream;
  }

  async #readReports(socket: Deno.DatagramConn): Promise<void> {
    const buffer = new Uint8Array(MAX_DATAGRAM_BYTES);
    try {
      for (;;) {
        const [packet, from] = await socket.receive(buffer);
        this.takeReport(packet, from as Deno.NetAddr);
      }
    } catch (error) {
      if (this.session.state === "INIT") return;
      log.error("Reports of the group cannot be read any more: {reason}", { reason: String(error) });
    }
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
  /** What its client has set up. */
  readonly #tracks = new Set<TrackKind>();
  #state: SessionState = "READY";
  #heardMs: number;
  #hasPlayed = false;

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

  get streams(): readonly RtpStream[] {
    return this.#stream.session.streams.filter(({ kind }) => this.#tracks.has(kind));
  }

  /** What it is a seat in front of. */
  get stream(): MulticastStream {
    return this.#stream;
  }

  /** Its client has set up a track. */
  addTrack(kind: TrackKind): void {
    this.#tracks.add(kind);
  }

  get state(): SessionState {
    return this.#state;
  }

  get hasPlayed(): boolean {
    return this.#hasPlayed;
  }

  get positionUs(): number {
    return this.#stream.session.positionUs;
  }

  get heardMs(): number {
    return Math.max(this.#heardMs, this.#stream.heardMs(this.hostname));
  }

  touch(): void {
    this.#heardMs = this.#options.clock.nowMs();
  }

  async play(): Promise<number> {
    this.#state = "PLAYING";
    this.#hasPlayed = true;
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
