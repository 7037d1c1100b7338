/**
 * The grammar of RTSP/1.0 (RFC 2326): lines that end in CR LF, a blank line, a body of Content-Length bytes. Strict in what is
 * written, lenient in what is read.
 *
 * @module
 */

import { decodeHeaders, type HeaderField, type RtspHeaders } from "./headers.ts";
import type { RtspReply, RtspRequest, RtspResponse } from "./message.ts";
import { noStatusLine, REASON_PHRASES } from "./status.ts";

const VERSION = "RTSP/1.0";

/** A request to encode. */
export interface OutgoingRtspRequest {
  /** In capitals. */
  readonly method: string;
  /** Absolute, or `*`. */
  readonly url: string;
  /** One higher each request. */
  readonly cseq: number;
  /** All fields but CSeq and Content-Length, in order. */
  readonly headers: readonly HeaderField[];
  readonly body?: string;
}

/** The text of a request. */
export function encodeRtspRequest({ method, url, cseq, headers, body = "" }: OutgoingRtspRequest): string {
  return encode(`${method} ${url} ${VERSION}`, [["CSeq", String(cseq)], ...headers], body);
}

/** The text of a response. */
export function encodeRtspResponse({ status, cseq, session, headers = [], body = "" }: RtspReply): string {
  return encode(`${VERSION} ${status} ${REASON_PHRASES[status]}`, [
    ...(cseq === undefined ? [] : [["CSeq", String(cseq)] as const]),
    ...(session === undefined ? [] : [["Session", session] as const]),
    ...headers,
  ], body);
}

function encode(firstLine: string, headers: readonly HeaderField[], body: string): string {
  const length = new TextEncoder().encode(body).length;
  const fields = length === 0 ? headers : [...headers, ["Content-Length", String(length)] as const];
  // A line break inside a value would let its author add header fields.
  const lines = fields.map(([name, value]) => `${name}: ${value.replace(/[\r\n]+/g, " ")}`);
  return `${[firstLine, ...lines].join("\r\n")}\r\n\r\n${body}`;
}

/** Decodes a request from its head and its body. Throws a `SyntaxError` if the first line is not a request line. */
export function decodeRtspRequest(text: string, body: string): RtspRequest {
  const [firstLine, ...lines] = text.split(/\r?\n/);
  const line = firstLine.trimEnd();
  const method = /^[A-Za-z_]+(?=[ \t])/.exec(line);
  const version = /[ \t]RTSP\/(\d{1,3}\.\d{1,3})$/.exec(line);
  // ffmpeg and people leave spaces in a URL: it is all that stands between.
  const uri = line.slice(method?.[0].length, version?.index).trim();
  if (method === null || version === null || uri === "") {
    throw new SyntaxError(`Cannot decode request: ${JSON.stringify(firstLine.slice(0, 60))} is not a request line`);
  }
  const headers = decodeHeaders(lines);
  return {
    dialect: "rtsp",
    method: method[0].toUpperCase(),
    uri,
    version: version[1],
    cseq: decodeCseq(headers),
    session: decodeSession(headers)?.id,
    transport: undefined,
    lineStyle: { lineEnd: "\r\n", endsLastLine: true },
    headers,
    body,
  };
}

/** Decodes a response from its head and its body. Throws a `SyntaxError` if the first line is not a status line. */
export function decodeRtspResponse(text: string, body: string): RtspResponse {
  const [firstLine, ...lines] = text.split(/\r?\n/);
  // Trimmed before it is matched: a pattern with several runs of spaces takes cubic time.
  const match = /^RTSP\/\d+\.\d+[ \t]+(\d{3})(.*)$/i.exec(firstLine.trimEnd());
  if (match === null) throw noStatusLine(firstLine);
  const headers = decodeHeaders(lines);
  return {
    status: Number(match[1]),
    reason: match[2].trim(),
    cseq: decodeCseq(headers),
    session: decodeSession(headers)?.id,
    headers,
    body,
  };
}

/** `Session: id;timeout=60` (RFC 2326, 12.37). The timeout is `undefined` if the server gives none. */
export function decodeSession(headers: RtspHeaders): { id: string; timeoutSeconds: number | undefined } | undefined {
  const [id, ...parameters] = (headers.get("Session") ?? "").split(";").map((part) => part.trim());
  if (id === "") return undefined;
  const timeout = parameters.map((parameter) => /^timeout[ \t]*=[ \t]*(\d{1,9})$/i.exec(parameter)).find((match) =>
    match
  );
  return { id, timeoutSeconds: timeout === undefined || timeout === null ? undefined : Number(timeout[1]) };
}

function decodeCseq(headers: RtspHeaders): number | undefined {
  const cseq = headers.get("CSeq");
  return cseq !== undefined && /^\d{1,10}$/.test(cseq) ? Number(cseq) : undefined;
}
