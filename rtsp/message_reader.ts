/**
 * Finds the messages in the bytes of a connection, and the packets that are interleaved with them. The standards end a
 * message with a blank line and a body; the lab's peers often end it with nothing at all, so that a message is complete
 * when a read ends and its header lines are whole. The first stage behind the TCP socket, at both ends.
 *
 * @module
 */

import { decodeInterleavedHeader, INTERLEAVED_HEADER_BYTES, INTERLEAVED_MAGIC } from "../net/interleaved.ts";
import { MAX_BODY_BYTES, MAX_LINE_BYTES, MAX_MESSAGE_BYTES } from "./limits.ts";
import { decodeLabRequest, decodeLabResponse, isWholeLabRequest, isWholeLabResponse } from "./lab_grammar.ts";
import { METHODS, type RtspRequest, type RtspResponse } from "./message.ts";
import { decodeRtspRequest, decodeRtspResponse } from "./rtsp_grammar.ts";

/** What comes out of a reader: a message, text that is none, or an interleaved packet (RFC 2326, 10.12). */
export type ReaderOutput<T> =
  | { readonly kind: "message"; readonly message: T; readonly text: string }
  | { readonly kind: "malformed"; readonly error: SyntaxError; readonly text: string }
  | { readonly kind: "packet"; readonly channel: number; readonly data: Uint8Array };

/** How messages of one kind are told apart and decoded. */
interface Grammar<T> {
  /** Finds where the message at the start ends although the next follows without a blank line; -1 if none does. */
  nextStart(text: string): number;
  isWhole(text: string): boolean;
  /** Whether a line that has not ended may be the beginning of the next message; left out where blank lines tell. */
  mayStart?(line: string): boolean;
  /** Whether the message ends with a blank line and nothing else. */
  needsBlankLine(text: string): boolean;
  decode(text: string, body: string): T;
  /** Whether a description may come without its length, which some cameras do. */
  readonly mayBeLengthless: boolean;
}

/** Thrown by {@linkcode MessageReader.push} when a peer sends more than the limits allow: the connection is to end. */
export class MessageTooLargeError extends Error {
  /** The class's name, for logs. */
  override name = "MessageTooLargeError";
}

/** Bytes that are made text at a time: what follows may be packets. */
const TEXT_PIECE_BYTES = 4096;

/**
 * Cuts a stream of bytes into messages and packets. A packet's data is a view of the bytes that were pushed where it came
 * in one piece: it holds as long as they do.
 */
export class MessageReader<T> {
  readonly #grammar: Grammar<T>;
  /** What has come of a message, a character a byte. */
  #text = "";
  /** What has come of a packet that came in pieces. */
  #packet: Uint8Array | undefined;
  #packetBytes = 0;

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
    if (this.#endOfLengthless() !== undefined) return true;
    return this.#text.includes("\n") && !this.#grammar.needsBlankLine(this.#text) && !hasBody(this.#text);
  }

  /** Takes what one read gave. Throws a {@linkcode MessageTooLargeError} above the limits. */
  push(bytes: Uint8Array): ReaderOutput<T>[] {
    const outputs: ReaderOutput<T>[] = [];
    for (let rest = bytes; rest.length > 0;) {
      const isPacket = this.#packet !== undefined || (this.#text === "" && rest[0] === INTERLEAVED_MAGIC);
      rest = isPacket ? this.#takePacket(rest, outputs) : this.#takeText(rest, outputs);
    }
    this.#checkLimits();
    return outputs;
  }

  /** Takes what has come for a message: nothing more seems to follow. */
  settle(): ReaderOutput<T>[] {
    if (this.#text.trim() === "") return [];
    return [this.#take(this.#endOfLengthless() ?? { head: this.#text.length, body: 0 })];
  }

  /** Some cameras describe their streams without a Content-Length: all that comes in one go is the body. */
  #endOfLengthless(): { head: number; body: number } | undefined {
    const blank = this.#grammar.mayBeLengthless ? /\r?\n\r?\n/.exec(this.#text) : null;
    if (blank === null) return undefined;
    const head = blank.index + blank[0].length;
    const fields = this.#text.slice(0, head);
    const isLengthless = /^content-type[ \t]*:[ \t]*application\/sdp/im.test(fields) &&
      !/^content-length[ \t]*:/im.test(fields);
    return isLengthless ? { head, body: this.#text.length - head } : undefined;
  }

  /** Takes a packet's bytes; returns what follows them. */
  #takePacket(bytes: Uint8Array, outputs: ReaderOutput<T>[]): Uint8Array {
    if (this.#packet === undefined) {
      const end = packetEnd(bytes, bytes.length);
      if (end !== undefined && end <= bytes.length) {
        outputs.push({ kind: "packet", channel: bytes[1], data: bytes.subarray(INTERLEAVED_HEADER_BYTES, end) });
        return bytes.subarray(end);
      }
      this.#packet = new Uint8Array(end ?? INTERLEAVED_HEADER_BYTES);
      this.#packetBytes = 0;
    }
    const taken = Math.min(this.#packet.length - this.#packetBytes, bytes.length);
    this.#packet.set(bytes.subarray(0, taken), this.#packetBytes);
    this.#packetBytes += taken;
    if (this.#packetBytes === this.#packet.length) {
      const end = packetEnd(this.#packet, this.#packetBytes)!;
      if (end > this.#packet.length) {
        const header = this.#packet;
        this.#packet = new Uint8Array(end);
        this.#packet.set(header);
      } else {
        outputs.push({
          kind: "packet",
          channel: this.#packet[1],
          data: this.#packet.subarray(INTERLEAVED_HEADER_BYTES),
        });
        this.#packet = undefined;
      }
    }
    return bytes.subarray(taken);
  }

  /** Takes a piece of a message's bytes; returns what follows it, a packet's or more of its own. */
  #takeText(bytes: Uint8Array, outputs: ReaderOutput<T>[]): Uint8Array {
    const start = this.#text === "" ? bytes.findIndex((byte) => !isBlank(byte)) : 0;
    if (start !== 0) return bytes.subarray(start < 0 ? bytes.length : start);
    const piece = bytes.subarray(0, TEXT_PIECE_BYTES);
    this.#text += toBinaryText(piece);
    while (true) {
      this.#text = this.#text.replace(/^[\s\0]+/, "");
      // What is left of the text is the end of the piece, a character a byte.
      if (this.#text.startsWith("$")) {
        const rest = bytes.subarray(piece.length - this.#text.length);
        this.#text = "";
        return rest;
      }
      const end = this.#findEnd();
      if (end === undefined) return bytes.subarray(piece.length);
      outputs.push(this.#take(end));
    }
  }

  /** Where the first message ends, as the lengths of its head and its body; `undefined` while it has not ended. */
  #findEnd(): { head: number; body: number } | undefined {
    if (this.#text === "" || this.#endOfLengthless() !== undefined) return undefined;
    const blank = /\r?\n\r?\n/.exec(this.#text);
    const blankEnd = blank === null ? -1 : blank.index + blank[0].length;
    if (!this.#grammar.needsBlankLine(this.#text)) {
      const next = this.#grammar.nextStart(this.#text);
      if (next > 0 && (blankEnd < 0 || next < blankEnd)) return { head: next, body: 0 };
      if (blankEnd < 0) {
        const lastLine = this.#text.slice(this.#text.lastIndexOf("\n") + 1);
        const head = this.#text.length - (this.#grammar.mayStart?.(lastLine) ? lastLine.length : 0);
        const isWhole = !hasBody(this.#text) && this.#grammar.isWhole(this.#text.slice(0, head));
        return isWhole ? { head, body: 0 } : undefined;
      }
    }
    if (blankEnd < 0) return undefined;
    const body = bodyLength(this.#text.slice(0, blankEnd));
    return this.#text.length >= blankEnd + body ? { head: blankEnd, body } : undefined;
  }

  #take({ head, body }: { head: number; body: number }): ReaderOutput<T> {
    const text = decodeUtf8(this.#text.slice(0, head));
    const bodyText = decodeUtf8(this.#text.slice(head, head + body));
    this.#text = this.#text.slice(head + body);
    const shown = (text + bodyText).trimEnd();
    try {
      return { kind: "message", message: this.#grammar.decode(text, bodyText), text: shown };
    } catch (error) {
      if (error instanceof SyntaxError) return { kind: "malformed", error, text: shown };
      throw error;
    }
  }

  #checkLimits(): void {
    if ((this.#endOfLengthless()?.body ?? 0) > MAX_BODY_BYTES) {
      throw new MessageTooLargeError(`A body exceeds ${MAX_BODY_BYTES} bytes`);
    }
    const blank = /\r?\n\r?\n/.exec(this.#text);
    const head = blank === null ? this.#text : this.#text.slice(0, blank.index);
    if (head.length > MAX_MESSAGE_BYTES) throw new MessageTooLargeError(`A message exceeds ${MAX_MESSAGE_BYTES} bytes`);
    for (let start = 0; start < head.length;) {
      const newline = head.indexOf("\n", start);
      const end = newline < 0 ? head.length : newline;
      if (end - start > MAX_LINE_BYTES) throw new MessageTooLargeError(`A line exceeds ${MAX_LINE_BYTES} bytes`);
      start = end + 1;
    }
  }
}

/** White space and zeros, which some peers send between messages. */
function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0 || (byte >= 0x09 && byte <= 0x0d);
}

/** Where the packet at the start of `bytes` ends; `undefined` while its header is not whole. */
function packetEnd(bytes: Uint8Array, length: number): number | undefined {
  const header = decodeInterleavedHeader(bytes.subarray(0, length));
  return header === undefined ? undefined : INTERLEAVED_HEADER_BYTES + header.lengthBytes;
}

function hasBody(head: string): boolean {
  return /^content-length[ \t]*:[ \t]*[1-9]/im.test(head);
}

function bodyLength(head: string): number {
  const match = /^content-length[ \t]*:[ \t]*(\d+)[ \t]*\r?$/im.exec(head);
  const length = match === null ? 0 : Number(match[1]);
  if (length > MAX_BODY_BYTES) throw new MessageTooLargeError(`A body exceeds ${MAX_BODY_BYTES} bytes`);
  return length;
}

function toBinaryText(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += 4096) {
    text += String.fromCharCode(...bytes.subarray(start, start + 4096));
  }
  return text;
}

function toBytes(binaryText: string): Uint8Array {
  return Uint8Array.from(binaryText, (character) => character.charCodeAt(0));
}

function decodeUtf8(binaryText: string): string {
  return new TextDecoder().decode(toBytes(binaryText));
}

/** A request that follows another without a line end between: `Session: 123456PAUSE movie.Mjpeg RTSP/1.0`. */
const NEXT_REQUEST = new RegExp(`(?<=[\\d\\s])(?:${METHODS.join("|")})[ \\t]`, "g");
/** A request with a URL, or with `*`, is one of the standards. */
const RTSP_REQUEST = /^[A-Za-z_]+[ \t]+(?:rtsps?:|\*[ \t])/i;

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
    mayStart: (line) => METHODS.some((method) => method.startsWith(line)),
    needsBlankLine: (text) => RTSP_REQUEST.test(text),
    mayBeLengthless: false,
    decode: (text, body) => RTSP_REQUEST.test(text) ? decodeRtspRequest(text, body) : decodeLabRequest(text),
  });
}

/** A reader for the client's side of the lab's dialects. */
export function createLabResponseReader(): MessageReader<RtspResponse> {
  return new MessageReader({
    nextStart(text) {
      return text.indexOf("RTSP/", 1);
    },
    isWhole: isWholeLabResponse,
    mayStart: (line) => "RTSP/".startsWith(line),
    needsBlankLine: () => false,
    mayBeLengthless: true,
    decode: decodeLabResponse,
  });
}

/** A reader for the client's side of the standards: servers may send requests, too (RFC 2326, 10). */
export function createRtspReader(): MessageReader<RtspResponse | RtspRequest> {
  return new MessageReader<RtspResponse | RtspRequest>({
    nextStart: () => -1,
    isWhole: () => false,
    needsBlankLine: () => true,
    mayBeLengthless: true,
    decode: (text, body) => RTSP_REQUEST.test(text) ? decodeRtspRequest(text, body) : decodeRtspResponse(text, body),
  });
}
