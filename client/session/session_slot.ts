/**
 * The session that a player has at present: opened in the dialect that the server turns out to speak, and followed by another when it
 * is given up. Only the present one is heard.
 *
 * @module
 */

import type { Dialect } from "../../rtsp/message.ts";
import { createPlayerSession, type PlayerSessionOptions } from "./create_session.ts";
import { NotALabServerError } from "./lab_session.ts";
import type { PlayerSession, PlayerSessionEvents, TransportKind } from "./player_session.ts";

/** Holds one session at most. */
export class SessionSlot {
  readonly #options: PlayerSessionOptions;
  readonly #events: PlayerSessionEvents;
  /** The present session. */
  #session: PlayerSession | undefined;
  /** The one that was opened last, whether it is still there or not. */
  #latest: PlayerSession | undefined;
  /** The one that was set up last: it tells what the server is like. */
  #established: PlayerSession | undefined;

  constructor(options: PlayerSessionOptions, events: PlayerSessionEvents) {
    this.#options = options;
    this.#events = events;
  }

  /** The present session. */
  get session(): PlayerSession | undefined {
    return this.#session;
  }

  /** The dialect that was found out. */
  get dialect(): Dialect | undefined {
    return this.#established?.dialect;
  }

  /** What packets come over, or came over last. */
  get transport(): TransportKind {
    return this.#latest?.transport ?? "udp";
  }

  /** Whether the stream has no end that the server tells, as far as it was described yet. */
  get isLive(): boolean {
    return this.#session?.isLive ?? this.#established?.isLive ?? false;
  }

  /** Opens a session as far as READY. Where it rejects, what there is of it is still to be closed. */
  async open(): Promise<PlayerSession> {
    try {
      return await this.#open(this.dialect);
    } catch (error) {
      if (!(error instanceof NotALabServerError)) throw error;
      this.close();
      return await this.#open("rtsp");
    }
  }

  /** Gives up the present session; a call of it that is under way rejects at once. */
  close(): void {
    const session = this.#session;
    this.#session = undefined;
    session?.close();
  }

  async #open(dialect: Dialect | undefined): Promise<PlayerSession> {
    const { onFrame, onPacket, onUnexpectedSource, onEnd, onNotice, onRenewal, onClosed } = this.#events;
    const isPresent = () => this.#session === session;
    // What did not come over UDP the last time is not waited for again.
    const options = this.transport === "tcp" ? { ...this.#options, transport: "tcp" as const } : this.#options;
    const session: PlayerSession = createPlayerSession(options, {
      dialect,
      events: {
        onFrame: (frame) => isPresent() && onFrame(frame),
        onPacket: () => isPresent() && onPacket(),
        onUnexpectedSource,
        onEnd: () => isPresent() && onEnd(),
        onNotice: (notice) => isPresent() && onNotice(notice),
        onRenewal: (reason) => isPresent() && onRenewal(reason),
        onClosed: (reason) => isPresent() && onClosed(reason),
      },
    });
    this.#session = this.#latest = session;
    await session.setUp();
    this.#established = session;
    return session;
  }
}
