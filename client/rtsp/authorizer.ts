/**
 * Authorizes requests (RFC 2617, RFC 7616): remembers the challenge of the server, and takes a new nonce wherever the server sends
 * one, as cameras do at any time, with and without `stale`.
 *
 * @module
 */

import {
  type Challenge,
  chooseChallenge,
  encodeAuthorization,
  isStale,
  nonceOf,
  withNextNonce,
} from "../../rtsp/fields/authentication.ts";
import type { HeaderField } from "../../rtsp/headers.ts";
import type { RtspResponse } from "../../rtsp/message.ts";
import type { RtspUrl } from "./rtsp_url.ts";

/** Authorizes the requests to one server. */
export class Authorizer {
  readonly #random: () => number;
  #challenge: Challenge | undefined;
  #nonceCount = 0;

  /** `random` gives numbers from 0 up to, not including, 1. */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Forgets the challenge: it is another server's. */
  reset(): void {
    this.#challenge = undefined;
  }

  /** The Authorization of a request; nothing before the server has asked for it. */
  authorize(method: string, { uri, url }: { readonly uri: string; readonly url: RtspUrl }): HeaderField[] {
    const { user, password = "" } = url;
    if (this.#challenge === undefined || user === undefined) return [];
    const clientNonce = Math.floor(this.#random() * 2 ** 32).toString(16).padStart(8, "0");
    const nonceCount = ++this.#nonceCount;
    const value = encodeAuthorization(this.#challenge, { user, password }, { method, uri, nonceCount, clientNonce });
    return [["Authorization", value]];
  }

  /**
   * Takes a reply. Returns whether its request is to be sent again with what the server asks for now: a challenge that is new is
   * answered once, and one whose nonce is said to be stale each time. `hasAnswered` tells that the request has answered one.
   */
  take({ status, headers }: Pick<RtspResponse, "status" | "headers">, hasAnswered: boolean): boolean {
    const challenge = chooseChallenge(headers.getAll("WWW-Authenticate"));
    if (status !== 401) {
      if (this.#challenge === undefined) return false;
      const next = withNextNonce(challenge ?? this.#challenge, headers.get("Authentication-Info") ?? "");
      if (nonceOf(next) !== nonceOf(this.#challenge)) this.#adopt(next);
      return false;
    }
    if (challenge === undefined) return false;
    const isNew = this.#challenge === undefined || nonceOf(challenge) !== nonceOf(this.#challenge);
    if (!isStale(challenge) && (hasAnswered || !isNew)) return false;
    this.#adopt(challenge);
    return true;
  }

  #adopt(challenge: Challenge): void {
    this.#challenge = challenge;
    this.#nonceCount = 0;
  }
}
