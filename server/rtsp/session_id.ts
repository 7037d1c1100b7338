/**
 * Session identifiers of RTSP/1.0 (RFC 2326, 3.4). Whoever knows one can end the session. Those of a server with several threads name
 * the thread that has the session.
 *
 * @module
 */

import { encodeHex } from "@std/encoding/hex";
import { MAX_ENGINES } from "../limits.ts";

/** Random bytes of an identifier, which has at least eight characters. */
const BYTES = 8;

/** Hexadecimal digits that nobody can guess; `engine` is the number of the thread, 0 to {@linkcode MAX_ENGINES} - 1. */
export function createSessionId(engine = 0): string {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  bytes[BYTES - 1] += engine - bytes[BYTES - 1] % MAX_ENGINES;
  return encodeHex(bytes);
}

/** The number of the thread that has made an identifier; `undefined` for what is none. */
export function engineOfSession(id: string): number | undefined {
  return /^[0-9a-f]{16}$/.test(id) ? parseInt(id.slice(-2), 16) % MAX_ENGINES : undefined;
}
