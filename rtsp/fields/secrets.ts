/**
 * User names and passwords, in URLs as people type them and in messages: where they stand, and texts without them.
 *
 * @module
 */

import { concat } from "@std/bytes";

/** What can stand behind user name and password: a host name, or an address in brackets, maybe with a zone; and a port. */
export const HOST_AND_PORT = /^(\[[0-9A-Fa-f:.]+(?:%[^\]\s]+)?\]|[^\s:@[\]]+)(?::(\d*))?$/;

/**
 * How many characters of a URL behind its `//` are user name, password and the `@` behind them. A `/`, `?` or `#` in a password ends
 * the authority too early (RFC 3986, 3.2.1); where no host and port are left of it, the user info goes on to the first `@` that has a
 * host behind it.
 */
export function userInfoLength(rest: string): number {
  const end = rest.search(/[/?#]|$/);
  const authority = rest.slice(0, end);
  const hostStart = authority.lastIndexOf("@") + 1;
  // Nobody writes a fragment right behind the host.
  if (HOST_AND_PORT.test(authority.slice(hostStart)) && (hostStart > 0 || rest[end] !== "#")) return hostStart;
  for (const { index, 0: { length }, 1: host } of rest.matchAll(/@([^@/?#]*)/g)) {
    if (rest[index + length] !== "@" && HOST_AND_PORT.test(host)) return index + 1;
  }
  return hostStart;
}

/** Names of parameters, in a query or in the path, in which cameras expect a user name or a password. */
const SECRET_PARAMETER =
  /([?&;/_](?:user(?:name)?|usr|u|pass(?:word|wd|phrase)?|pwd|psw|p|login(?:use|pas)|auth|token|key|secret)=)(?:(?!_[a-z]+=)[^&;\s"])*/gi;

/** Header fields with credentials (RFC 2326, 12.5). */
const CREDENTIALS = /^((?:Proxy-)?Authorization[ \t]*:)[^\r\n]*/gim;

/** A text, or the messages in it, without user names, passwords and credentials, for people to see. */
export function withoutSecrets(text: string): string {
  return text
    .replace(/:\/\/([^\s"]*)/g, (_, rest: string) => {
      const length = userInfoLength(rest);
      return length === 0 ? `://${rest}` : `://…@${rest.slice(length)}`;
    })
    // Runs are matched whether an @ follows or not: to look for one from each character would take time by the square.
    .replace(/[^\s/@"]+@?/g, (run) => run.endsWith("@") && run.lastIndexOf(":") > 0 ? "…@" : run)
    .replace(SECRET_PARAMETER, "$1…")
    .replace(CREDENTIALS, "$1 …");
}

/** What follows the scheme of a URL. */
const URL_REST = /:\/\/([!#-~]*)/g;
/** A byte that does not stand in a message: then packets are among the bytes. */
const NO_TEXT = /[^\t\r\n -~]/;
const ASTERISK = 0x2a;

/**
 * Bytes of a connection without user names, passwords and credentials: as many bytes, with `*` in their place. Among packets, only
 * URLs and header fields are looked at, so that packets stay as they are. Returns `bytes` where there is nothing to hide.
 */
export function blankSecrets(bytes: Uint8Array): Uint8Array {
  // A character a byte, whatever it stands for.
  const text = new TextDecoder("latin1").decode(bytes);
  const blankParameters = (part: string): string =>
    part.replace(SECRET_PARAMETER, (whole, name: string) => name + asterisks(whole.slice(name.length)));
  const urls = text.replace(URL_REST, (_, rest: string) => {
    const length = userInfoLength(rest);
    const userInfo = length === 0 ? "" : `${asterisks(rest.slice(0, length - 1))}@`;
    return `://${userInfo}${blankParameters(rest.slice(length))}`;
  });
  const shown = (NO_TEXT.test(text) ? urls : blankParameters(urls))
    .replace(CREDENTIALS, (whole, name: string) => name + asterisks(whole.slice(name.length)));
  if (shown === text) return bytes;
  const blanked = bytes.slice();
  for (let index = 0; index < blanked.length; index++) if (shown[index] !== text[index]) blanked[index] = ASTERISK;
  return blanked;
}

/** Longest end of a piece that is looked at again with the next one, in bytes: lines with secrets are no longer. */
const MAX_LINE_BYTES = 2048;
const LINE_FEED = 0x0a;

/**
 * Makes what blanks the bytes of one direction of a connection as {@linkcode blankSecrets} does, piece by piece, wherever they are cut.
 * Of a URL that is cut, all is blanked, since its host may be in the next piece.
 */
export function createBlanker(): (bytes: Uint8Array) => Uint8Array {
  let line: Uint8Array = new Uint8Array();
  return (bytes) => {
    const whole = line.length === 0 ? bytes : concat([line, bytes]);
    const blanked = blankSecrets(whole);
    const isAsItWas = blanked === whole;
    const end = whole.subarray(whole.lastIndexOf(LINE_FEED) + 1);
    const openLength = end.length > MAX_LINE_BYTES ? 0 : openUrlLength(end);
    const before = line.length;
    line = end.length > MAX_LINE_BYTES ? new Uint8Array() : end.slice();
    const openBytes = Math.min(openLength, bytes.length);
    if (openBytes === 0) return isAsItWas ? bytes : blanked.subarray(before);
    const shown = blanked.slice(before);
    return shown.fill(ASTERISK, shown.length - openBytes);
  };
}

/** How many bytes at the end are those behind the `://` of a URL that may go on in the next piece. */
function openUrlLength(line: Uint8Array): number {
  const start = line.findLastIndex((byte) => byte <= 0x20 || byte >= 0x7f) + 1;
  const word = new TextDecoder("latin1").decode(line.subarray(start));
  const at = word.indexOf("://");
  return at < 0 ? 0 : word.length - at - "://".length;
}

function asterisks(secret: string): string {
  return secret.replace(/[^ ]/g, "*");
}
