/**
 * SETUP: which of the transports that a client offers is taken (RFC 2326, 12.39), and the session that comes of it, or the one that
 * gets one more track.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { plainAddress } from "../../net/addresses.ts";
import { isOutOfDescriptors } from "../../net/socket_errors.ts";
import type { RtspReply, RtspRequest } from "../../rtsp/message.ts";
import type { StatusCode } from "../../rtsp/status.ts";
import { decodeTransports, encodeTransport, type TransportSpec } from "../../rtsp/fields/transport.ts";
import { SESSION_TIMEOUT_SECONDS } from "../limits.ts";
import type { Place } from "../places/places.ts";
import type { Client } from "../session/client.ts";
import type { Multicast } from "../session/multicast.ts";
import { MulticastSeat } from "../session/multicast_stream.ts";
import type { Session } from "../session/session.ts";
import type { SessionFactory } from "../session/session_factory.ts";
import type { SessionRegistry } from "../session/session_registry.ts";
import type { Delivery, TrackSenders, WantedTrack } from "../session/track_senders.ts";
import { UnicastSession } from "../session/unicast_session.ts";
import type { Source } from "../source/source.ts";
import type { SessionParameters } from "./session_parameters.ts";
import type { StreamDescriber } from "./stream_describer.ts";
import type { OpenedTransport, TrackTransports } from "./track_transports.ts";
import type { NamedTrack } from "./tracks.ts";

const log = getLogger(["mjpegrtsp", "server"]);

/** Constructor options of {@linkcode StreamSetup}. */
export interface StreamSetupOptions {
  readonly factory: SessionFactory;
  readonly registry: SessionRegistry;
  /** Knows whether RTP/JPEG can carry a source. */
  readonly describer: StreamDescriber;
  /** Sends to groups, if that is wanted. */
  readonly multicast: Multicast | undefined;
  /** Sends to single clients. */
  readonly transports: TrackTransports;
  readonly senders: TrackSenders;
  /** Makes session identifiers that nobody can guess. */
  readonly createId: () => string;
  /** Takes the emulated networks that clients may change; `undefined` where they may not. */
  readonly parameters?: SessionParameters;
}

/** Sets up RTSP/1.0 sessions. */
export class StreamSetup {
  readonly #options: StreamSetupOptions;

  constructor(options: StreamSetupOptions) {
    this.#options = options;
  }

  /** The reply to a SETUP of a track; of the frames where a URL names the whole stream. */
  async setUp(client: Client, request: RtspRequest, named: NamedTrack): Promise<RtspReply> {
    const { cseq, session: id, headers } = request;
    const refuse = (status: StatusCode): RtspReply => ({ status, cseq, session: undefined });
    const before = id === undefined ? undefined : this.#options.registry.get(id, client);
    if (id !== undefined && before === undefined) return refuse(454);
    const problem = before === undefined ? undefined : problemOfTrack(before, named);
    if (problem !== undefined) return refuse(problem);
    const offers = decodeTransports(headers.getAll("Transport").join(","));
    const created = before === undefined
      ? await this.#begin(client, named, offers)
      : await this.#addTrack(client, before, { named, offers });
    if (created === 461) {
      log.warn("{peer} asked for {name} over no transport that is possible: {transport}", {
        peer: client.connection.peer,
        name: named.name,
        transport: headers.get("Transport") ?? "no Transport at all",
      });
    }
    if (typeof created === "number") return refuse(created);
    const { session, transport } = created;
    return {
      status: 200,
      cseq,
      // Over TCP a session lives as long as its connection.
      session: transport.protocol === "tcp" ? session.id : `${session.id};timeout=${SESSION_TIMEOUT_SECONDS}`,
      headers: [["Transport", encodeTransport(transport)], ...this.#options.parameters?.fieldsOf(session) ?? []],
    };
  }

  /** A new session, with one track. */
  async #begin(
    client: Client,
    named: NamedTrack,
    offers: readonly TransportSpec[],
  ): Promise<Created | StatusCode> {
    const { factory } = this.#options;
    if (!await factory.hasRoom(client)) return 503;
    const source = await factory.findSource(client, named.name);
    if (typeof source === "number") return source;
    const possible = offers.filter((offer) => this.#isPossible(offer, client, source));
    if (possible.length === 0) return 461;
    // One more seat in front of a stream to a group costs nothing.
    if (!possible[0].isMulticast && factory.isOverloaded(client)) return 453;
    const wanted = await this.#want(client, source, named);
    if (typeof wanted === "number") return wanted;
    const place = await factory.takePlace(client);
    if (place === undefined) return 503;
    try {
      for (const offer of possible) {
        const created = await this.#create(client, { wanted, offer, place });
        if (created !== undefined) return created;
      }
    } catch (error) {
      place.leave();
      throw error;
    }
    place.leave();
    return 461;
  }

  /** A session over one of the transports; `undefined` where that turns out to be impossible. */
  async #create(
    client: Client,
    { wanted, offer, place }: { wanted: WantedTrack; offer: TransportSpec; place: Place<Session> },
  ): Promise<Created | undefined> {
    if (offer.isMulticast) return await this.#createSeat(client, wanted, place);
    const { registry, senders, transports, createId, parameters } = this.#options;
    let session: UnicastSession | undefined;
    const onError = (error: unknown) => session?.fail(error);
    const opened = transports.open(client, offer, {
      session: undefined,
      isRepaired: wanted.kind === "video",
      onError,
    });
    try {
      session = senders.createSession(createId(), wanted, deliveryOf(client, opened));
    } catch (error) {
      opened.transport.close();
      throw error;
    }
    transports.assign(opened, session);
    const link = opened.datagrams?.link;
    if (link !== undefined) parameters?.add(session, link);
    // Over TCP a session ends with its connection.
    registry.add(session, { place, client, endsWithClient: opened.spec.protocol === "tcp", ...opened.path });
    return { session, transport: transportOf(session, wanted, opened) };
  }

  /** A session that is there gets the other track. */
  async #addTrack(
    client: Client,
    session: Session,
    { named, offers }: { named: NamedTrack; offers: readonly TransportSpec[] },
  ): Promise<Created | StatusCode> {
    const { registry, senders, transports } = this.#options;
    const wanted = await this.#want(client, session.source, named);
    if (typeof wanted === "number") return wanted;
    // It may have ended meanwhile.
    const problem = problemOfTrack(session, named);
    if (problem !== undefined) return problem;
    if (session instanceof MulticastSeat) return await this.#addToSeat(client, session, { wanted, offers });
    // All tracks go the same way: a session over TCP ends with its connection, any other does not.
    const protocol = registry.protocolOf(session, client);
    const isAlike = (offer: TransportSpec) => !offer.isMulticast && offer.protocol === protocol;
    const offer = offers.find((offer) => isAlike(offer) && this.#isPossible(offer, client, session.source));
    if (!(session instanceof UnicastSession) || offer === undefined) return 461;
    const onError = (error: unknown) => session.fail(error);
    const opened = transports.open(client, offer, { session, isRepaired: wanted.kind === "video", onError });
    senders.addTrack(session, wanted, deliveryOf(client, opened));
    registry.addTrack(session, opened.path);
    return { session, transport: transportOf(session, wanted, opened) };
  }

  /** The track, with what there has to be known of it; the status that says why there is none, which the log explains. */
  async #want(
    client: Client,
    source: Source,
    { name, track = "video" }: NamedTrack,
  ): Promise<WantedTrack | StatusCode> {
    const { factory, describer } = this.#options;
    if (track === "video") {
      const frame = await describer.lookAt(client, source);
      return typeof frame === "number" ? frame : { kind: "video", source, describedSize: frame.size };
    }
    const sound = await factory.findSound(client, source);
    if (sound !== undefined && !source.isLive) return { kind: "sound", source, sound };
    log.warn("{peer} cannot have the sound of {name}: there is none", { peer: client.connection.peer, name });
    return 404;
  }

  async #createSeat(client: Client, wanted: WantedTrack, place: Place<Session>): Promise<Created | undefined> {
    const { multicast, createId, registry } = this.#options;
    return await this.#orUndefined(client, wanted, async () => {
      const { seat, transport } = await multicast!.join(client, createId(), wanted);
      registry.add(seat, { place, client, endsWithClient: false });
      return { session: seat, transport };
    });
  }

  async #addToSeat(
    client: Client,
    seat: MulticastSeat,
    { wanted, offers }: { wanted: WantedTrack; offers: readonly TransportSpec[] },
  ): Promise<Created | StatusCode> {
    const { multicast } = this.#options;
    if (!offers.some((offer) => offer.isMulticast && this.#isPossible(offer, client, wanted.source))) return 461;
    return await this.#orUndefined(client, wanted, async () => {
      const transport = await multicast!.addTrack(client, seat, wanted);
      return { session: seat, transport };
    }) ?? 461;
  }

  /** What `open` gives; `undefined` where the group turns out to be impossible, which the log explains. */
  async #orUndefined(client: Client, wanted: WantedTrack, open: () => Promise<Created>): Promise<Created | undefined> {
    try {
      return await open();
    } catch (error) {
      if (isOutOfDescriptors(error)) throw error;
      log.error("{peer} cannot have {name} over multicast: {reason}", {
        peer: client.connection.peer,
        name: wanted.source.name,
        reason: error instanceof Error ? error.message : String(error),
      });
      return undefined;
    }
  }

  /** Whether packets can go that way, and to nobody but the client, or to our own group. */
  #isPossible(offer: TransportSpec, client: Client, source: Source): boolean {
    const { multicast, transports } = this.#options;
    const { protocol, isMulticast, destination, mode } = offer;
    if (mode !== undefined && !mode.split(",").some((name) => name.trim() === "PLAY")) return false;
    if (!isMulticast) return transports.isPossible(offer, client);
    return protocol === "udp" && multicast?.isPossible(client, { source, destination }) === true;
  }
}

/** A session, and how the packets of the track travel. */
interface Created {
  readonly session: Session;
  readonly transport: TransportSpec;
}

/** Why a session cannot have a track: another source's, one that it has already, or while it plays (RFC 2326, A.2). */
function problemOfTrack(session: Session, { track = "video" }: NamedTrack): StatusCode | undefined {
  if (session.sender.dialect !== "rtsp") return 459;
  if (session.streams.some(({ kind }) => kind === track)) return 459;
  return session.state === "READY" ? undefined : 455;
}

function deliveryOf(client: Client, { transport, spec }: OpenedTransport): Delivery {
  const { connection: { peer }, localAddress } = client;
  const canonicalName = `mjpegrtsp@${plainAddress(localAddress.hostname)}`;
  return { peer, transport, canonicalName, isOverTcp: spec.protocol === "tcp", isAdaptable: true };
}

function transportOf(session: Session, { kind }: WantedTrack, { spec }: OpenedTransport): TransportSpec {
  const ssrc = session.streams.find((stream) => stream.kind === kind)?.ssrc;
  return { ...spec, ssrc, mode: "PLAY" };
}
