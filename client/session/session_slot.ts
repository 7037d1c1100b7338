/**
 * The session that a player has at present: opened in the dialect that the server turns out to speak, and followed by another
 * when it is closed. Events of other sessions than the present one are ignored.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { KeepaliveMethods } from "../rtsp/keepalive_methods.ts";
import { createSession, type PlayerSessionOptions } from "./create_session.ts";
import { NotALabServerError } from "./lab_session.ts";
import type { PlayerSession, PlayerSessionEvents, TransportKind } from "./player_session.ts";
import { serverOf, titleOf } from "./target.ts";

const log = getLogger(["mjpegrtsp", "player"]);

/** Holds one open session at most. */
export class SessionSlot {
  readonly #options: PlayerSessionOptions;
  readonly #events: PlayerSessionEvents;
  readonly #keepaliveMethods = new KeepaliveMethods();
  /** The newest session, open or closed. */
  #newest: PlayerSession | undefined;
  #dialect: PlayerSession["dialect"];

  constructor(options: PlayerSessionOptions, events: PlayerSessionEvents) {
    this.#options = options;
    this.#events = events;
  }

  /** The session that is open, or being opened. */
  get session(): PlayerSession | undefined {
    return this.#newest?.isClosed ? undefined : this.#newest;
  }

  /** The dialect of the server, once a session was set up. */
  get dialect(): PlayerSession["dialect"] {
    return this.#dialect;
  }

  /** What packets come over, or came over last. */
  get transport(): TransportKind {
    return this.#newest?.transport ?? "udp";
  }

  /** Opens a session as far as READY. Where this rejects, the session may have to be closed still. */
  async open(): Promise<PlayerSession> {
    const session = await this.#open();
    const { dialect } = session;
    this.#dialect = dialect;
    const { target } = this.#options;
    log.info("set up {title} at {server}, dialect {dialect}", {
      ...{ title: titleOf(target), server: serverOf(target), dialect },
    });
    return session;
  }

  /** The session that is to take a method. Throws an `Error` where there is none. */
  need(method: string): PlayerSession {
    const { session } = this;
    if (session === undefined) throw new Error(`Cannot send ${method}: the connection to the server has ended`);
    return session;
  }

  /** Closes the session; a call of it that is under way rejects at once. */
  close(): void {
    this.session?.close();
  }

  async #open(): Promise<PlayerSession> {
    const session = this.#create(this.#dialect);
    try {
      await session.setUp();
      return session;
    } catch (error) {
      if (!(error instanceof NotALabServerError) || this.session !== session) throw error;
      session.close();
    }
    const other = this.#create("rtsp");
    await other.setUp();
    return other;
  }

  #create(dialect: PlayerSession["dialect"]): PlayerSession {
    const { onFrame, onSound, onPacket, onUnexpectedSource, onEnd, onNotice, onWire, onWaiting, onRenewal, onClosed } =
      this.#events;
    const isPresent = () => this.session === session;
    // What did not come over UDP the last time is not tried over UDP again.
    const isTcpBest = this.transport === "tcp";
    const options = { ...this.#options, keepaliveMethods: this.#keepaliveMethods };
    const session: PlayerSession = createSession(isTcpBest ? { ...options, transport: "tcp" } : options, {
      dialect,
      events: {
        onFrame: (frame) => isPresent() && onFrame(frame),
        onSound: (sound, track) => isPresent() && onSound(sound, track),
        onPacket: (nowMs) => isPresent() && onPacket(nowMs),
        onUnexpectedSource: () => isPresent() && onUnexpectedSource(),
        onEnd: () => isPresent() && onEnd(),
        onNotice: (notice) => isPresent() && onNotice(notice),
        onWire: (direction, text) => isPresent() && onWire(direction, text),
        onWaiting: (text) => isPresent() && onWaiting(text),
        onRenewal: (reason) => isPresent() && onRenewal(reason),
        onClosed: (reason) => isPresent() && onClosed(reason),
      },
    });
    this.#newest = session;
    return session;
  }
}
