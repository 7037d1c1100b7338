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

const MAX_SHOWN_CHARS = 20;

/** What the header fields of a message so far say about its body. */
export class BodyFields {
  /** As the field says it: below 0 or `NaN` where it is wrong. */
  #length: number | undefined;
  #lengthProblem: string | undefined;
  #hasBody = false;
  #isDescription = false;

  /** Bytes of the body; `undefined` without a `Content-Length`, and where it is wrong. */
  get contentLength(): number | undefined {
    return this.#lengthProblem === undefined ? this.#length : undefined;
  }

  /** What is wrong with `Content-Length`: no number of bytes (RFC 2326, 12.14), or several. */
  get lengthProblem(): string | undefined {
    return this.#lengthProblem;
  }

  /** Whether it is so wrong that nobody knows where the body ends. Below 0 there is none. */
  get isEndUnknown(): boolean {
    return Number.isNaN(this.#length);
  }

  /** Whether a body is announced. */
  get hasBody(): boolean {
    return this.#hasBody;
  }

  /** Whether the body is SDP. */
  get isDescription(): boolean {
    return this.#isDescription;
  }

  /** Whether the body is SDP without a Content-Length that can be used, as from some cameras. */
  get isLengthlessDescription(): boolean {
    return this.#isDescription && this.contentLength === undefined;
  }

  /** Takes the next line, without its line break. */
  take(line: string): void {
    const length = /^content-length[ \t]*:(.*)$/i.exec(line);
    if (length !== null) {
      this.#hasBody ||= announcesBody(line);
      this.#takeLength(length[1].trim());
    } else if (/^content-type[ \t]*:[ \t]*application\/sdp/i.test(line)) {
      this.#isDescription = true;
    }
  }

  #takeLength(value: string): void {
    const length = /^-?\d+$/.test(value) ? Number(value) : NaN;
    if (this.#length !== undefined && this.#length !== length) {
      this.#lengthProblem ??= "it is given twice, with different values";
      this.#length = NaN;
      return;
    }
    this.#length = length;
    if (!(length >= 0)) {
      this.#lengthProblem = `${JSON.stringify(value.slice(0, MAX_SHOWN_CHARS))} is no number of bytes`;
    }
  }
}

/** Whether a line says that a body follows. */
export function announcesBody(line: string): boolean {
  return /^content-length[ \t]*:[ \t]*[1-9]/i.test(line);
}
