/**
 * What goes over the wire at a server, for a file that Wireshark opens: stands between the server and its sockets where that is wanted.
 * Without it, nothing does.
 *
 * @module
 */

import { plainAddress } from "../../net/addresses.ts";
import { Capture } from "../../net/capture/capture.ts";
import type { Clock } from "../../net/clock.ts";
import { createBlanker } from "../../rtsp/fields/secrets.ts";
import { MAX_CAPTURED_ADDRESSES } from "../limits.ts";
import { CapturedConn, type PlainConn } from "./captured_conn.ts";
import { CapturedSocket } from "./captured_socket.ts";

/** Constructor options of {@linkcode ServerCapture}. */
export interface ServerCaptureOptions {
  /** Takes whole blocks of the file, a packet each. Must return at once: packets wait for it. */
  readonly write: (block: Uint8Array) => void;
  /** Gives the times of packets. */
  readonly clock: Clock;
}

/** Captures all connections and sockets of one server. */
export class ServerCapture {
  readonly #capture: Capture;
  /** The address of ours that each client has connected to: sockets for all addresses do not tell which one they send from. */
  readonly #reached = new Map<string, string>();

  constructor({ write, clock }: ServerCaptureOptions) {
    this.#capture = new Capture({ write, createBlank: createBlanker, clock });
  }

  /** A connection that was accepted, which tells what it reads and writes. */
  connection(conn: Deno.TcpConn): PlainConn {
    const [client, server] = [conn.remoteAddr, conn.localAddr];
    this.#remember(client.hostname, server.hostname);
    return new CapturedConn(conn, this.#capture.openTcp(client, server));
  }

  /** A socket that tells what it sends and receives. `group` is the one that it was bound for, if it was. */
  socket(socket: Deno.DatagramConn, group?: string): Deno.DatagramConn {
    return new CapturedSocket(socket, {
      group,
      capture: this.#capture,
      reachedBy: (client) => this.#reachedBy(client),
    });
  }

  #remember(client: string, server: string): void {
    const key = plainAddress(client);
    this.#reached.delete(key);
    this.#reached.set(key, server);
    if (this.#reached.size <= MAX_CAPTURED_ADDRESSES) return;
    for (const oldest of this.#reached.keys()) {
      this.#reached.delete(oldest);
      return;
    }
  }

  #reachedBy(client: string): string | undefined {
    return this.#reached.get(plainAddress(client));
  }
}
