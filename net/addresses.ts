/**
 * IP addresses as sockets give them, made fit to compare and to show.
 *
 * @module
 */

/** The IPv4 address in an IPv4-mapped one (`::ffff:127.0.0.1`, from sockets of both families); other addresses as they are. */
export function plainAddress(hostname: string): string {
  return hostname.replace(/^::ffff:(?=\d+\.)/i, "");
}

/** Host and port as in URLs: IPv6 addresses in brackets. */
export function hostAndPort({ hostname, port }: { readonly hostname: string; readonly port: number }): string {
  const host = plainAddress(hostname);
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
