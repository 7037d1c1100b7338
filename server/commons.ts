/**
 * What there is once, however many threads a server runs in: places for clients and sessions, indexes, the drawn test source,
 * transcoders, and sessions that other threads have. A server that is alone has all of it itself.
 *
 * @module
 */

import type { Clock } from "../net/clock.ts";
import type { RtspReply, RtspRequest } from "../rtsp/message.ts";
import { ADDRESS_SHARE, MAX_CONNECTIONS, MAX_SESSIONS, PUBLISH_WAIT_MS } from "./limits.ts";
import { LocalPlaces, type Occupancy, type Places } from "./places/places.ts";
import { type Published, PublishedStreams } from "./publish/published_streams.ts";
import type { Client } from "./session/client.ts";
import type { Session } from "./session/session.ts";
import type { Decoders } from "./source/decoded/decoders.ts";
import type { IndexFile } from "./source/files/file_index.ts";
import type { LivePipe } from "./source/live_pipe.ts";
import type { LiveSource } from "./source/source.ts";
import type { TestFrames } from "./source/test_frames.ts";
import type { StartThread } from "../net/thread.ts";

/** How many clients and sessions there may be. */
export interface Limits {
  /** TCP connections at once, default {@linkcode MAX_CONNECTIONS}. */
  readonly maxConnections?: number;
  /** Sessions at once, default {@linkcode MAX_SESSIONS}. */
  readonly maxSessions?: number;
  /** Part of the connections, and of the sessions, that one address may have; default {@linkcode ADDRESS_SHARE}. */
  readonly addressShare?: number;
}

/** The sessions of RTSP/1.0 in other threads, which clients may use over any connection (RFC 2326, 1.1). */
export interface OtherEngines {
  /** An identifier that nobody can guess, and that names this thread. */
  createSessionId(): string;
  /** The reply of the thread that a request is for; `undefined` where that is this one, or turns out to be. */
  respond(client: Client, request: RtspRequest): Promise<RtspReply | undefined> | undefined;
  /** A client has left, which other threads may have sessions of. */
  leave(client: Client, reason: string): void;
}

/** Streams that clients publish, for the viewers of all threads. */
export interface Publishing {
  /**
   * Publishes what comes through a pipe, whose port is given away, for a client at an address. Resolves with whether it does, once it
   * can be watched.
   */
  publish(pipe: LivePipe, hostname: string): Promise<Published>;
  /** Ends all that is published here. */
  close(): void;
}

/** What a server shares with others. */
export interface Commons {
  /** Makes the places of clients. */
  createClientPlaces(occupancy: Occupancy<Client>): Places<Client>;
  /** Makes the places of sessions. */
  createSessionPlaces(occupancy: Occupancy<Session>): Places<Session>;
  /** Indexes files; `undefined` for in this thread. */
  readonly index: IndexFile | undefined;
  /** Draws the test source; `undefined` for a worker of this thread. */
  readonly testFrames: TestFrames | undefined;
  /** Decodes movies of other codecs; `undefined` for workers of this thread. */
  readonly decoders: Decoders | undefined;
  /** Starts a thread that conditions frames; `undefined` for a worker of this thread. */
  readonly startTranscoder: StartThread | undefined;
  /** Most of those, for each kind of frames; `undefined` for one for each core. */
  readonly maxTranscoders: number | undefined;
  /** Makes what publishes streams; `add` makes one a source of this thread. */
  createPublishing(add: (source: LiveSource) => void): Publishing;
  /** `undefined` for a server that is alone. */
  readonly others: OtherEngines | undefined;
}

/** What a server has that is alone. */
export function ownCommons(
  { clock, publishWaitMs = PUBLISH_WAIT_MS, ...limits }: Limits & {
    readonly clock: Clock;
    readonly publishWaitMs?: number;
  },
): Commons {
  const { maxConnections = MAX_CONNECTIONS, maxSessions = MAX_SESSIONS, addressShare = ADDRESS_SHARE } = limits;
  return {
    createClientPlaces: (occupancy) => new LocalPlaces({ clock, max: maxConnections, addressShare, ...occupancy }),
    createSessionPlaces: (occupancy) => new LocalPlaces({ clock, max: maxSessions, addressShare, ...occupancy }),
    index: undefined,
    testFrames: undefined,
    decoders: undefined,
    startTranscoder: undefined,
    maxTranscoders: undefined,
    createPublishing(add) {
      const streams = new PublishedStreams({ clock, waitMs: publishWaitMs, onOpened: add });
      return {
        publish: (pipe, hostname) => streams.publish(pipe, { engine: 0, hostname }),
        close: () => streams.close(),
      };
    },
    others: undefined,
  };
}
