/**
 * Protects the local page from other sites: a page on the web can make a browser send requests to this machine, but not with this
 * machine's name in them.
 *
 * @module
 */

const LOOPBACK_NAMES = ["127.0.0.1", "localhost", "[::1]"];
/** Browsers omit this port in `Host` and `Origin` (RFC 9110, 4.2.1). */
const HTTP_PORT = 80;

/**
 * Why a request is refused, or `undefined` where it may pass. `Host` has to name this machine and the page's own
 * `port` (against DNS rebinding); `Origin` and `Sec-Fetch-Site`, where a browser sends them, have to be the page's own.
 */
export function refusalReason(headers: Headers, port: number): string | undefined {
  const hosts = LOOPBACK_NAMES.map((name) => `${name}:${port}`);
  if (port === HTTP_PORT) hosts.push(...LOOPBACK_NAMES);
  const host = headers.get("host")?.toLowerCase();
  if (host === undefined || !hosts.includes(host)) return `Host is ${host ?? "missing"}, not ${hosts[0]}`;
  const origin = headers.get("origin")?.toLowerCase();
  if (origin !== undefined && origin !== `http://${host}`) return `Origin is ${origin}, another site`;
  const site = headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin" && site !== "none") {
    return `the request comes from another site (${site})`;
  }
  return undefined;
}
