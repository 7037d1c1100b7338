/**
 * The answer to HTTP requests on the RTSP port, which browsers send, and players that try a tunnel.
 *
 * @module
 */

import { hostAndPort } from "../../net/addresses.ts";

const HTTP_REQUEST = /^[A-Z]+ \S+ HTTP\/\d\.\d[ \t]*(?:\r?\n|$)/;

/** Whether the text is an HTTP request. */
export function isHttpRequest(text: string): boolean {
  return HTTP_REQUEST.test(text);
}

/** A response that says what the server is, at the address where the client reached it. The connection closes after it. */
export function encodeHttpAnswer(address: { readonly hostname: string; readonly port: number }): Uint8Array {
  const body = `This is an RTSP server. In a player, open rtsp://${hostAndPort(address)}/FILE\n`;
  const head = ["Content-Type: text/plain", `Content-Length: ${body.length}`, "Connection: close"];
  return new TextEncoder().encode(["HTTP/1.1 501 Not Implemented", ...head, "", body].join("\r\n"));
}
