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
  /** The paths that they may have; nobody else's page has any. */
  readonly sharedPaths: readonly string[];
}

/** A request may pass, with these fields in its response besides those of all, or is refused for a reason. */
export type Verdict = { readonly headers: Readonly<Record<string, string>> } | { readonly refusal: string };

const LOOPBACK_NAMES = ["127.0.0.1", "localhost", "[::1]"];
/** The origin of files and of pages in a sandbox (RFC 6454, 6.2). */
const OPAQUE = "null";
/** Browsers omit this port in `Host` and `Origin` (RFC 9110, 4.2.1). */
const HTTP_PORT = 80;

/**
 * Judges a request. `Host` has to name this machine and the page's own port (against DNS rebinding); `Origin` and `Sec-Fetch-Site`,
 * where a browser sends them, have to be the page's own. Links of other sites pass, since the page cannot be framed; so does what a
 * page of an allowed origin shows.
 */
export function judgeRequest({ path, headers }: Pick<HttpRequest, "path" | "headers">, policy: SitePolicy): Verdict {
  const { port, allowedOrigins, sharedPaths } = policy;
  const hosts = LOOPBACK_NAMES.map((name) => `${name}:${port}`);
  if (port === HTTP_PORT) hosts.push(...LOOPBACK_NAMES);
  const host = headers.get("host")?.toLowerCase();
  if (host === undefined || !hosts.includes(host)) return { refusal: `Host is ${host ?? "missing"}, not ${hosts[0]}` };
  const source = headers.get("origin")?.toLowerCase() ?? refererOrigin(headers);
  const isShared = sharedPaths.includes(path);
  if (isShared && source !== undefined && allowedOrigins.includes(source)) {
    return { headers: { "access-control-allow-origin": source, "cross-origin-resource-policy": "cross-origin" } };
  }
  const reason = foreignness(headers, `http://${host}`);
  if (reason === undefined || isLink(headers)) return { headers: {} };
  if (!isShared) return { refusal: reason };
  const advice = source === OPAQUE
    ? "a page that is a file has no origin that could be allowed: serve it over HTTP"
    : `play --allow-origin ${source ?? "ORIGIN"} lets pages of that origin show the video`;
  return { refusal: `${reason}; ${advice}` };
}

/** Why a request is another site's; `undefined` where it is not. */
function foreignness(headers: Headers, own: string): string | undefined {
  const origin = headers.get("origin")?.toLowerCase();
  if (origin !== undefined && origin !== own) return `Origin is ${origin}, another site`;
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
