/**
 * IP addresses as sockets give them, for comparing and for showing.
 *
 * @module
 */

/** `::ffff:127.0.0.1`, as a socket for both families gives it, is 127.0.0.1. */
export function plainAddress(hostname: string): string {
  return hostname.replace(/^::ffff:(?=\d+\.)/i, "");
}

/** Host and port as URLs have them: IPv6 addresses in brackets. */
export function hostAndPort({ hostname, port }: { readonly hostname: string; readonly port: number }): string {
  const host = plainAddress(hostname);
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
