/**
 * Finds the heads of HTTP/1.1 requests in the bytes of a connection (RFC 9112, 2 to 5): the first stage behind the socket. Each byte
 * is examined once, however the bytes are cut into reads.
 *
 * @module
 */

import { MAX_REQUEST_BYTES } from "../limits.ts";

/** A request as its head says it. */
export interface HttpRequest {
  readonly method: string;
  /** The path of the target as sent, without query. */
  readonly path: string;
  readonly headers: Headers;
  /** Whether another request may follow (RFC 9112, 9.3). Behind one with a body, which is not read, none does. */
  readonly isPersistent: boolean;
}

/** What came is no request, or too long for one; the connection has to end. */
export class RequestError extends Error {
  override name = "RequestError";
  readonly status: 400 | 431;

  constructor(status: 400 | 431, message: string) {
    super(message);
    this.status = status;
  }
}

const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
const REQUEST_LINE = /^([A-Z]+) (\S+) HTTP\/1\.([01])$/;
const FIELD_LINE = /^([!#$%&'*+.^_`|~\w-]+):(.*)$/;

/** Holds the head that has not ended. */
export class RequestReader {
  #head: number[] = [];
  /** Whether the line that has not ended is empty so far. */
  #isLineEmpty = true;
  #isLast = false;

  /** Takes the bytes of one read, and gives the requests that end in it. Throws a {@linkcode RequestError}. */
  *push(bytes: Uint8Array): Generator<HttpRequest, void> {
    for (const byte of bytes) {
      if (this.#isLast) return;
      // Blank lines before a request are ignored (RFC 9112, 2.2).
      if (this.#head.length === 0 && (byte === CARRIAGE_RETURN || byte === LINE_FEED)) continue;
      this.#head.push(byte);
      if (byte === LINE_FEED && this.#isLineEmpty) yield this.#finish();
      else if (this.#head.length >= MAX_REQUEST_BYTES) {
        throw new RequestError(431, `The request exceeds ${MAX_REQUEST_BYTES} bytes`);
      } else if (byte !== CARRIAGE_RETURN) this.#isLineEmpty = byte === LINE_FEED;
    }
  }

  #finish(): HttpRequest {
    // Each byte is one character, as in Headers: the platform's "latin1" is windows-1252.
    const text = String.fromCharCode(...this.#head);
    this.#head = [];
    this.#isLineEmpty = true;
    const request = decodeRequest(text);
    this.#isLast = !request.isPersistent;
    return request;
  }
}

/** Decodes a head. Throws a {@linkcode RequestError} for one that is malformed. */
export function decodeRequest(text: string): HttpRequest {
  const [first, ...lines] = text.trimEnd().split(/\r?\n/);
  const match = REQUEST_LINE.exec(first);
  if (match === null) throw new RequestError(400, "The first line is not that of an HTTP/1.1 request");
  const [, method, target, minorVersion] = match;
  const headers = decodeFields(lines);
  const hasBody = headers.has("transfer-encoding") || bodyLength(headers.get("content-length")) > 0;
  const isPersistent = minorVersion === "1" && !hasToken(headers.get("connection"), "close") && !hasBody;
  return { method, path: pathOf(target), headers, isPersistent };
}

/** Whether a comma-separated field holds a token, in any case. */
export function hasToken(field: string | null, token: string): boolean {
  return (field ?? "").toLowerCase().split(",").some((candidate) => candidate.trim() === token);
}

function decodeFields(lines: readonly string[]): Headers {
  const headers = new Headers();
  for (const line of lines) {
    const match = FIELD_LINE.exec(line);
    if (match === null || /[\0\r]/.test(match[2])) throw new RequestError(400, "A line is not a header field");
    headers.append(match[1], match[2].trim());
  }
  return headers;
}

/** Bytes of the body by its Content-Length, which has all values of the field (RFC 9112, 6.3). Throws where it is wrong. */
function bodyLength(field: string | null): number {
  const lengths = new Set((field ?? "0").split(",").map((value) => /^\d+$/.test(value.trim()) ? Number(value) : NaN));
  const [length] = lengths;
  if (lengths.size > 1 || Number.isNaN(length)) throw new RequestError(400, "Content-Length is no number of bytes");
  return length;
}

/** The path of a target in origin form or absolute form (RFC 9112, 3.2). */
function pathOf(target: string): string {
  const absolute = /^https?:\/\/[^/?#]*([^?#]*)/i.exec(target);
  return absolute === null ? target.split(/[?#]/, 1)[0] : absolute[1] || "/";
}
