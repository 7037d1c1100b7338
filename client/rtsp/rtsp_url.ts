/**
 * RTSP URLs (RFC 2326, 3.2; RFC 3986), as people type them. User names and passwords in them are taken out before a URL is sent or
 * shown.
 *
 * @module
 */

import { HOST_AND_PORT, userInfoLength } from "../../rtsp/fields/secrets.ts";
import { decodePercents, encodePath, splitUri } from "../../rtsp/fields/uri.ts";

/** The parts of a URL. */
export interface RtspUrl {
  /** The URL without user name, password and IPv6 zone, for requests, logs and errors. */
  readonly href: string;
  /** Host name or IP address, without brackets; an IPv6 address may have a zone (RFC 6874): `fe80::1%eth0`. */
  readonly hostname: string;
  /** TCP port; 554 where the URL has none. */
  readonly port: number;
  /** What follows host and port, from the slash on, with its query, percent-encoded. */
  readonly path: string;
  /** User name, decoded; `undefined` where there is none. */
  readonly user: string | undefined;
  /** Password, decoded; `undefined` where there is none. */
  readonly password: string | undefined;
  /** What followed a `#`, which is not sent. */
  readonly fragment?: string;
}

const SCHEME = "rtsp://";
const DEFAULT_PORT = 554;
const MAX_PORT = 65_535;

/** Parses a URL. Throws a `SyntaxError` that says what is wrong with it, and repeats no password. */
export function parseRtspUrl(text: string): RtspUrl {
  const url = text.trim();
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(url)?.[0].toLowerCase();
  if (scheme !== SCHEME) throw wrongScheme(scheme);
  const rest = url.slice(SCHEME.length);
  const hostStart = userInfoLength(rest);
  const { authority = "", path: plainPath, query, fragment } = splitUri(`//${rest.slice(hostStart)}`);
  const [, typedHost, portText = ""] = HOST_AND_PORT.exec(authority) ?? [];
  const host = typedHost === undefined ? undefined : asciiHost(typedHost);
  if (host === undefined) throw wrongForm(wrongAuthority(authority));
  const port = portText === "" ? DEFAULT_PORT : Number(portText);
  if (port < 1 || port > MAX_PORT) throw wrongForm(`its port is not one of 1 to ${MAX_PORT}`);
  const path = encodePath(plainPath + (query === undefined ? "" : `?${query}`)) || "/";
  const isAddress = host.startsWith("[");
  // A zone means something on this machine only (RFC 6874, 3), where people write it with a bare percent sign.
  const sentHost = isAddress ? host.replace(/%.*/, "]") : host;
  const userInfo = hostStart === 0 ? undefined : rest.slice(0, hostStart - 1);
  const colon = userInfo?.indexOf(":") ?? -1;
  return {
    href: `${SCHEME}${sentHost}${portText === "" ? "" : `:${port}`}${path}`,
    hostname: isAddress ? host.slice(1, -1).replace("%25", "%") : decodePercents(host),
    port,
    path,
    user: userInfo === undefined ? undefined : decodePercents(colon < 0 ? userInfo : userInfo.slice(0, colon)),
    password: userInfo === undefined || colon < 0 ? undefined : decodePercents(userInfo.slice(colon + 1)),
    ...(fragment === undefined ? {} : { fragment }),
  };
}

/** A host name in the letters of the DNS (RFC 5891), others as they are; `undefined` for what can be none. */
function asciiHost(host: string): string | undefined {
  // deno-lint-ignore no-control-regex
  if (/^[\x00-\x7f]*$/.test(host)) return host;
  return URL.parse(`http://${host}`)?.hostname;
}

function wrongForm(what: string): SyntaxError {
  return new SyntaxError(`The URL is not of the form ${SCHEME}[USER:PASSWORD@]HOST[:PORT]/PATH: ${what}`);
}

function wrongScheme(scheme: string | undefined): SyntaxError {
  if (scheme !== "rtsps://") return wrongForm(`it begins with ${scheme ?? `no ${SCHEME}`}`);
  return new SyntaxError(
    "rtsps:// is RTSP over TLS, which is not spoken here: write rtsp://, if the server listens without TLS as well",
  );
}

function wrongAuthority(authority: string): string {
  if (authority === "") return "it has no host";
  if (authority.split(":").length > 2 && /^[0-9a-f:.]+(?:%|$)/i.test(authority)) {
    return "an IPv6 address stands in brackets, as in rtsp://[::1]:8554/PATH";
  }
  return "what should be HOST[:PORT] is neither; in a user name or password, write @ as %40, : as %3A, / as %2F, " +
    "? as %3F and # as %23";
}
