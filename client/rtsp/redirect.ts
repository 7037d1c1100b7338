/**
 * Where a server sends its clients (RFC 2326, 10.10, 11.2 and 12.25), and which credentials go along: those of the user
 * belong to the server that the user named, and to no other.
 *
 * @module
 */

import { hostAndPort } from "../../net/addresses.ts";
import type { Clock } from "../../net/clock.ts";
import { MAX_REDIRECTS, REDIRECT_MEMORY_MS } from "../limits.ts";
import { RefusedError } from "./refusal.ts";
import { parseRtspUrl, type RtspUrl } from "./rtsp_url.ts";

/** Where a redirect comes from. */
export interface RedirectOrigin {
  /** The URL that was asked for. */
  readonly from: RtspUrl;
  /** The URL that the user gave. */
  readonly typed: RtspUrl;
}

const MAX_SHOWN_CHARS = 80;

/** A reply that says where else to ask. */
export class RedirectedError extends RefusedError {
  /** The class's name, for logs. */
  override name = "RedirectedError";
  /** The value of its Location. */
  readonly location: string;

  /** The message is that of a refusal. */
  constructor({ message, status }: RefusedError, location: string) {
    super(message, status);
    this.location = location;
  }
}

/** What is said of a server whose redirects are followed no more. */
export const TOO_MANY_REDIRECTS = `sent us elsewhere ${MAX_REDIRECTS} times in a row`;

/** Counts how often the servers send us on. */
export class RedirectLimit {
  readonly #clock: Clock;
  #count = 0;
  #lastMs = -Infinity;

  /** Has counted nothing. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts one more, without those of long ago; whether it may be followed. */
  count(): boolean {
    const nowMs = this.#clock.nowMs();
    this.#count = nowMs - this.#lastMs < REDIRECT_MEMORY_MS ? this.#count + 1 : 1;
    this.#lastMs = nowMs;
    return this.#count <= MAX_REDIRECTS;
  }
}

/** Statuses that say where else to ask; others of 300 to 399 name proxies, or nothing. */
export function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/**
 * The URL of a Location, which may be relative. The user's name and password go along to the same host and port only,
 * unless the Location has its own. Throws an `Error` for one that cannot be followed.
 */
export function redirectedUrl(location: string, { from, typed }: RedirectOrigin): RtspUrl {
  const url = parseLocation(location.trim(), from);
  if (url.user !== undefined) return url;
  const isSameServer = url.hostname.toLowerCase() === typed.hostname.toLowerCase() && url.port === typed.port;
  return isSameServer ? { ...url, user: typed.user, password: typed.password } : url;
}

function parseLocation(location: string, from: RtspUrl): RtspUrl {
  const server = `rtsp://${hostAndPort(from)}`;
  const path = from.path.replace(/\?.*$/, "");
  const base = location.startsWith("/") ? "" : location.startsWith("?") ? path : path.replace(/[^/]*$/, "");
  try {
    if (/^[a-z][a-z0-9+.-]*:/i.test(location)) return parseRtspUrl(location);
    if (location.startsWith("//")) return parseRtspUrl(`rtsp:${location}`);
    return parseRtspUrl(server + base + location);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const shown = location.replace(/\/\/[^/@]*@/, "//…@").slice(0, MAX_SHOWN_CHARS);
    throw new Error(`The server sends us to ${JSON.stringify(shown)}, which is no URL of the form rtsp://HOST/PATH`);
  }
}
