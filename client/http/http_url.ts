/**
 * URLs of cameras that speak HTTP, as people type them. User names and passwords in them are taken out before a URL is sent or shown.
 *
 * @module
 */

import { decodePercents } from "../../rtsp/fields/uri.ts";
import type { RtspUrl } from "../rtsp/rtsp_url.ts";

/** The parts of a URL: those of an RTSP URL, whose port is 80 or 443 where it has none. */
export interface HttpUrl extends RtspUrl {
  readonly scheme: "http" | "https";
}

/** Whether a text is meant for a URL of HTTP. */
export function isHttp(text: string): boolean {
  return /^\s*https?:\/\//i.test(text);
}

/** Whether a URL is one of HTTP. */
export function isHttpUrl(url: RtspUrl): url is HttpUrl {
  return "scheme" in url;
}

/** Parses a URL. Throws a `SyntaxError` that says what is wrong with it, and repeats no password. */
export function parseHttpUrl(text: string): HttpUrl {
  const url = URL.parse(text.trim());
  if (url === null || !isHttp(text) || url.hostname === "") {
    throw new SyntaxError("The URL is not of the form http://[USER:PASSWORD@]HOST[:PORT]/PATH");
  }
  const { username, password, hash } = url;
  url.username = url.password = url.hash = "";
  const scheme = url.protocol === "https:" ? "https" : "http";
  return {
    scheme,
    href: url.href,
    hostname: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? scheme === "https" ? 443 : 80 : Number(url.port),
    path: url.pathname + url.search,
    user: username === "" ? undefined : decodePercents(username),
    password: password === "" ? undefined : decodePercents(password),
    ...(hash === "" ? {} : { fragment: decodePercents(hash.slice(1)) }),
  };
}
