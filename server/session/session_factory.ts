/**
 * What a SETUP needs in every dialect: the source that is asked for, and a session with a way to its client.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import { fileReason } from "../../net/file_reason.ts";
import { isOutOfDescriptors } from "../../net/socket_errors.ts";
import type { StatusCode } from "../../rtsp/status.ts";
import { type Impairments, NetworkEmulator } from "../emulation/network_emulator.ts";
import { seededRandom } from "../emulation/random.ts";
import { EMULATED_QUEUE_MS, MAX_LATE_MS, MAX_SESSIONS_PER_CONNECTION } from "../limits.ts";
import { DatagramSender } from "../send/datagram_sender.ts";
import type { FrameSender } from "../send/frame_sender.ts";
import type { Pacer } from "../send/pacer.ts";
import type { Catalog, ListedStream } from "../source/catalog.ts";
import type { SoundTrack } from "../source/sound_track.ts";
import { type Source, SourceNotFoundError, SourceUnusableError } from "../source/source.ts";
import type { Place, Places } from "../places/places.ts";
import type { Client } from "./client.ts";
import type { Session } from "./session.ts";
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
  /** How late frames may leave where there is another session, in milliseconds; default {@linkcode MAX_LATE_MS}. */
  readonly maxLateMs?: number;
  /** Whether the sound beside frames is sent; default true. */
  readonly sound?: boolean;
}

/** Finds sources and makes sessions. */
export class SessionFactory {
  readonly #options: SessionFactoryOptions;
  /** Sources of whose sound the log has told that it cannot be sent. */
  readonly #silent = new WeakSet<Source>();

  constructor(options: SessionFactoryOptions) {
    this.#options = options;
  }

  /** Whether the client may set up one more session, if need be in the place of an idle one; the log says why not. */
  async hasRoom(client: Client): Promise<boolean> {
    return this.#mayHaveMore(client) && (await this.#places.hasRoom(client.hostname) || this.#refuse(client));
  }

  /** Whether frames leave so late that one more session would only take from the others; the log says so. */
  isOverloaded({ connection: { peer } }: Client): boolean {
    const { pacer, maxLateMs = MAX_LATE_MS } = this.#options;
    const { lateMs } = pacer;
    if (lateMs <= maxLateMs) return false;
    log.warn("{peer} is refused: frames leave {lateMs} ms late already (--max-late)", {
      peer,
      lateMs: Math.round(lateMs),
    });
    return true;
  }

  /** The place of a session that is made next; the idle one ends. `undefined` where there is none. */
  async takePlace(client: Client): Promise<Place<Session> | undefined> {
    const place = this.#mayHaveMore(client) ? await this.#places.take(client.hostname) : undefined;
    if (place === undefined) this.#refuse(client);
    return place;
  }

  get #places(): Places<Session> {
    return this.#options.registry.places;
  }

  #mayHaveMore({ connection: { peer }, sessions }: Client): boolean {
    if (sessions.size < MAX_SESSIONS_PER_CONNECTION) return true;
    log.warn("{peer} has {count} sessions already: no more for it", { peer, count: sessions.size });
    return false;
  }

  #refuse({ connection: { peer } }: Client): false {
    log.warn("{peer} is refused: there are {count} sessions, and none of them is idle that would have to give way", {
      peer,
      count: this.#places.taken,
    });
    return false;
  }

  /**
   * The source of that name; or the status that says why there is none, which the log explains. Rejects where nothing more can be
   * opened.
   */
  async findSource(client: Client, name: string): Promise<Source | StatusCode> {
    const { peer, signal } = client.connection;
    try {
      return await this.#options.catalog.find(name, signal);
    } catch (error) {
      if (signal.aborted) return 503;
      if (isOutOfDescriptors(error)) throw error;
      if (error instanceof SourceNotFoundError || error instanceof SourceUnusableError) {
        log.warn("{peer} cannot have {name}: {reason}", { peer, name, reason: error.message });
        return error instanceof SourceNotFoundError ? 404 : 415;
      }
      log.error("{peer} cannot have {name}: {reason}", { peer, name, reason: fileReason(error) });
      return 500;
    }
  }

  /** The sound beside the frames of a source; `undefined` where there is none, or none that can be sent, which the log explains. */
  async findSound({ connection: { signal } }: Client, source: Source): Promise<SoundTrack | undefined> {
    // What grows has no end yet, which its sound would have to wait at.
    if (this.#options.sound === false || source.isLive || source.grows) return undefined;
    try {
      return await source.sound?.(signal);
    } catch (error) {
      if (signal.aborted || isOutOfDescriptors(error)) throw error;
      if (!this.#silent.has(source)) {
        log.warn("{name} is sent without its sound: {reason}", { name: source.name, reason: fileReason(error) });
      }
      this.#silent.add(source);
      return undefined;
    }
  }

  /** Names of sources, for clients that list them. */
  movieNames(): Promise<string[]> {
    return this.#options.catalog.movieNames();
  }

  /** All that is served, as far as it can be listed. */
  listed(): Promise<ListedStream[]> {
    return this.#options.catalog.listed();
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
