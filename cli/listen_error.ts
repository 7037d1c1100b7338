/**
 * Explains why the server cannot listen, and what to do about it.
 *
 * @module
 */

import { FailedError } from "./options/errors.ts";

const TRIES = 50;
/** On most systems only the administrator may listen on the ports below. */
const FIRST_USER_PORT = 1024;

/** Turns an error of listening on a TCP port into a {@linkcode FailedError} with advice. Returns any other error as it is. */
export function explainListenError(error: unknown, { hostname, port }: { hostname: string; port: number }): unknown {
  if (error instanceof Deno.errors.AddrInUse) {
    const free = nextFreePort(hostname, port);
    const advice = free === undefined ? "choose another with --port" : `the next free one is ${free}: --port ${free}`;
    return new FailedError(`Port ${port} is in use by another program; ${advice}`);
  }
  if (error instanceof Deno.errors.PermissionDenied && port < FIRST_USER_PORT) {
    return new FailedError(
      `Port ${port} is not allowed: ports under ${FIRST_USER_PORT} need the administrator's rights; use --port 1025`,
    );
  }
  if (error instanceof Deno.errors.AddrNotAvailable) {
    return new FailedError(`This machine has no address ${hostname}; use --host 0.0.0.0 for all of its addresses`);
  }
  if (error instanceof Error && /lookup|name or service|no such host/i.test(error.message)) {
    return new FailedError(
      `There is no host called ${hostname} (${error.message}); use --host 0.0.0.0 for all addresses of this machine`,
    );
  }
  return error;
}

/** The first TCP port above `port` that can be listened on. */
function nextFreePort(hostname: string, port: number): number | undefined {
  for (let candidate = port + 1; candidate <= Math.min(port + TRIES, 65_535); candidate++) {
    try {
      Deno.listen({ transport: "tcp", hostname, port: candidate }).close();
      return candidate;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) return undefined;
    }
  }
  return undefined;
}
