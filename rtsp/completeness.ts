/**
 * When a message is complete. RTSP/1.0 ends its head with a blank line; the lab's peers often end it with nothing at all, so that a
 * message is complete when a read ends and its lines are all there. The rules take the lines of one message, each once, as they come.
 *
 * @module
 */

/** What the lines of one message so far say about its end. */
export interface Completeness {
  /** Whether only a blank line ends the head. Known once the first line is. */
  readonly needsBlankLine: boolean;
  /** Takes the next line, without its line break. */
  take(line: string): void;
  /**
   * Whether the message can be taken as complete although nothing ends it: all its lines are there, and the open line, which has no
   * line break yet, does not look cut off. It is empty where the last line has its break.
   */
  isComplete(openLine: string): boolean;
}

/** For messages that a blank line ends, and nothing else. */
export const BLANK_LINE_ONLY: Completeness = { needsBlankLine: true, take() {}, isComplete: () => false };

/** What the header fields of a message so far say about its body. */
export class BodyFields {
  #contentLength: number | undefined;
  #hasLengthField = false;
  #hasBody = false;
  #isDescription = false;

  /** Bytes of the body that `Content-Length` announces; `undefined` where it does not, or not with a number. */
  get contentLength(): number | undefined {
    return this.#contentLength;
  }

  /** Whether a body is announced. */
  get hasBody(): boolean {
    return this.#hasBody;
  }

  /** Whether the body is a description of unknown length, which some cameras send. */
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
