/**
 * Protects the local page from other sites: a page on the web can make a browser send requests to this machine, but not with this
 * machine's name in them, and not without the browser saying where they come from (Fetch Metadata).
 *
 * @module
 */

import type { HttpRequest } from "./http/request_reader.ts";

/** Who may have what. */
export interface SitePolicy {
  /** The port of the page itself. */
  readonly port: number;
  /** Origins whose pages may show the video, such as `http://localhost:3000`. */
  readonly allowedOrigins: readonly string[];
  /** How the paths end that they may have; nobody else's page has any. */
  readonly sharedPaths: readonly string[];
  /** What `Host` may be, besides this machine's own names with that port: names by which others know it. Default none. */
  readonly hosts?: readonly string[];
  /** Whether others may ask, too, by any IP address: a page on the web knows names only (DNS rebinding). Default false. */
  readonly isOpen?: boolean;
  /** The option that allows an origin; default that of `play`. */
  readonly allowOption?: string;
}

/** A request may pass, with these fields in its response besides those of all, or is refused for a reason. */
export type Verdict = { readonly headers: Readonly<Record<string, string>> } | { readonly refusal: string };

const LOOPBACK_NAMES = ["127.0.0.1", "localhost", "[::1]"];
/** The origin of files and of pages in a sandbox (RFC 6454, 6.2). */
const OPAQUE = "null";
/** Browsers omit this port in `Host` and `Origin` (RFC 9110, 4.2.1). */
const HTTP_PORT = 80;
const HOST = /^(\[[\da-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/;
const IP_ADDRESS = /^(?:\[.*\]|\d{1,3}(?:\.\d{1,3}){3})$/;

/**
 * Judges a request. `Host` has to name this machine and the page's own port (against DNS rebinding); `Origin` and `Sec-Fetch-Site`,
 * where a browser sends them, have to be the page's own. Links of other sites pass, since the page cannot be framed; so does what a
 * page of an allowed origin shows.
 */
export function judgeRequest({ path, headers }: Pick<HttpRequest, "path" | "headers">, policy: SitePolicy): Verdict {
  const { port, allowedOrigins, sharedPaths, allowOption = "play --allow-origin" } = policy;
  const host = headers.get("host")?.toLowerCase();
  if (host === undefined || !isOurs(host, policy)) {
    return { refusal: `Host is ${host ?? "missing"}, not ${LOOPBACK_NAMES[0]}:${port}` };
  }
  const source = headers.get("origin")?.toLowerCase() ?? refererOrigin(headers);
  const isShared = sharedPaths.some((end) => path.endsWith(end));
  if (isShared && source !== undefined && allowedOrigins.includes(source)) {
    return { headers: { "access-control-allow-origin": source, "cross-origin-resource-policy": "cross-origin" } };
  }
  // A proxy in front of us may have made HTTPS of it.
  const own = [`http://${host}`, ...allowedOrigins.filter((origin) => origin === `https://${host}`)];
  const reason = foreignness(headers, own);
  if (reason === undefined || isLink(headers)) return { headers: {} };
  if (!isShared) return { refusal: reason };
  const advice = source === OPAQUE
    ? "a page that is a file has no origin that could be allowed: serve it over HTTP"
    : `${allowOption} ${source ?? "ORIGIN"} lets pages of that origin show the video`;
  return { refusal: `${reason}; ${advice}` };
}

/** Whether `Host` names us, and our port. */
function isOurs(host: string, { port, hosts = [], isOpen = false }: SitePolicy): boolean {
  const [, name, asked] = HOST.exec(host) ?? [];
  if (name === undefined) return false;
  const isHere = LOOPBACK_NAMES.includes(name) || isOpen && IP_ADDRESS.test(name);
  return hosts.includes(host) || isHere && Number(asked ?? HTTP_PORT) === port;
}

/** Why a request is another site's; `undefined` where it is not. */
function foreignness(headers: Headers, own: readonly string[]): string | undefined {
  const origin = headers.get("origin")?.toLowerCase();
  if (origin !== undefined && !own.includes(origin)) return `Origin is ${origin}, another site`;
  const site = headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin" && site !== "none") {
    return `the request comes from another site (${site})`;
  }
  return undefined;
}

/** Whether a whole tab goes where a link leads: what it shows is not the other site's. */
function isLink(headers: Headers): boolean {
  return headers.get("sec-fetch-mode") === "navigate" && headers.get("sec-fetch-dest") === "document" &&
    !headers.has("origin");
}

/** The origin of the page that an `<img>` is on, which has no `Origin`. */
function refererOrigin(headers: Headers): string | undefined {
  return URL.parse(headers.get("referer") ?? "")?.origin;
}
