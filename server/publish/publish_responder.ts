/**
 * Answers the requests of clients that publish: ANNOUNCE, SETUP and RECORD (RFC 2326, 10.3, 10.4, 10.11), and those that end it. A
 * publisher's session belongs to its connection, and ends with it.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { plainAddress } from "../../net/addresses.ts";
import type { Clock } from "../../net/clock.ts";
import { isOutOfDescriptors } from "../../net/socket_errors.ts";
import type { RtspReply, RtspRequest } from "../../rtsp/message.ts";
import { decodePresentation } from "../../rtsp/sdp.ts";
import type { StatusCode } from "../../rtsp/status.ts";
import { decodeTransports, encodeTransport, type TransportSpec } from "../../rtsp/fields/transport.ts";
import { SESSION_TIMEOUT_SECONDS } from "../limits.ts";
import type { ServerCapture } from "../capture/server_capture.ts";
import type { LivePipe } from "../source/live_pipe.ts";
import type { Client } from "../session/client.ts";
import { announcedTracks } from "./announced_tracks.ts";
import { isPublishable, type NamePattern } from "./published_names.ts";
import type { Published } from "./published_streams.ts";
import { Publisher } from "./publisher.ts";

const log = getLogger(["mjpegrtsp", "publish"]);

/** Methods of a publisher's session. */
const SESSION_METHODS: readonly string[] = ["RECORD", "PLAY", "PAUSE", "TEARDOWN", "GET_PARAMETER", "SET_PARAMETER"];

/** Constructor options of {@linkcode PublishResponder}. */
export interface PublishResponderOptions {
  /** The names that may be published. */
  readonly names: readonly NamePattern[];
  /** Whether a name is that of something else, which no publisher hides. */
  readonly isTaken: (name: string, signal: AbortSignal) => Promise<boolean>;
  /** Publishes what comes through a pipe, for a client at an address. Resolves with whether it does. */
  readonly publish: (pipe: LivePipe, hostname: string) => Promise<Published>;
  /** Makes session identifiers that nobody can guess. */
  readonly createId: () => string;
  /** The address to listen on. */
  readonly hostname: string;
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1. */
  readonly random: () => number;
  /** Hears of all that goes through the sockets, if that is wanted. */
  readonly capture?: ServerCapture;
}

/** A request that is asked of a publisher. */
interface Asked {
  readonly client: Client;
  readonly request: RtspRequest;
  readonly publisher: Publisher;
}

/** The publishing side of the server. */
export class PublishResponder {
  readonly #options: PublishResponderOptions;
  readonly #publishers = new Map<Client, Publisher>();

  constructor(options: PublishResponderOptions) {
    this.#options = options;
  }

  /** The reply to a request of a publisher, `name` being what its URL names; `undefined` for those that are not. */
  respond(client: Client, request: RtspRequest, name: string | undefined): Promise<RtspReply> | undefined {
    const { method, session: id } = request;
    if (method === "ANNOUNCE") return this.#announce(client, request, name ?? "");
    const publisher = this.#publishers.get(client);
    if (publisher === undefined || id !== undefined && id !== publisher.id) return undefined;
    publisher.touch();
    const asked = { client, request, publisher };
    if (method === "SETUP") return Promise.resolve(this.#setUp(asked));
    return SESSION_METHODS.includes(method) ? Promise.resolve(this.#apply(asked)) : undefined;
  }

  /** Takes what comes on a channel of a client's connection. Whether it was for a publisher. */
  take(packet: Uint8Array, { client, channel }: { readonly client: Client; readonly channel: number }): boolean {
    return this.#publishers.get(client)?.take(channel, packet) ?? false;
  }

  /** A connection has ended, and what was published over it. */
  leave(client: Client, reason: string): void {
    this.#publishers.get(client)?.end(reason);
  }

  /** Ends all publishers. */
  close(): void {
    for (const publisher of this.#publishers.values()) publisher.end("the server stopped");
  }

  async #announce(client: Client, { cseq, body }: RtspRequest, name: string): Promise<RtspReply> {
    const { names, isTaken, publish, createId, hostname, clock, random, capture } = this.#options;
    const { peer, signal } = client.connection;
    const reply = (status: StatusCode): RtspReply => ({ status, cseq, session: undefined });
    const refuse = (status: StatusCode, reason: string): RtspReply => {
      log.warn("{peer} cannot publish {name}: {reason}", { peer, name, reason });
      return reply(status);
    };
    if (this.#publishers.has(client)) return refuse(455, "its connection publishes already");
    if (!isPublishable(name, names)) return refuse(403, `names to publish are ${names.join(", ")} (--publish)`);
    let tracks;
    try {
      tracks = announcedTracks(decodePresentation(body));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const isUnreadable = error instanceof SyntaxError;
      return refuse(
        isUnreadable ? 400 : 415,
        isUnreadable ? reason : `${reason}; ffmpeg sends it with -c:v mjpeg -huffman default`,
      );
    }
    if (await isTaken(name, signal)) return refuse(403, "something else is served under that name");
    if (signal.aborted) return reply(503);
    const publisher = new Publisher({
      ...{ client, id: createId(), name, tracks, hostname, clock, random, capture },
      canonicalName: `mjpegrtsp@${plainAddress(client.localAddress.hostname)}`,
      onEnd: () => {
        this.#publishers.delete(client);
      },
    });
    this.#publishers.set(client, publisher);
    const published = await publish(publisher.pipe, client.hostname);
    if (signal.aborted) publisher.end("its client has left");
    if (published === "published") return signal.aborted ? reply(503) : reply(200);
    publisher.end("it is refused");
    if (published === "taken") return refuse(403, "somebody else publishes it");
    return refuse(503, "there are too many published streams, of its address or of all");
  }

  #setUp({ client, request, publisher }: Asked): RtspReply {
    const { cseq, headers, uri } = request;
    const refuse = (status: StatusCode): RtspReply => ({ status, cseq, session: undefined });
    if (publisher.state === "RECORDING") return refuse(455);
    const track = publisher.trackAt(uri);
    if (track === undefined || publisher.has(track)) return refuse(459);
    const { peer } = client.connection;
    const offer = decodeTransports(headers.getAll("Transport").join(",")).find(isPossible);
    if (offer === undefined) {
      log.warn("{peer} cannot publish {name} over {transport}: RTP/AVP over UDP or TCP can be received", {
        ...{ peer, name: publisher.name, transport: headers.get("Transport") ?? "no Transport at all" },
      });
      return refuse(461);
    }
    let transport: TransportSpec;
    try {
      transport = publisher.setUp(track, offer);
    } catch (error) {
      if (isOutOfDescriptors(error)) throw error;
      log.error("{peer} cannot publish {name}: {reason}", { peer, name: publisher.name, reason: String(error) });
      return refuse(500);
    }
    const session = `${publisher.id};timeout=${SESSION_TIMEOUT_SECONDS}`;
    return { status: 200, cseq, session, headers: [["Transport", encodeTransport({ ...transport, mode: "RECORD" })]] };
  }

  #apply({ request, publisher }: Asked): RtspReply {
    const { method, cseq } = request;
    const reply = (status: StatusCode): RtspReply => ({ status, cseq, session: publisher.id });
    const { state } = publisher;
    switch (method) {
      case "RECORD":
        if (state !== "READY" || !publisher.hasVideo) return state === "RECORDING" ? reply(200) : reply(455);
        publisher.record();
        return reply(200);
      case "PAUSE":
        if (state === "INIT") return reply(455);
        if (state === "RECORDING") publisher.pause();
        return reply(200);
      case "TEARDOWN":
        publisher.end("torn down");
        return reply(200);
      case "PLAY":
        return reply(455);
      default:
        return reply(200);
    }
  }
}

/** Packets come from nobody but the client. */
function isPossible({ protocol, isMulticast, clientPort }: TransportSpec): boolean {
  return !isMulticast && (protocol === "tcp" || clientPort !== undefined);
}
