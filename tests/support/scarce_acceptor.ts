/**
 * A program that accepts connections where the system gives it no more descriptors, but for those of two files that it can spare. It
 * says what happens, a line each, until a client sends it a `q`.
 *
 * @module
 */

import { Acceptor } from "../../net/acceptor.ts";
import { isOutOfDescriptors } from "../../net/socket_errors.ts";
import { systemClock } from "../../net/system_clock.ts";

/** Files that can be closed to make room. */
const SPARE_FILES = 2;

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const files: Deno.FsFile[] = [];
const acceptor = new Acceptor(listener, {
  clock: systemClock,
  onConnection(conn) {
    console.log("accepted");
    serve(conn);
  },
  makeRoom() {
    const file = files.pop();
    if (file !== undefined) console.log("made room");
    file?.close();
    return file !== undefined;
  },
  onFailure: (error) => console.log(`failed: ${(error as { code?: string }).code}`),
});

/** A client that leaves frees its descriptor. */
async function serve(conn: Deno.TcpConn): Promise<void> {
  const bytes = new Uint8Array(1);
  const count = await conn.read(bytes);
  conn.close();
  if (count !== null) acceptor.close();
}

const running = acceptor.run();
try {
  for (;;) files.push(Deno.openSync(Deno.execPath()));
} catch (error) {
  if (!isOutOfDescriptors(error)) throw error;
}
files.splice(0, files.length - SPARE_FILES);
console.log(`listening on ${listener.addr.port}`);
await running;
console.log("ended");
Deno.exit();
