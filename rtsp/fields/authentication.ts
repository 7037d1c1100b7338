/**
 * Basic and Digest authentication of a client (RFC 2617 as RFC 2326 has it, RFC 7616 for SHA-256): challenges in, the
 * Authorization header out.
 *
 * @module
 */

import { createHash } from "node:crypto";

/** The user name and password of a client. */
export interface Credentials {
  readonly user: string;
  /** May be empty. */
  readonly password: string;
}

/** One way to authenticate that the server offers. */
export interface Challenge {
  /** In lower case. */
  readonly scheme: "basic" | "digest";
  /** By name, in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Hash functions of Digest by their `algorithm` parameter in capitals, the strongest first. */
const ALGORITHMS: Readonly<Record<string, string>> = { "SHA-256": "sha256", "MD5": "md5" };

/** The strongest of the challenges in WWW-Authenticate headers that can be answered: Digest SHA-256, Digest MD5, Basic. */
export function chooseChallenge(headers: readonly string[]): Challenge | undefined {
  const challenges = headers.flatMap(decodeChallenges);
  const strength = ({ scheme, parameters }: Challenge) => {
    if (scheme === "basic") return 1;
    const rank = Object.keys(ALGORITHMS).indexOf(algorithmOf(parameters));
    const qop = parameters.get("qop");
    const isAnswerable = rank >= 0 && parameters.has("nonce") && (!qop || offersAuth(qop));
    return isAnswerable ? 10 - rank : 0;
  };
  return challenges.filter((challenge) => strength(challenge) > 0)
    .toSorted((left, right) => strength(right) - strength(left))[0];
}

/** The request to authorize, and the numbers that Digest needs. */
export interface AuthorizedRequest {
  readonly method: string;
  /** The URL of the request line. */
  readonly uri: string;
  /** How often the nonce has been used, this request included. */
  readonly nonceCount: number;
  /** Random text (cnonce). */
  readonly clientNonce: string;
}

/** The value of the Authorization header. */
export function encodeAuthorization(
  { scheme, parameters }: Challenge,
  { user, password }: Credentials,
  { method, uri, nonceCount, clientNonce }: AuthorizedRequest,
): string {
  if (scheme === "basic") {
    return `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(`${user}:${password}`)))}`;
  }
  const algorithm = algorithmOf(parameters);
  const hash = (text: string) => createHash(ALGORITHMS[algorithm]).update(text).digest("hex");
  const realm = parameters.get("realm") ?? "";
  const nonce = parameters.get("nonce") ?? "";
  const opaque = parameters.get("opaque");
  const secret = hash(`${user}:${realm}:${password}`);
  const request = hash(`${method}:${uri}`);
  const fields = [
    `username="${quote(user)}"`,
    `realm="${quote(realm)}"`,
    `nonce="${quote(nonce)}"`,
    `uri="${quote(uri)}"`,
  ];
  // Some cameras send qop="", which means none.
  if (parameters.get("qop")) {
    const count = nonceCount.toString(16).padStart(8, "0");
    const response = hash(`${secret}:${nonce}:${count}:${clientNonce}:auth:${request}`);
    fields.push(`response="${response}"`, "qop=auth", `nc=${count}`, `cnonce="${clientNonce}"`);
  } else {
    fields.push(`response="${hash(`${secret}:${nonce}:${request}`)}"`);
  }
  if (parameters.has("algorithm")) fields.push(`algorithm=${algorithm}`);
  if (opaque !== undefined) fields.push(`opaque="${quote(opaque)}"`);
  return `Digest ${fields.join(", ")}`;
}

/** Whether the server accepted the password and only wants a newer nonce (RFC 7616, 3.3). */
export function isStale({ parameters }: Challenge): boolean {
  return parameters.get("stale")?.toLowerCase() === "true";
}

/** The nonce of a challenge; `undefined` in Basic. */
export function nonceOf({ parameters }: Challenge): string | undefined {
  return parameters.get("nonce");
}

/** The challenge with the nonce that an Authentication-Info header names for the next request (RFC 2617, 3.2.3). */
export function withNextNonce(challenge: Challenge, header: string): Challenge {
  const [part] = decodeChallenges(`Digest ${header}`);
  const nonce = part?.parameters.get("nextnonce");
  if (!nonce || nonceOf(challenge) === undefined) return challenge;
  return { ...challenge, parameters: new Map([...challenge.parameters, ["nonce", nonce]]) };
}

/**
 * The challenges of one header. Commas separate challenges as they separate parameters, and some cameras leave them out. Values may
 * lack their quotes, also where they have spaces: `realm=IP Camera`.
 */
function decodeChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  for (let at = 0; at < header.length;) {
    const [separator] = matchAt(/[\s,]*/y, header, at)!;
    const name = matchAt(/([A-Za-z0-9_-]+)(?:[ \t]*(=))?[ \t]*/y, header, at + separator.length);
    if (name === null) {
      // A character that belongs to nothing.
      at += separator.length + 1;
      continue;
    }
    at += separator.length + name[0].length;
    if (name[2] === undefined) {
      challenges.push({ scheme: name[1].toLowerCase(), parameters: new Map() });
      continue;
    }
    const quoted = matchAt(/"((?:[^"\\]|\\.)*)"?/y, header, at);
    const value = quoted ??
      matchAt(/[^\s,]*(?:[ \t]+(?!(?:Basic|Digest)[ \t]|[A-Za-z0-9_-]+[ \t]*=)[^\s,]+)*/iy, header, at)!;
    at += value[0].length;
    challenges.at(-1)?.parameters.set(name[1].toLowerCase(), quoted?.[1].replace(/\\(.)/g, "$1") ?? value[0]);
  }
  return challenges.filter((challenge): challenge is Challenge & typeof challenge =>
    challenge.scheme === "basic" || challenge.scheme === "digest"
  );
}

/** What a sticky pattern finds at `at`. */
function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function algorithmOf(parameters: ReadonlyMap<string, string>): string {
  return parameters.get("algorithm")?.toUpperCase() ?? "MD5";
}

function offersAuth(qop: string): boolean {
  return qop.split(",").some((option) => option.trim().toLowerCase() === "auth");
}

function quote(text: string): string {
  return text.replace(/["\\]/g, "\\$&");
}
