/**
 * What an error of a socket means for the others.
 *
 * @module
 */

/** Codes of errors that concern one connection: its peer has given it up, or cannot be reached any more (accept(2)). */
const OF_ONE_CONNECTION: readonly string[] = [
  ...["ENOTCONN", "ECONNRESET", "ECONNABORTED", "EPIPE", "EPROTO", "ETIMEDOUT"],
  ...["ENETDOWN", "ENETUNREACH", "EHOSTDOWN", "EHOSTUNREACH", "ENONET"],
];

/** Codes of errors that say that no way leads to an address: its network, or the whole family of addresses, is not there. */
const UNREACHABLE: readonly string[] = [
  ...["ENETDOWN", "ENETUNREACH", "EHOSTDOWN", "EHOSTUNREACH", "EADDRNOTAVAIL", "EAFNOSUPPORT"],
];

/** Codes of errors that say that the system has no more descriptors or buffers for us. */
const OUT_OF_DESCRIPTORS: readonly string[] = ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"];

/** Whether an error concerns one connection, and no other one. */
export function isOfOneConnection(error: unknown): boolean {
  return OF_ONE_CONNECTION.includes(codeOf(error));
}

/** Whether an error of reading or writing says that the peer has closed the connection. */
export function isOfPeerThatLeft(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted;
}

/** Whether an error says that nothing more can be opened. */
export function isOutOfDescriptors(error: unknown): boolean {
  return OUT_OF_DESCRIPTORS.includes(codeOf(error));
}

/** Whether an error of connecting says that no way leads to the address. */
export function isUnreachable(error: unknown): boolean {
  return UNREACHABLE.includes(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
