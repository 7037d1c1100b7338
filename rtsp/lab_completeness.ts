/**
 * When a message of the lab is complete. Its lines tell: most peers send neither a blank line nor a last line break.
 *
 * @module
 */

import type { Completeness } from "./completeness.ts";
import { BARE_CSEQ, CLIENT_PORT, FLOW_COUNT } from "./lab_grammar.ts";

/** Digits of the lab's session identifiers, `randint(100000, 999999)`: a line with fewer may be cut off. */
const SESSION_DIGITS = 6;
/** A `client_port` with fewer digits may be cut off if nothing follows it. */
const WHOLE_PORT_DIGITS = 4;

/** A request with a URL, or with `*`, is RTSP/1.0. */
export const RTSP_REQUEST = /^[A-Za-z_]+[ \t]+(?:rtsps?:|\*[ \t])/i;

/** The rules for requests of both lab dialects. RTSP/1.0 requests, known by their first line, need a blank line. */
export class LabRequestCompleteness implements Completeness {
  #lines = 0;
  #needsBlankLine = false;
  #isSetup = false;
  #isDialectB = false;
  #hasFields = false;
  #hasCseq = false;
  #hasTransport = false;
  #hasSession = false;

  get needsBlankLine(): boolean {
    return this.#needsBlankLine;
  }

  take(line: string): void {
    const index = this.#lines++;
    this.#hasSession ||= sessionDigits(line) > 0;
    if (index === 0) {
      this.#needsBlankLine = RTSP_REQUEST.test(line);
      this.#isSetup = /^setup\b/i.test(line);
      return;
    }
    if (index === 1) this.#isDialectB = isBareCseq(line);
    this.#hasCseq ||= this.#isCseqField(line);
    this.#hasFields ||= line.indexOf(":") > 0;
    this.#hasTransport ||= isTransportField(line) || (this.#isDialectB && index === 2);
  }

  isComplete(openLine: string): boolean {
    if (this.#lines === 0) return false;
    const isDialectB = this.#lines === 1 ? isBareCseq(openLine) : this.#isDialectB;
    if (!isDialectB && !this.#hasCseq && !this.#isCseqField(openLine)) return false;
    if (this.#isSetup) {
      if (this.#hasTransport) return true;
      const isThird = isDialectB ? this.#lines === 2 : isTransportField(openLine);
      return isThird && isWholeTransport(openLine);
    }
    return isDialectB || this.#hasSession || sessionDigits(openLine) >= SESSION_DIGITS;
  }

  /** A line that starts with a space continues the field before it. */
  #isCseqField(line: string): boolean {
    return /^[ \t]*cseq[ \t]*:/i.test(line) && !(/^[ \t]/.test(line) && this.#hasFields);
  }
}

/** The rules for responses: a status line, `CSeq:`, and a `Session:` of six digits. */
export class LabResponseCompleteness implements Completeness {
  readonly needsBlankLine = false;
  #lines = 0;
  #hasSession = false;

  take(line: string): void {
    this.#lines++;
    this.#hasSession ||= sessionDigits(line) > 0;
  }

  isComplete(openLine: string): boolean {
    return this.#lines >= 2 && (this.#hasSession || sessionDigits(openLine) >= SESSION_DIGITS);
  }
}

function isBareCseq(line: string): boolean {
  return BARE_CSEQ.test(line.trim());
}

function isTransportField(line: string): boolean {
  return /^transport[ \t]*:/i.test(line);
}

/** Digits of the identifier in a Session line; 0 for other lines. */
function sessionDigits(line: string): number {
  return /^session[ \t]*:[ \t]*(\d+)/i.exec(line)?.[1].length ?? 0;
}

/** Whether the last line of a SETUP has its port, and the flow count if it started to name one. */
function isWholeTransport(line: string): boolean {
  const port = CLIENT_PORT.exec(line) ?? /[ \t;](\d+)(?=[ \t]|$)/.exec(line);
  if (port === null) return false;
  const rest = line.slice(port.index + port[0].length);
  if (FLOW_COUNT.test(rest)) return true;
  return rest.trim() === "" && (rest !== "" || port[1].length >= WHOLE_PORT_DIGITS);
}
