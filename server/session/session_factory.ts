/**
 * What a SETUP needs in every dialect: the movie that is asked for, and a session with a way to its client. Shared by the
 * responders.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import type { StatusCode } from "../../rtsp/status.ts";
import type { Catalog } from "../source/catalog.ts";
import type { Client } from "./client.ts";
import type { FrameSender } from "../send/frame_sender.ts";
import { EMULATED_QUEUE_MS, MAX_SESSIONS, MAX_SESSIONS_PER_CONNECTION } from "../limits.ts";
import { type Media, MediaNotFoundError, MediaUnusableError } from "../source/media.ts";
import { type Impairments, NetworkEmulator } from "../emulation/network_emulator.ts";
import type { Pacer } from "../send/pacer.ts";
import { seededRandom } from "../emulation/random.ts";
import type { RtpSockets } from "../send/rtp_sockets.ts";
import { Session } from "./session.ts";
import type { SessionRegistry } from "./session_registry.ts";
import { DatagramSender } from "../send/datagram_sender.ts";

const log = getLogger(["mjpegrtsp", "server"]);

/** Constructor options of {@linkcode SessionFactory}. */
export interface SessionFactoryOptions {
  /** Names to movies. */
  readonly catalog: Catalog;
  /** Where sessions are kept. */
  readonly registry: SessionRegistry;
  /** What packets leave from. */
  readonly sockets: RtpSockets;
  /** Says when frames are due. */
  readonly pacer: Pacer;
  /** The pacer's clock. */
  readonly clock: Clock;
  /** Frames a second of what does not know its own rate. */
  readonly frameRate: number;
  /** Begin again at the end of a movie. */
  readonly loop: boolean;
  /** What an emulated network does to every session's packets, and the seed of its dice; `undefined` for none. */
  readonly emulation: { readonly impairments: Impairments; readonly seed: number } | undefined;
  /** Gives numbers from 0 up to, not including, 1. */
  readonly random: () => number;
}

/** Opens movies and makes sessions. */
export class SessionFactory {
  readonly #options: SessionFactoryOptions;

  /** For one server. */
  constructor(options: SessionFactoryOptions) {
    this.#options = options;
  }

  /** Whether the client may set up one more session; the log says why not. */
  hasRoom(client: Client): boolean {
    const { peer } = client.connection;
    if (client.sessions.size >= MAX_SESSIONS_PER_CONNECTION) {
      log.warn("{peer} has {count} sessions already: no more for it", { peer, count: client.sessions.size });
      return false;
    }
    if (this.#options.registry.size >= MAX_SESSIONS) {
      log.warn("{peer} is refused: there are {count} sessions already", { peer, count: MAX_SESSIONS });
      return false;
    }
    return true;
  }

  /** The movie of that name, to be released; or the status that says why there is none, which the log explains. */
  async openMedia(client: Client, name: string): Promise<Media | StatusCode> {
    const { peer } = client.connection;
    try {
      return await this.#options.catalog.open(name);
    } catch (error) {
      if (error instanceof MediaNotFoundError || error instanceof MediaUnusableError) {
        log.warn("{peer} cannot have {name}: {reason}", { peer, name, reason: error.message });
        return error instanceof MediaNotFoundError ? 404 : 415;
      }
      log.error("{peer} cannot have {name}: {reason}", { peer, name, reason: String(error) });
      return 500;
    }
  }

  /** Whether a movie begins again at its end. */
  isCircular(media: Media): boolean {
    return this.#options.loop || media.isEndless;
  }

  /** Frames a second of a movie. */
  frameRateOf(media: Media): number {
    return media.frameRate ?? this.#options.frameRate;
  }

  /** A way over UDP. `onError` is called when a delayed packet cannot be sent. */
  createPath(destination: Deno.NetAddr, onError: (error: unknown) => void): DatagramSender {
    const { emulation, pacer, clock } = this.#options;
    return new DatagramSender({
      destination,
      emulator: emulation === undefined ? undefined : new NetworkEmulator(emulation.impairments, {
        random: seededRandom(emulation.seed),
        maxQueueMs: EMULATED_QUEUE_MS,
      }),
      pacer,
      clock,
      onError,
    });
  }

  /** A session of the client that the log names `peer`, in state READY, which the caller adds to the registry. */
  createSession(peer: string, { id, media, sender }: { id: string; media: Media; sender: FrameSender }): Session {
    const { loop, pacer, clock } = this.#options;
    return new Session({ id, peer, media, sender, frameRate: this.frameRateOf(media), loop, pacer, clock });
  }
}
