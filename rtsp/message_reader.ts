/**
 * Finds the messages in the bytes of a connection. The standards end a message with a blank line; the lab's peers often
 * end it with nothing at all, so that a message is complete when a read ends and its header lines are whole. The first
 * stage behind the TCP socket, at both ends.
 *
 * @module
 */

import { MAX_LINE_BYTES, MAX_MESSAGE_BYTES } from "./limits.ts";
import { decodeLabRequest, decodeLabResponse, isWholeLabRequest, isWholeLabResponse } from "./lab_grammar.ts";
import { METHODS, type RtspRequest, type RtspResponse } from "./message.ts";

/** What comes out of a reader: a message, or text that is none. */
export type ReaderOutput<T> =
  | { readonly kind: "message"; readonly message: T; readonly text: string }
  | { readonly kind: "malformed"; readonly error: SyntaxError; readonly text: string };

/** How messages of one kind are told apart and decoded. */
interface Grammar<T> {
  /** Finds where the message at the start ends although the next follows without a blank line; -1 if none does. */
  nextStart(text: string): number;
  isWhole(text: string): boolean;
  /** Whether the message ends with a blank line and nothing else. */
  needsBlankLine(text: string): boolean;
  decode(text: string): T;
}

/** Thrown by {@linkcode MessageReader.push} when a peer sends more than the limits allow: the connection is to end. */
export class MessageTooLargeError extends Error {
  /** The class's name, for logs. */
  override name = "MessageTooLargeError";
}

/** Cuts a stream of bytes into messages. */
export class MessageReader<T> {
  readonly #grammar: Grammar<T>;
  readonly #decoder = new TextDecoder("latin1");
  #text = "";

  /** At the start of a stream. */
  constructor(grammar: Grammar<T>) {
    this.#grammar = grammar;
  }

  /** True while part of a message has come. */
  get isPending(): boolean {
    return this.#text !== "";
  }

  /**
   * True while what has come is no whole message, but could be one that will get no more bytes: at least its first line
   * is there. Call {@linkcode settle} if it stays so for a moment.
   */
  get mayBeWhole(): boolean {
    return this.#text.includes("\n") && !this.#grammar.needsBlankLine(this.#text);
  }

  /** Takes what one read gave. Throws a {@linkcode MessageTooLargeError} above the limits. */
  push(bytes: Uint8Array): ReaderOutput<T>[] {
    this.#text += this.#decoder.decode(bytes, { stream: true });
    const outputs: ReaderOutput<T>[] = [];
    for (let end = this.#findEnd(); end > 0; end = this.#findEnd()) outputs.push(this.#take(end));
    this.#checkLimits();
    return outputs;
  }

  /** Takes what has come for a message: nothing more seems to follow. */
  settle(): ReaderOutput<T>[] {
    return this.#text.trim() === "" ? [] : [this.#take(this.#text.length)];
  }

  /** Where the first message ends, 0 while it has not ended. */
  #findEnd(): number {
    this.#text = this.#text.replace(/^[\s\0]+/, "");
    if (this.#text === "") return 0;
    const blank = /\r?\n\r?\n/.exec(this.#text);
    const blankEnd = blank === null ? -1 : blank.index + blank[0].length;
    if (this.#grammar.needsBlankLine(this.#text)) return Math.max(0, blankEnd);
    const next = this.#grammar.nextStart(this.#text);
    if (next > 0 && (blankEnd < 0 || next < blankEnd)) return next;
    if (blankEnd > 0) return blankEnd;
    return this.#grammar.isWhole(this.#text) ? this.#text.length : 0;
  }

  #take(end: number): ReaderOutput<T> {
    const text = this.#text.slice(0, end);
    this.#text = this.#text.slice(end);
    try {
      return { kind: "message", message: this.#grammar.decode(text), text: text.trimEnd() };
    } catch (error) {
      if (error instanceof SyntaxError) return { kind: "malformed", error, text: text.trimEnd() };
      throw error;
    }
  }

  #checkLimits(): void {
    if (this.#text.length > MAX_MESSAGE_BYTES) {
      throw new MessageTooLargeError(`A message exceeds ${MAX_MESSAGE_BYTES} bytes`);
    }
    for (let start = 0; start < this.#text.length;) {
      const newline = this.#text.indexOf("\n", start);
      const end = newline < 0 ? this.#text.length : newline;
      if (end - start > MAX_LINE_BYTES) throw new MessageTooLargeError(`A line exceeds ${MAX_LINE_BYTES} bytes`);
      start = end + 1;
    }
  }
}

/** A request that follows another without a line end between: `Session: 123456PAUSE movie.Mjpeg RTSP/1.0`. */
const NEXT_REQUEST = new RegExp(`(?<=[\\d\\s])(?:${METHODS.join("|")})[ \\t]`, "g");
const ABSOLUTE_REQUEST = /^[A-Za-z_]+[ \t]+(?:rtsps?:|\*)/i;

/** A reader for the server's side. */
export function createRequestReader(): MessageReader<RtspRequest> {
  return new MessageReader({
    nextStart(text) {
      const firstLine = text.indexOf("\n");
      if (firstLine < 0) return -1;
      NEXT_REQUEST.lastIndex = firstLine;
      return NEXT_REQUEST.exec(text)?.index ?? -1;
    },
    isWhole: isWholeLabRequest,
    needsBlankLine: (text) => ABSOLUTE_REQUEST.test(text),
    decode: decodeLabRequest,
  });
}

/** A reader for the client's side. */
export function createResponseReader(): MessageReader<RtspResponse> {
  return new MessageReader({
    nextStart(text) {
      return text.indexOf("RTSP/", 1);
    },
    isWhole: isWholeLabResponse,
    needsBlankLine: () => false,
    decode: decodeLabResponse,
  });
}
