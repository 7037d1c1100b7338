/**
 * The session that a player has at present: opened in the dialect that the server turns out to speak, and followed by
 * another when it is given up. Only the present one is heard.
 *
 * @module
 */

import type { Dialect } from "../../rtsp/message.ts";
import { NotALabServerError } from "./lab_session.ts";
import type { MediaSession, MediaSessionEvents, TransportKind } from "./media_session.ts";
import { createSession, type SessionFactoryOptions } from "./create_session.ts";

/** Holds one session at most. */
export class SessionSlot {
  readonly #options: SessionFactoryOptions;
  readonly #events: MediaSessionEvents;
  #session: MediaSession | undefined;
  #dialect: Dialect | undefined;
  #transport: TransportKind = "udp";
  #isLive = false;
  #unexpectedSourcePackets = 0;

  /** Is empty. */
  constructor(options: SessionFactoryOptions, events: MediaSessionEvents) {
    this.#options = options;
    this.#events = events;
  }

  /** The present session. */
  get session(): MediaSession | undefined {
    return this.#session;
  }

  /** The dialect that was found out. */
  get dialect(): Dialect | undefined {
    return this.#dialect;
  }

  /** What packets come over, or came over last. */
  get transport(): TransportKind {
    return this.#session?.transport ?? this.#transport;
  }

  /** Whether the stream that was set up last has no end that the server tells. */
  get isLive(): boolean {
    return this.#session?.isLive ?? this.#isLive;
  }

  /** Datagrams from other addresses than the server's, over all sessions. */
  get unexpectedSourcePackets(): number {
    return this.#unexpectedSourcePackets + (this.#session?.unexpectedSourcePackets ?? 0);
  }

  /** Opens a session as far as READY. Where it rejects, what there is of it is still to be closed. */
  async open(): Promise<MediaSession> {
    try {
      return await this.#open(this.#dialect);
    } catch (error) {
      if (!(error instanceof NotALabServerError)) throw error;
      this.close();
      return await this.#open("rtsp");
    }
  }

  /** Gives the present session up; a call of it that is under way rejects at once. */
  close(): void {
    const session = this.#session;
    if (session === undefined) return;
    this.#transport = session.transport;
    this.#isLive = this.isLive;
    this.#unexpectedSourcePackets += session.unexpectedSourcePackets;
    this.#session = undefined;
    session.close();
  }

  async #open(dialect: Dialect | undefined): Promise<MediaSession> {
    const { onPacket, onEnd, onNotice, onRenewal, onClosed } = this.#events;
    const isPresent = () => this.#session === session;
    // What did not come over UDP the last time is not waited for again.
    const isTcpBest = this.#transport === "tcp";
    const session: MediaSession = createSession(isTcpBest ? { ...this.#options, transport: "tcp" } : this.#options, {
      dialect,
      events: {
        onPacket: (datagram) => isPresent() && onPacket(datagram),
        onEnd: () => isPresent() && onEnd(),
        onNotice: (notice) => isPresent() && onNotice(notice),
        onRenewal: (reason) => isPresent() && onRenewal(reason),
        onClosed: (reason) => isPresent() && onClosed(reason),
      },
    });
    this.#session = session;
    await session.setUp();
    this.#dialect = session.dialect;
    return session;
  }
}
