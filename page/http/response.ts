/**
 * Responses of HTTP/1.1 as values, and the heads that announce them (RFC 9112, 4 to 6).
 *
 * @module
 */

import { printable } from "../../net/printable.ts";

/** Reason phrases by status code (RFC 9110, 15). */
export const REASON_PHRASES = {
  101: "Switching Protocols",
  200: "OK",
  307: "Temporary Redirect",
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  426: "Upgrade Required",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  503: "Service Unavailable",
} as const;

/** A status code that the page's server sends. */
export type HttpStatus = keyof typeof REASON_PHRASES;

/** Parts of a body that goes on until the connection ends: the next is asked for when the one before is written. */
export type BodyStream = (gone: AbortSignal) => AsyncIterable<Uint8Array>;

/** A response. */
export interface HttpResponse {
  readonly status: HttpStatus;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | BodyStream;
}

/** A sentence as a response. */
export function textResponse(
  status: HttpStatus,
  sentence: string,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", ...headers },
    body: new TextEncoder().encode(sentence + "\n"),
  };
}

/** A value as JSON. Text of others is escaped in it. */
export function jsonResponse(value: unknown): HttpResponse {
  return bytesResponse(printable(JSON.stringify(value)) + "\n", "application/json");
}

/** What was found, with its media type. */
export function bytesResponse(body: string | Uint8Array, type: string): HttpResponse {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  return { status: 200, headers: { "content-type": type }, body: bytes };
}

/** The head of a response: the same for GET and HEAD (RFC 9110, 9.3.2). */
export function encodeResponseHead(
  { status, headers, body }: HttpResponse,
  { isPersistent }: { readonly isPersistent: boolean },
): Uint8Array {
  const fields: Record<string, string> = { date: new Date().toUTCString() };
  if (body instanceof Uint8Array) fields["content-length"] = String(body.length);
  if (!isPersistent || !(body instanceof Uint8Array)) fields.connection = "close";
  return encodeHead(status, { ...fields, ...headers });
}

/** A status line and fields. */
export function encodeHead(status: HttpStatus, headers: Readonly<Record<string, string>>): Uint8Array {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return new TextEncoder().encode([`HTTP/1.1 ${status} ${REASON_PHRASES[status]}`, ...lines, "", ""].join("\r\n"));
}
