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

/** Groups of an IPv6 address that name a network: within it, a host takes as many addresses as it likes (RFC 4291, 2.5.4). */
const NETWORK_GROUPS = 4;

/** What stands for the owner of an IP address: an IPv4 address itself, the first 64 bits of an IPv6 address. */
export function ownerOf(hostname: string): string {
  const address = plainAddress(hostname);
  if (!address.includes(":")) return address;
  const [start, end] = address.split("%")[0].split("::").map((part) => part === "" ? [] : part.split(":"));
  const zeros = end === undefined ? 0 : 8 - start.length - end.length;
  const groups = [...start, ...Array<string>(Math.max(0, zeros)).fill("0"), ...end ?? []];
  return groups.slice(0, NETWORK_GROUPS).map((group) => parseInt(group, 16).toString(16)).join(":");
}
