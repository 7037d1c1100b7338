/**
 * Ports that no other test uses. Each test module has a block of them, below those that systems hand out by themselves. A
 * listener on the block's first port, open as long as the module lives, tells the other modules and processes that it is taken.
 *
 * @module
 */

const FIRST_PORT = 20_000;
const BLOCK_PORTS = 400;
const BLOCKS = 30;
/** Ports from one reserved port to the next: RTP and RTCP of several flows. */
const STRIDE = 8;

const block = takeBlock();
let next = STRIDE;

/** An even port of the loopback, free for TCP and UDP, and so are the seven behind it. */
export function reservePort(): number {
  for (let tries = 0; tries < BLOCK_PORTS / STRIDE; tries++) {
    const port = block + next;
    next = next + STRIDE < BLOCK_PORTS ? next + STRIDE : STRIDE;
    if (isFree(port) && isFree(port + 1)) return port;
  }
  throw new Error(`Other programs use the ports ${block} to ${block + BLOCK_PORTS - 1}`);
}

/** The first port of a block that nobody else has. */
function takeBlock(): number {
  const start = Math.floor(Math.random() * BLOCKS);
  for (let tries = 0; tries < BLOCKS; tries++) {
    const port = FIRST_PORT + ((start + tries) % BLOCKS) * BLOCK_PORTS;
    try {
      Deno.listen({ hostname: "127.0.0.1", port });
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error(`All blocks of ports from ${FIRST_PORT} on are taken`);
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
