/**
 * A client of the server: its connection, and what was set up over it.
 *
 * @module
 */

import type { Connection } from "../connection/connection.ts";
import type { PacketWriter } from "../connection/write_queue.ts";
import type { Session } from "./session.ts";

/** What requests and limits see of a connection. */
export interface ClientConnection
  extends Pick<Connection, "peer" | "signal" | "close" | "heardMs" | "hasAsked" | "isWaiting"> {
  /** Where interleaved packets are written; `undefined` for a connection of another engine. */
  readonly packets: PacketWriter | undefined;
}

/** A connection, and what was set up over it. */
export interface Client {
  /** Its requests come and its replies go here. */
  readonly connection: ClientConnection;
  /** IP address of the client, as its socket has it: where packets may go. */
  readonly hostname: string;
  /** IP address and port at which the client reached us. */
  readonly localAddress: Deno.NetAddr;
  /** The sessions set up over the connection that have not ended. */
  readonly sessions: Set<Session>;
  /** Those of them that have channels of the connection, by channel. */
  readonly channels: Map<number, Session>;
  /** The session that the lab's methods act on. */
  labSession: Session | undefined;
  /** Whether it publishes a stream. */
  isPublishing: boolean;
}
