/**
 * The status codes that this program sends, with their reason phrases (RFC 2326, 7.1.1), how a status line begins, and the error for a first
 * line without one.
 *
 * @module
 */

/** Reason phrases by status code. */
export const REASON_PHRASES = {
  200: "OK",
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  415: "Unsupported Media Type",
  451: "Parameter Not Understood",
  453: "Not Enough Bandwidth",
  454: "Session Not Found",
  455: "Method Not Valid in This State",
  457: "Invalid Range",
  459: "Aggregate Operation Not Allowed",
  461: "Unsupported Transport",
  500: "Internal Server Error",
  501: "Not Implemented",
  503: "Service Unavailable",
  505: "RTSP Version not supported",
  551: "Option not supported",
} as const;

/** A status code that this program sends. */
export type StatusCode = keyof typeof REASON_PHRASES;

/** A status line, as far as it has to come to be known for one. */
export const STATUS_LINE_START = /^RTSP\/\d\.\d[ \t]+\d{3}/i;
/** What may become one when more of it comes. */
export const STATUS_LINE_PREFIX =
  /^(?:R|RT|RTS|RTSP|RTSP\/|RTSP\/\d\.?|RTSP\/\d\.\d[ \t]*|RTSP\/\d\.\d[ \t]+\d{1,3})$/i;

const MAX_SHOWN_CHARS = 60;

/** Whether a response begins like one of HTTP: with its status line, or, from servers that take us for HTTP/0.9, with the page. */
export function isOfHttp(text: string): boolean {
  return /^(?:HTTP\/|<(?:!DOCTYPE|html|head|body)\b)/i.test(text.trimStart());
}

/** The error for a response whose first line is not a status line. */
export function noStatusLine(line: string): SyntaxError {
  const advice = isOfHttp(line) ? ": an HTTP server answers there; check the port" : "";
  return new SyntaxError(
    `Cannot decode response: ${JSON.stringify(line.slice(0, MAX_SHOWN_CHARS))} is not a status line of RTSP${advice}`,
  );
}
