/**
 * Redirects (RFC 2326, 10.10, 11.2 and 12.25), and the credentials for them: those of the user are sent to the server that the user
 * named, and to no other.
 *
 * @module
 */

import { hostAndPort } from "../../net/addresses.ts";
import type { Clock } from "../../net/clock.ts";
import { resolveUri } from "../../rtsp/fields/uri.ts";
import { MAX_REDIRECTS, REDIRECT_MEMORY_MS } from "../limits.ts";
import { RefusedError } from "./refusal.ts";
import { parseRtspUrl, type RtspUrl } from "./rtsp_url.ts";
import { withoutSecrets } from "../../rtsp/fields/secrets.ts";

/** Where a redirect comes from. */
export interface RedirectOrigin {
  /** The URL that was asked for. */
  readonly from: RtspUrl;
  /** The URL that the user gave. */
  readonly typed: RtspUrl;
}

const MAX_SHOWN_CHARS = 80;

/** A reply that redirects. */
export class RedirectedError extends RefusedError {
  override name = "RedirectedError";
  /** The value of its Location. */
  readonly location: string;

  constructor({ message, status }: RefusedError, location: string) {
    super(message, status);
    this.location = location;
  }
}

/** What is told of a server whose redirects are no longer followed. */
export const TOO_MANY_REDIRECTS = `redirected us ${MAX_REDIRECTS} times in a row`;

/** Counts the redirects in a row. */
export class RedirectLimit {
  readonly #clock: Clock;
  #count = 0;
  #lastMs = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts one more, and forgets those of long ago. Returns whether it may be followed. */
  count(): boolean {
    const nowMs = this.#clock.nowMs();
    this.#count = nowMs - this.#lastMs < REDIRECT_MEMORY_MS ? this.#count + 1 : 1;
    this.#lastMs = nowMs;
    return this.#count <= MAX_REDIRECTS;
  }
}

/** Whether a status redirects. Others from 300 to 399 name proxies, or nothing. */
export function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/**
 * The URL of a Location, which may be relative. It gets the user's name and password only on the host and port that the user named,
 * unless the Location has its own. Throws an `Error` for one that cannot be followed.
 */
export function redirectedUrl(location: string, { from, typed }: RedirectOrigin): RtspUrl {
  const url = parseLocation(location.trim(), from);
  if (url.user !== undefined) return url;
  const isSameServer = url.hostname.toLowerCase() === typed.hostname.toLowerCase() && url.port === typed.port;
  return isSameServer ? { ...url, user: typed.user, password: typed.password } : url;
}

function parseLocation(location: string, from: RtspUrl): RtspUrl {
  try {
    const isAbsolute = /^[a-z][a-z0-9+.-]*:/i.test(location);
    return parseRtspUrl(isAbsolute ? location : resolveUri(`rtsp://${hostAndPort(from)}${from.path}`, location));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const shown = withoutSecrets(location).slice(0, MAX_SHOWN_CHARS);
    throw new Error(`The server redirects us to ${JSON.stringify(shown)}, which is not of the form rtsp://HOST/PATH`);
  }
}
