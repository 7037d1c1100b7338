/**
 * What a SETUP needs in every dialect: the source that is asked for, and a session with a way to its client.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import { fileReason } from "../../net/file_reason.ts";
import type { StatusCode } from "../../rtsp/status.ts";
import { type Impairments, NetworkEmulator } from "../emulation/network_emulator.ts";
import { seededRandom } from "../emulation/random.ts";
import { EMULATED_QUEUE_MS, MAX_SESSIONS_PER_CONNECTION } from "../limits.ts";
import { DatagramSender } from "../send/datagram_sender.ts";
import type { FrameSender } from "../send/frame_sender.ts";
import type { Pacer } from "../send/pacer.ts";
import type { Catalog } from "../source/catalog.ts";
import { type Source, SourceNotFoundError, SourceUnusableError } from "../source/source.ts";
import type { Client } from "./client.ts";
import type { SessionRegistry } from "./session_registry.ts";
import { UnicastSession } from "./unicast_session.ts";

const log = getLogger(["mjpegrtsp", "server"]);

/** What an emulated network does to every session's packets. */
export interface Emulation {
  readonly impairments: Impairments;
  /** The seed of its dice. */
  readonly seed: number;
}

/** Constructor options of {@linkcode SessionFactory}. */
export interface SessionFactoryOptions {
  readonly catalog: Catalog;
  readonly registry: SessionRegistry;
  /** Says when frames are due. */
  readonly pacer: Pacer;
  /** The pacer's clock. */
  readonly clock: Clock;
  readonly emulation: Emulation | undefined;
}

/** Finds sources and makes sessions. */
export class SessionFactory {
  readonly #options: SessionFactoryOptions;

  constructor(options: SessionFactoryOptions) {
    this.#options = options;
  }

  /** Whether the client may set up one more session, if need be in the place of an idle one; the log says why not. */
  hasRoom(client: Client): boolean {
    return this.#mayAdd(client, (registry) => registry.hasRoom(client));
  }

  /** Like {@linkcode SessionFactory.hasRoom}, right before the session is made: the idle one ends. */
  makeRoom(client: Client): boolean {
    return this.#mayAdd(client, (registry) => registry.makeRoom(client));
  }

  #mayAdd(client: Client, isThereRoom: (registry: SessionRegistry) => boolean): boolean {
    const { peer } = client.connection;
    if (client.sessions.size >= MAX_SESSIONS_PER_CONNECTION) {
      log.warn("{peer} has {count} sessions already: no more for it", { peer, count: client.sessions.size });
      return false;
    }
    const { registry } = this.#options;
    if (isThereRoom(registry)) return true;
    log.warn("{peer} is refused: there are {count} sessions, and none of them is idle that would have to give way", {
      peer,
      count: registry.size,
    });
    return false;
  }

  /** The source of that name; or the status that says why there is none, which the log explains. */
  async findSource(client: Client, name: string): Promise<Source | StatusCode> {
    const { peer, signal } = client.connection;
    try {
      return await this.#options.catalog.find(name, signal);
    } catch (error) {
      if (signal.aborted) return 503;
      if (error instanceof SourceNotFoundError || error instanceof SourceUnusableError) {
        log.warn("{peer} cannot have {name}: {reason}", { peer, name, reason: error.message });
        return error instanceof SourceNotFoundError ? 404 : 415;
      }
      log.error("{peer} cannot have {name}: {reason}", { peer, name, reason: fileReason(error) });
      return 500;
    }
  }

  /** Names of sources, for clients that list them. */
  movieNames(): Promise<string[]> {
    return this.#options.catalog.movieNames();
  }

  /** Sends over UDP. `onError` is called when a delayed packet cannot be sent. */
  createDatagramSender(destination: Deno.NetAddr, onError: (error: unknown) => void): DatagramSender {
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
  createSession(
    peer: string,
    { id, source, sender }: { readonly id: string; readonly source: Source; readonly sender: FrameSender },
  ): UnicastSession {
    const { pacer, clock } = this.#options;
    return new UnicastSession({ id, peer, source, sender, pacer, clock });
  }
}
