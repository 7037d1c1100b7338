/**
 * A TCP port at which connecting neither succeeds nor fails, on Linux: its queue of connections is full.
 *
 * @module
 */

/** How long a connection may take on the loopback before the queue counts as full. */
const FULL_MS = 300;

/** Listens on the loopback and fills the queue. */
export async function openSilentPort(): Promise<{ readonly port: number } & Disposable> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 1 });
  const { port } = listener.addr;
  const waiting: Deno.TcpConn[] = [];
  for (let isFull = false; !isFull;) {
    await Deno.connect({ hostname: "127.0.0.1", port, signal: AbortSignal.timeout(FULL_MS) })
      .then((conn) => waiting.push(conn), () => isFull = true);
  }
  return {
    port,
    [Symbol.dispose]() {
      for (const conn of waiting) conn.close();
      listener.close();
    },
  };
}
