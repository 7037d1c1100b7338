/**
 * What HTTP and WebSockets need of a TCP connection: to read what is sent without end.
 *
 * @module
 */

import { PAGE_READ_BYTES, PAGE_READ_PAUSE_MS } from "../limits.ts";

/** What comes, a little at a time, up to the end of the connection. The bytes of one read hold until the next. */
export async function* readSlowly(conn: Pick<Deno.Conn, "read">): AsyncGenerator<Uint8Array, void> {
  const bytes = new Uint8Array(PAGE_READ_BYTES);
  for (let count = await conn.read(bytes); count !== null; count = await conn.read(bytes)) {
    yield bytes.subarray(0, count);
    await new Promise((resolve) => setTimeout(resolve, PAGE_READ_PAUSE_MS));
  }
}
