/**
 * Requests for the sessions of other engines: the host passes them on.
 *
 * @module
 */

import { decodeTransports, type TransportSpec } from "../../../rtsp/fields/transport.ts";
import type { RtspReply, RtspRequest } from "../../../rtsp/message.ts";
import type { OtherEngines } from "../../commons.ts";
import { createSessionId, engineOfSession } from "../../rtsp/session_id.ts";
import type { Client } from "../../session/client.ts";
import type { EngineStart, HostApi, PassedRequest } from "../messages.ts";
import type { Distant } from "../rpc.ts";

/** The engine that sends to multicast groups: each stream is sent once. */
const MULTICAST_ENGINE = 0;

/** Constructor options of {@linkcode PassedOn}. */
export interface PassedOnOptions {
  readonly start: EngineStart;
  readonly host: Distant<HostApi>;
}

/** Has other engines answer what is theirs. */
export class PassedOn implements OtherEngines {
  readonly #options: PassedOnOptions;
  /** The clients that others know of: their keys, and who knows them. */
  readonly #known = new Map<Client, { readonly key: string; readonly engines: Set<number> }>();

  constructor(options: PassedOnOptions) {
    this.#options = options;
  }

  createSessionId(): string {
    return createSessionId(this.#options.start.number);
  }

  respond(client: Client, request: RtspRequest): Promise<RtspReply | undefined> | undefined {
    const { number, settings } = this.#options.start;
    if (request.session !== undefined) {
      const engine = engineOfSession(request.session);
      return engine === undefined || engine === number ? undefined : this.#passOn(engine, client, request);
    }
    if (settings.group === undefined || number === MULTICAST_ENGINE || request.method !== "SETUP") return undefined;
    const offers = decodeTransports(request.headers.getAll("Transport").join(","));
    return offers[0]?.isMulticast ? this.#setUpMulticast(client, request, offers) : undefined;
  }

  leave(client: Client, reason: string): void {
    const known = this.#known.get(client);
    if (known === undefined) return;
    this.#known.delete(client);
    for (const engine of known.engines) this.#options.host.forget(engine, known.key, reason);
  }

  /** Where a source cannot be sent to a group, the other transports that the client offers are for this engine. */
  async #setUpMulticast(
    client: Client,
    request: RtspRequest,
    offers: readonly TransportSpec[],
  ): Promise<RtspReply | undefined> {
    const reply = await this.#passOn(MULTICAST_ENGINE, client, request);
    return reply.status === 461 && offers.some(({ isMulticast }) => !isMulticast) ? undefined : reply;
  }

  #passOn(engine: number, client: Client, request: RtspRequest): Promise<RtspReply> {
    const { host } = this.#options;
    let known = this.#known.get(client);
    if (known === undefined) {
      // A thread that takes the place of this one must give no client the key of another.
      known = { key: crypto.randomUUID(), engines: new Set() };
      this.#known.set(client, known);
    }
    known.engines.add(engine);
    const { hostname, localAddress, connection: { peer } } = client;
    const { headers, ...rest } = request;
    const passed: PassedRequest = {
      client: { key: known.key, peer, hostname, localAddress },
      request: rest,
      headers: [...headers],
    };
    return host.passOn(engine, passed);
  }
}
