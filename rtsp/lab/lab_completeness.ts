/**
 * When a message of the lab is complete. Its lines tell: most peers send neither a blank line nor a last line break.
 *
 * @module
 */

import type { Completeness } from "../reading/completeness.ts";
import {
  BARE_CSEQ,
  BARE_TRANSPORT,
  CLIENT_PORT,
  FLOW_COUNT,
  LAB_TRANSPORT,
  RTSP_REQUEST,
  SESSION_LINE,
} from "./lab_grammar.ts";

/** Digits of the lab's session identifiers, `randint(100000, 999999)`: a line with fewer may be cut off. */
const SESSION_DIGITS = 6;
/** A `client_port` with fewer digits may be cut off if nothing follows it. */
const WHOLE_PORT_DIGITS = 4;
/** Methods whose fourth line says where to go on. */
const SEEK_METHOD = /^(?:scrub|settime)\b/i;
const SEEK_LINE = /^(?:frame|position)[ \t]*:[ \t]*\d/i;

/** Constructor options of {@linkcode LabRequestCompleteness}. */
export interface LabRequestCompletenessOptions {
  /** Tells whether the peer has shown before that it writes URLs in requests of the lab; by default it has not. */
  readonly writesUrls?: () => boolean;
  /** Tells whether it has set up a session in the lab's plain form, and may write URLs from then on; by default it has not. */
  readonly hasSetUp?: () => boolean;
}

/**
 * The rules for requests of both lab dialects. RTSP/1.0 requests, known by their first line, need a blank line, unless the lab's
 * Transport line shows that they are the lab's.
 */
export class LabRequestCompleteness implements Completeness {
  readonly #writesUrls: () => boolean;
  readonly #hasSetUp: () => boolean;
  #lines = 0;
  #needsBlankLine = false;
  #needsTransport = false;
  #needsSeekLine = false;
  #isDialectB = false;
  #hasCseq = false;
  #hasTransport = false;
  #hasSession = false;

  constructor({ writesUrls = () => false, hasSetUp = () => false }: LabRequestCompletenessOptions = {}) {
    this.#writesUrls = writesUrls;
    this.#hasSetUp = hasSetUp;
  }

  get needsBlankLine(): boolean {
    return this.#needsBlankLine;
  }

  get mayTurnLab(): boolean {
    return this.#needsBlankLine && this.#needsTransport && this.#hasCseq;
  }

  take(line: string): void {
    const index = this.#lines++;
    if (index === 0) {
      this.#needsTransport = /^(?:setup|connect)\b/i.test(line);
      const isLab = this.#writesUrls() || (this.#hasSetUp() && !this.#needsTransport);
      this.#needsBlankLine = RTSP_REQUEST.test(line) && !isLab;
      this.#needsSeekLine = SEEK_METHOD.test(line);
      return;
    }
    const field = line.trim();
    if (index === 1) this.#isDialectB = isBareCseq(field);
    this.#hasCseq ||= isCseqField(field);
    this.#hasTransport ||= isTransportLine(field) || (this.#isDialectB && index === 2);
    this.#hasSession ||= sessionDigits(field) > 0;
    if (SEEK_LINE.test(field)) this.#needsSeekLine = false;
    if (this.mayTurnLab && LAB_TRANSPORT.test(field)) this.#needsBlankLine = false;
  }

  isComplete(openLine: string): boolean {
    if (this.#lines === 0) return false;
    const open = openLine.trim();
    if (this.mayTurnLab) return LAB_TRANSPORT.test(open) && isWholeTransport(openLine);
    const isDialectB = this.#lines === 1 ? isBareCseq(open) : this.#isDialectB;
    if (!isDialectB && !this.#hasCseq && !isCseqField(open)) return false;
    if (this.#needsSeekLine && !SEEK_LINE.test(open)) return isDialectB;
    const hasSession = this.#hasSession || sessionDigits(open) >= SESSION_DIGITS;
    if (!this.#needsTransport) return isDialectB || hasSession;
    // A client that has connected sets up with its session.
    if (this.#hasTransport || hasSession) return true;
    const isThird = isDialectB ? this.#lines === 2 : isTransportLine(open);
    return isThird && isWholeTransport(openLine);
  }
}

/** The rules for responses: a status line, `CSeq:`, and a `Session:` of six digits. */
export class LabResponseCompleteness implements Completeness {
  readonly needsBlankLine = false;
  readonly mayTurnLab = false;
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
  return BARE_CSEQ.test(line);
}

function isCseqField(line: string): boolean {
  return /^cseq[ \t]*:/i.test(line);
}

function isTransportLine(line: string): boolean {
  return /^transport[ \t]*:/i.test(line) || BARE_TRANSPORT.test(line);
}

/** Digits of the identifier in a Session line; 0 for other lines. */
function sessionDigits(line: string): number {
  const id = SESSION_LINE.exec(line)?.[1] ?? "";
  return /^\d*/.exec(id)![0].length;
}

/** Whether the last line of a SETUP has its port, and the flow count if it started to name one. */
function isWholeTransport(line: string): boolean {
  const port = CLIENT_PORT.exec(line) ?? /[ \t;](\d+)(?=[ \t]|$)/.exec(line);
  if (port === null) return false;
  const rest = line.slice(port.index + port[0].length);
  if (FLOW_COUNT.test(rest)) return true;
  return rest.trim() === "" && (rest !== "" || port[1].length >= WHOLE_PORT_DIGITS);
}
