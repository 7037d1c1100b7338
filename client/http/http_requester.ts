/**
 * Asks a camera over HTTP, with Basic and Digest authentication (RFC 7617, RFC 7616), and explains what goes wrong.
 *
 * @module
 */

import { hostAndPort } from "../../net/addresses.ts";
import type { Clock } from "../../net/clock.ts";
import { withoutSecrets } from "../../rtsp/fields/secrets.ts";
import { RtspHeaders } from "../../rtsp/headers.ts";
import { MAX_AUTHORIZATIONS, MAX_REDIRECTS } from "../limits.ts";
import { Authorizer } from "../rtsp/authorizer.ts";
import { RefusedError } from "../rtsp/refusal.ts";
import { type HttpUrl, parseHttpUrl } from "./http_url.ts";

/** Types of what is a picture, or a stream of pictures; some cameras name none. */
const PICTURE_TYPES = /^(?:multipart\/|image\/p?jpe?g\b|video\/|application\/octet-stream\b|$)/i;

/** Statuses that lead elsewhere. */
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/** Characters of a type that are shown. */
const MAX_SHOWN_TYPE = 100;

/** Constructor options of {@linkcode HttpRequester}. */
export interface HttpRequesterOptions {
  readonly url: HttpUrl;
  /** Name and version of the program. */
  readonly userAgent: string;
  /** How long to wait for the head of an answer, in milliseconds. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1. */
  readonly random: () => number;
}

/** Asks for one URL, as often as is wanted. */
export class HttpRequester {
  readonly #options: HttpRequesterOptions;
  readonly #authorizer: Authorizer;

  constructor(options: HttpRequesterOptions) {
    this.#options = options;
    this.#authorizer = new Authorizer(options.random);
  }

  /**
   * The answer, whose body is still to be read. Rejects with a {@linkcode RefusedError} for other statuses, with an `Error` where there
   * is no answer, or none with pictures, and once `signal` aborts.
   */
  async get(signal: AbortSignal): Promise<Response> {
    const { url: typed } = this.#options;
    let [url, answered, redirects] = [typed, 0, 0];
    for (;;) {
      const response = await this.#fetch(url, signal);
      const { status, statusText, headers } = response;
      const type = headers.get("Content-Type") ?? "";
      if (status === 200 && PICTURE_TYPES.test(type)) return response;
      await response.body?.cancel();
      if (status === 200) {
        throw new Error(
          `${withoutSecrets(url.href)} is no picture but ${
            type.slice(0, MAX_SHOWN_TYPE)
          }: the stream has another path, which the camera's ` +
            "manual tells",
        );
      }
      const location = headers.get("Location");
      if (REDIRECTS.includes(status) && location !== null && redirects++ < MAX_REDIRECTS) {
        url = redirected(url, { location, typed });
        // A challenge is of one server, and so is the answer to it.
        this.#authorizer.reset();
        answered = 0;
        continue;
      }
      const isAsked = answered < MAX_AUTHORIZATIONS &&
        this.#authorizer.take({ status, headers: new RtspHeaders(headers) }, answered > 0);
      if (!isAsked || url.user === undefined) {
        const text = `The server refused ${withoutSecrets(url.href)}: ${status} ${statusText}`.trimEnd();
        const isWithheld = status === 401 && url.user === undefined && typed.user !== undefined;
        throw new RefusedError(text + (isWithheld ? withheldAdvice(typed, url) : adviceFor(status)), status);
      }
      answered++;
    }
  }

  async #fetch(url: HttpUrl, signal: AbortSignal): Promise<Response> {
    const { userAgent, timeoutMs, clock } = this.#options;
    const waiting = new AbortController();
    const cancelTimeout = clock.after(timeoutMs, () => waiting.abort());
    try {
      return await fetch(url.href, {
        headers: Object.fromEntries([
          ["User-Agent", userAgent],
          ...this.#authorizer.authorize("GET", { uri: url.path, url }),
        ]),
        redirect: "manual",
        signal: AbortSignal.any([signal, waiting.signal]),
      });
    } catch (error) {
      signal.throwIfAborted();
      const shown = withoutSecrets(url.href);
      if (waiting.signal.aborted) throw new Error(`${shown} has not answered for ${timeoutMs / 1000} s`);
      throw new Error(`Cannot get ${shown}: ${reasonOf(error)}`);
    } finally {
      cancelTimeout();
    }
  }
}

/** Where a redirect leads. User name and password go to the server that they were typed for, and to no other. */
function redirected(
  from: HttpUrl,
  { location, typed }: { readonly location: string; readonly typed: HttpUrl },
): HttpUrl {
  let to: HttpUrl;
  try {
    to = parseHttpUrl(new URL(location, from.href).href);
  } catch {
    throw new Error(`${withoutSecrets(from.href)} redirects to what is no URL of HTTP`);
  }
  const isSame = to.scheme === typed.scheme && to.hostname === typed.hostname && to.port === typed.port;
  const { user, password } = isSame ? typed : { user: undefined, password: undefined };
  return { ...to, user, password };
}

/** Why a request has failed, as the innermost of its causes says it last: what comes before names the URL again. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message.split(": ").at(-1)! : reasonOf(error.cause);
}

function withheldAdvice(typed: HttpUrl, now: HttpUrl): string {
  const [from, to] = [typed, now].map(({ hostname, port }) => hostAndPort({ hostname, port }));
  return `; ${from} has redirected us to ${to}, and its user name and password are not sent there. To send them: ` +
    `${now.scheme}://USER:PASSWORD@${withoutSecrets(now.href).slice(`${now.scheme}://`.length)}`;
}

function adviceFor(status: number): string {
  if (status === 401 || status === 403) return "; check user name and password: http://USER:PASSWORD@HOST/PATH";
  return status === 404 ? "; check its path, which the camera's manual tells" : "";
}
