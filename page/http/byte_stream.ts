/**
 * What HTTP and WebSockets need of a TCP connection: to write all of something, and to read what is sent without end.
 *
 * @module
 */

import { PAGE_READ_BYTES, PAGE_READ_PAUSE_MS } from "../limits.ts";

/** Writes all bytes. Rejects if the connection ends before. */
export async function writeAll(conn: Pick<Deno.Conn, "write">, bytes: Uint8Array): Promise<void> {
  for (let count = 0; count < bytes.length;) count += await conn.write(bytes.subarray(count));
}

/** What comes, a little at a time, up to the end of the connection. The bytes of one read hold until the next. */
export async function* readSlowly(conn: Pick<Deno.Conn, "read">): AsyncGenerator<Uint8Array, void> {
  const bytes = new Uint8Array(PAGE_READ_BYTES);
  for (let count = await conn.read(bytes); count !== null; count = await conn.read(bytes)) {
    yield bytes.subarray(0, count);
    await new Promise((resolve) => setTimeout(resolve, PAGE_READ_PAUSE_MS));
  }
}
