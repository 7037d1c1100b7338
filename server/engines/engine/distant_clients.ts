/**
 * Clients of other engines: what an engine knows of those whose requests were passed on to it.
 *
 * @module
 */

import type { Client, ClientConnection } from "../../session/client.ts";
import type { DistantClient } from "../messages.ts";

/** The clients of other engines that this one has answered. */
export class DistantClients {
  readonly #clients = new Map<string, { readonly client: Client; readonly gone: AbortController }>();

  /** The client, the same as before if it has been here. */
  get({ key, peer, hostname, localAddress }: DistantClient): Client {
    const known = this.#clients.get(key);
    if (known !== undefined) return known.client;
    const gone = new AbortController();
    const client: Client = {
      connection: connectionOf(peer, gone.signal),
      hostname,
      localAddress,
      sessions: new Set(),
      channels: new Map(),
      labSession: undefined,
      isPublishing: false,
    };
    this.#clients.set(key, { client, gone });
    return client;
  }

  /** Forgets a client that has left its engine; gives it if it was known. */
  leave(key: string): Client | undefined {
    const known = this.#clients.get(key);
    this.#clients.delete(key);
    known?.gone.abort();
    return known?.client;
  }
}

/** A connection elsewhere: nothing can be written to it, and it is not this engine that ends it. */
function connectionOf(peer: string, signal: AbortSignal): ClientConnection {
  return {
    ...{ peer, signal, heardMs: 0, hasAsked: true, isWaiting: true, packets: undefined },
    close() {},
  };
}
