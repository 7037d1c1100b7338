/**
 * Ports that no other test uses, below those that systems hand out by themselves. A test module takes them in blocks. A
 * listener on the block's first port, open as long as the module lives, tells other modules and processes that it is taken.
 *
 * @module
 */

const FIRST_PORT = 20_000;
const BLOCK_PORTS = 120;
const BLOCKS = 100;
/** Ports from one reserved port to the next: RTP and RTCP of several flows. */
const STRIDE = 8;

/** Locks of this module's blocks: while they are open, nobody else takes those. */
const locks: Deno.TcpListener[] = [];
let next = 0;
let blockEnd = 0;

/** An even port of the loopback, free for TCP and UDP, and so are the seven behind it. No port is given twice. */
export function reservePort(): number {
  while (true) {
    if (next === blockEnd) {
      next = takeBlock() + STRIDE;
      blockEnd = next - STRIDE + BLOCK_PORTS;
    }
    const port = next;
    next += STRIDE;
    if (isFree(port) && isFree(port + 1)) return port;
  }
}

/** The first port of a block that nobody else has. */
function takeBlock(): number {
  const start = Math.floor(Math.random() * BLOCKS);
  for (let tries = 0; tries < BLOCKS; tries++) {
    const port = FIRST_PORT + ((start + tries) % BLOCKS) * BLOCK_PORTS;
    try {
      locks.push(Deno.listen({ hostname: "127.0.0.1", port }));
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error(`All ${BLOCKS} blocks of ports from ${FIRST_PORT} on are taken`);
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "0.0.0.0", port }).close();
    Deno.listenDatagram({ transport: "udp", hostname: "0.0.0.0", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
