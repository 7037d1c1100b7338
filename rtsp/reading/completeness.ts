/**
 * When a message is complete. RTSP/1.0 ends the head with a blank line. The lab's peers often end it with nothing, so a message is
 * complete when a read ends and all its lines have come. The rules take each line of a message once.
 *
 * @module
 */

/** Tells from the lines of one message whether it is complete. */
export interface Completeness {
  /** Whether only a blank line ends the head. Known once the first line is. */
  readonly needsBlankLine: boolean;
  /** Whether a line that is still to come may show that no blank line is needed after all. */
  readonly mayTurnLab: boolean;
  /** Takes the next line, without its line break. */
  take(line: string): void;
  /**
   * Whether the message is complete although nothing ends it: all its lines have come, and the open line, which has no line break
   * yet, does not look cut off. The open line is empty if the last line has its line break.
   */
  isComplete(openLine: string): boolean;
}

/** For messages that only a blank line ends. */
export const BLANK_LINE_ONLY: Completeness = {
  needsBlankLine: true,
  mayTurnLab: false,
  take() {},
  isComplete: () => false,
};

/** What the header fields of a message so far say about its body. */
export class BodyFields {
  #contentLength: number | undefined;
  #hasLengthField = false;
  #hasBody = false;
  #isDescription = false;

  /** Bytes of the body; `undefined` without a `Content-Length` that is a number. */
  get contentLength(): number | undefined {
    return this.#contentLength;
  }

  /** Whether a body is announced. */
  get hasBody(): boolean {
    return this.#hasBody;
  }

  /** Whether the body is SDP. */
  get isDescription(): boolean {
    return this.#isDescription;
  }

  /** Whether the body is SDP without Content-Length, as from some cameras. */
  get isLengthlessDescription(): boolean {
    return this.#isDescription && !this.#hasLengthField;
  }

  /** Takes the next line, without its line break. */
  take(line: string): void {
    if (/^content-length[ \t]*:/i.test(line)) {
      this.#hasLengthField = true;
      this.#hasBody ||= announcesBody(line);
      const length = /^content-length[ \t]*:[ \t]*(\d+)[ \t]*$/i.exec(line);
      if (length !== null) this.#contentLength ??= Number(length[1]);
    } else if (/^content-type[ \t]*:[ \t]*application\/sdp/i.test(line)) {
      this.#isDescription = true;
    }
  }
}

/** Whether a line says that a body follows. */
export function announcesBody(line: string): boolean {
  return /^content-length[ \t]*:[ \t]*[1-9]/i.test(line);
}
