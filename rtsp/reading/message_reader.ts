/**
 * Finds the messages and interleaved packets in the bytes of a connection: the first stage behind the TCP socket, at both ends. Each
 * byte is examined a bounded number of times, however the bytes are cut into reads.
 *
 * @module
 */

import { INTERLEAVED_MAGIC, InterleavedDecoder } from "../../net/interleaved.ts";
import { MessageBody } from "./message_body.ts";
import { MessageBuffer } from "./message_buffer.ts";
import type { Resynchronizer } from "./resynchronizer.ts";
import { announcesBody, BodyFields, type Completeness } from "./completeness.ts";
import { concat } from "@std/bytes";
import { MAX_BODY_BYTES, MAX_LINE_BYTES, MAX_LOOKS_PER_BYTE, MAX_MESSAGE_BYTES } from "../limits.ts";

/** Output of a reader: a message, malformed text, or an interleaved packet (RFC 2326, 10.12). */
export type ReaderOutput<T> =
  | { readonly kind: "message"; readonly message: T; readonly text: string }
  | { readonly kind: "malformed"; readonly error: SyntaxError; readonly text: string }
  | { readonly kind: "packet"; readonly channel: number; readonly data: Uint8Array };

/** How messages of one kind are told apart and decoded. */
export interface MessageGrammar<T> {
  /** The rules for the end of one message. */
  createCompleteness(): Completeness;
  /**
   * Where the next message starts within a line, at `from` or behind it; -1 if none does. `isFirst` says that the line is the first
   * one of its message.
   */
  nextStart(line: string, from: number, isFirst: boolean): number;
  /** Whether a line that has not ended may be the start of the next message. */
  mayStart(line: string): boolean;
  /** Decodes a message. Throws a `SyntaxError` for text that is none. */
  decode(head: string, body: string): T;
  /**
   * Whether a message may come with a wrong Content-Length, and an SDP body without one, as from some cameras. Otherwise a message
   * whose Content-Length is wrong is malformed.
   */
  readonly mayBeLengthless: boolean;
  /** Whether a line that has not ended may be a whole message; default: none may. */
  mayBeOneLine?(line: string): boolean;
  /** Whether a message may begin with a line. Behind the first message, others are passed over; default: all may. */
  isFirstLine?(line: string): boolean;
}

/**
 * Thrown by {@linkcode MessageReader.push} when a peer sends more than the limits allow, or a body that ends nobody knows where: the
 * connection must end.
 */
export class UnreadableMessageError extends Error {
  override name = "UnreadableMessageError";
}

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const NOTHING = new Uint8Array(0);
/** Characters searched again when more have come: a read may end within the start of a message. */
const LONGEST_START_CHARS = 16;

/**
 * Cuts a stream of bytes into messages and packets. A packet's data is a view of the bytes that were pushed where it came in one
 * piece: it holds as long as they do.
 */
export class MessageReader<T> {
  readonly #grammar: MessageGrammar<T>;
  readonly #resynchronizer: Resynchronizer | undefined;
  readonly #packets = new InterleavedDecoder();
  /** The end of a read that does not tell yet what it begins. */
  #undecided: Uint8Array = NOTHING;
  /** Whether a message or packet has come: only then it is known that this is the right kind of connection. */
  #hasBegun = false;
  /** The bytes of the message so far. Positions below count from its start. */
  readonly #buffer = new MessageBuffer();
  /** Where the line that has not ended starts. */
  #lineStart = 0;
  /** Where that line ended when it was last examined. */
  #examinedEnd = 0;
  /** Whether that line, as far as it was examined, says that a body follows. */
  #openLineAnnouncesBody = false;
  /** Up to where that line was searched for the start of the next message. */
  #searched = 0;
  #lines = 0;
  #completeness: Completeness;
  #fields = new BodyFields();
  /** The body, once the head has ended. */
  #body: MessageBody | undefined;
  #failure: UnreadableMessageError | undefined;
  #steps = 0;

  /** With a `resynchronizer`, bytes that are neither a message nor a packet are passed over. */
  constructor(grammar: MessageGrammar<T>, resynchronizer?: Resynchronizer) {
    this.#grammar = grammar;
    this.#resynchronizer = resynchronizer;
    this.#completeness = grammar.createCompleteness();
  }

  /** True while part of a message has come. */
  get isPending(): boolean {
    return this.#length > 0;
  }

  /**
   * True while the pending bytes could be a complete message without a clear end: its first line has come. Call
   * {@linkcode MessageReader.takePending} if no more bytes come for a moment.
   */
  get mayBeWhole(): boolean {
    if (this.#body !== undefined) return this.#body.isLengthless;
    if (this.#completeness.needsBlankLine || this.#fields.hasBody) return false;
    if (this.#lines === 0) return this.isPending && this.#grammar.mayBeOneLine?.(this.#lineBegin) === true;
    return this.#examinedEnd < this.#length || !this.#openLineAnnouncesBody;
  }

  /** What has come of the message, as text. */
  get pendingText(): string {
    return decodeUtf8(this.#buffer.view(0, this.#length));
  }

  /** True while less of a body has come than its Content-Length says. If nothing more comes for long, that was wrong. */
  get isBodyShort(): boolean {
    return this.#resynchronizer !== undefined && this.#body?.isLengthless === false;
  }

  /** Bytes of the message that have come. */
  get #length(): number {
    return this.#buffer.lengthBytes;
  }

  /** Bytes that were neither a message nor a packet, and were passed over. */
  get skippedBytes(): number {
    return this.#resynchronizer?.skippedBytes ?? 0;
  }

  /** Set once a peer has sent what ends the connection. */
  get failure(): UnreadableMessageError | undefined {
    return this.#failure;
  }

  /** Bytes examined so far, each as often as it was. Tests compare it with the bytes pushed. */
  get steps(): number {
    return this.#steps + this.#buffer.steps;
  }

  /**
   * Takes the bytes of one read. Throws a {@linkcode UnreadableMessageError} as said there. If messages came before in the same
   * read, it returns them, sets {@linkcode MessageReader.failure}, and throws at the next call.
   */
  push(bytes: Uint8Array): ReaderOutput<T>[] {
    if (this.#failure !== undefined) throw this.#failure;
    const outputs: ReaderOutput<T>[] = [];
    try {
      const all = this.#undecided.length === 0 ? bytes : concat([this.#undecided, bytes]);
      this.#undecided = NOTHING;
      for (let at = 0; at < all.length;) {
        const count = this.#takeSome(all.subarray(at), outputs);
        if (count === 0) this.#undecided = all.slice(at);
        at += count || all.length;
      }
      if (this.isPending && this.#body === undefined) this.#checkOpenLine(outputs);
    } catch (error) {
      if (!(error instanceof UnreadableMessageError)) throw error;
      this.#failure = error;
      if (outputs.length === 0) throw error;
    }
    return outputs;
  }

  /** Takes the pending bytes as a whole message. */
  takePending(): ReaderOutput<T>[] {
    if (!this.isPending) return [];
    const outputs: ReaderOutput<T>[] = [];
    const bodyBytes = this.#body === undefined ? 0 : this.#body.lengthBytes + this.#undecided.length;
    this.#buffer.append(this.#undecided);
    this.#undecided = NOTHING;
    this.#finish(this.#length - bodyBytes, this.#length, outputs);
    return outputs;
  }

  /** Takes the bytes of a packet, of a line or of a body. Returns how many; 0 where more have to come to tell what they are. */
  #takeSome(bytes: Uint8Array, outputs: ReaderOutput<T>[]): number {
    if (!this.isPending) {
      if (this.#packets.isPending) return this.#takePacket(bytes, outputs);
      if (isBlank(bytes[0])) return 1;
      if (this.#resynchronizer !== undefined && this.#hasBegun) {
        const skipped = this.#resynchronizer.skip(bytes);
        if (skipped !== 0) return skipped ?? 0;
      }
      if (bytes[0] === INTERLEAVED_MAGIC) return this.#takePacket(bytes, outputs);
    }
    if (this.#body !== undefined) return this.#takeBody(this.#body, bytes, outputs);
    const newline = bytes.indexOf(NEWLINE);
    const taken = newline < 0 ? bytes : bytes.subarray(0, newline + 1);
    this.#buffer.append(taken);
    this.#checkLimits();
    if (newline >= 0) this.#endLine(outputs);
    return taken.length;
  }

  #takePacket(bytes: Uint8Array, outputs: ReaderOutput<T>[]): number {
    const { usedBytes, packet } = this.#packets.push(bytes);
    if (packet !== undefined) {
      this.#hasBegun = true;
      outputs.push({ kind: "packet", ...packet });
    }
    return usedBytes;
  }

  /** Takes the line that has just ended. */
  #endLine(outputs: ReaderOutput<T>[]): void {
    const line = this.#openLine();
    const content = line.replace(/\r?\n$/, "").slice(this.#cut(line, outputs));
    if (content === "") return this.#endHead(outputs);
    if (this.#lines === 0 && this.#hasBegun && this.#grammar.isFirstLine?.(content) === false) {
      this.#resynchronizer?.lose(this.#length);
      return this.#beginAt(this.#length);
    }
    this.#completeness.take(content);
    this.#fields.take(content);
    this.#lines++;
    this.#lineStart = this.#searched = this.#examinedEnd = this.#length;
    this.#openLineAnnouncesBody = false;
  }

  /** A blank line has come. */
  #endHead(outputs: ReaderOutput<T>[]): void {
    this.#body = new MessageBody({
      ...{ fields: this.#fields, resynchronizer: this.#resynchronizer },
      mayBeLengthless: this.#grammar.mayBeLengthless,
    });
    if (this.#body.isLengthless) return;
    if (this.#isLengthRefused && this.#fields.isEndUnknown) {
      throw new UnreadableMessageError(
        `Cannot tell where the body ends by its Content-Length: ${this.#fields.lengthProblem}`,
      );
    }
    const length = this.#fields.contentLength ?? 0;
    if (length > MAX_BODY_BYTES) throw new UnreadableMessageError(`A body exceeds ${MAX_BODY_BYTES} bytes`);
    if (length === 0) this.#finish(this.#length, this.#length, outputs);
  }

  #takeBody(body: MessageBody, bytes: Uint8Array, outputs: ReaderOutput<T>[]): number {
    const part = body.take(bytes);
    if (part === undefined) return 0;
    this.#buffer.append(bytes.subarray(0, part.count));
    if (body.lengthBytes > MAX_BODY_BYTES) throw new UnreadableMessageError(`A body exceeds ${MAX_BODY_BYTES} bytes`);
    if (part.isEnd) this.#finish(this.#length - body.lengthBytes, this.#length, outputs);
    return part.count > 0 ? part.count : this.#takeSome(bytes, outputs);
  }

  /** A read has ended: what has come may be a complete message of the lab. */
  #checkOpenLine(outputs: ReaderOutput<T>[]): void {
    const { needsBlankLine, mayTurnLab } = this.#completeness;
    if ((needsBlankLine && !mayTurnLab) || !this.#mayExamine) return;
    const line = this.#openLine();
    const open = line.slice(this.#cut(line, outputs));
    this.#examinedEnd = this.#length;
    this.#openLineAnnouncesBody = announcesBody(open);
    if (this.#lines === 0 || this.#fields.hasBody || this.#openLineAnnouncesBody) return;
    const isNext = this.#grammar.mayStart(open);
    if (!this.#completeness.isComplete(isNext ? "" : open)) return;
    const end = isNext ? this.#lineStart : this.#length;
    this.#finish(end, end, outputs);
  }

  /** Outputs the messages that end within a line because the next one starts there. Returns where the last one starts. */
  #cut(line: string, outputs: ReaderOutput<T>[]): number {
    let lineStart = this.#lineStart;
    let offset = 0;
    for (;;) {
      if (this.#completeness.needsBlankLine) return offset;
      const from = Math.max(offset, this.#searched - lineStart - LONGEST_START_CHARS);
      const next = this.#grammar.nextStart(line, from, this.#lines === 0);
      this.#searched = lineStart + line.length;
      if (next <= offset && !(next === 0 && this.#lines > 0)) return offset;
      this.#finish(lineStart + next, lineStart + next, outputs);
      // The line began in front of the message that begins now.
      lineStart = -next;
      offset = next;
    }
  }

  /** Outputs the message whose head ends at `headEnd` and whose body ends at `end`, where the next message starts. */
  #finish(headEnd: number, end: number, outputs: ReaderOutput<T>[]): void {
    const head = decodeUtf8(this.#buffer.view(0, headEnd));
    const body = decodeUtf8(this.#buffer.view(headEnd, end));
    this.#steps += end;
    const text = (head + body).trimEnd();
    const lengthProblem = this.#isLengthRefused ? this.#fields.lengthProblem : undefined;
    this.#beginAt(end);
    try {
      if (lengthProblem !== undefined) throw new SyntaxError(`Cannot decode Content-Length: ${lengthProblem}`);
      const message = this.#grammar.decode(head, body);
      this.#hasBegun = true;
      outputs.push({ kind: "message", message, text });
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      outputs.push({ kind: "malformed", error, text });
    }
  }

  /** The next message begins at `end`. */
  #beginAt(end: number): void {
    this.#buffer.beginAt(end);
    this.#lineStart = this.#searched = this.#examinedEnd = 0;
    this.#openLineAnnouncesBody = false;
    this.#lines = 0;
    this.#completeness = this.#grammar.createCompleteness();
    this.#fields = new BodyFields();
    this.#body = undefined;
  }

  /** Whether the Content-Length is wrong, and may not be. */
  get #isLengthRefused(): boolean {
    return !this.#grammar.mayBeLengthless && this.#fields.lengthProblem !== undefined;
  }

  #checkLimits(): void {
    const line = this.#buffer.view(this.#lineStart, this.#length);
    const lineBytes = line.at(-1) === NEWLINE ? line.length - 1 : line.length;
    if (lineBytes > MAX_LINE_BYTES) throw new UnreadableMessageError(`A line exceeds ${MAX_LINE_BYTES} bytes`);
    const isBlankLine = lineBytes === 0 || (lineBytes === 1 && line[0] === CARRIAGE_RETURN);
    if (!isBlankLine && this.#length > MAX_MESSAGE_BYTES) {
      throw new UnreadableMessageError(`A message exceeds ${MAX_MESSAGE_BYTES} bytes`);
    }
  }

  /** Whether enough bytes have come to examine the line that has not ended once more. */
  get #mayExamine(): boolean {
    return this.#length - this.#lineStart <= MAX_LOOKS_PER_BYTE * (this.#length - this.#examinedEnd);
  }

  /** The first characters of the line that has not ended. */
  get #lineBegin(): string {
    const end = Math.min(this.#length, this.#lineStart + LONGEST_START_CHARS);
    return String.fromCharCode(...this.#buffer.view(this.#lineStart, end));
  }

  /** The line that has not ended or has just ended, one character a byte. */
  #openLine(): string {
    this.#steps += this.#length - this.#lineStart;
    return String.fromCharCode(...this.#buffer.view(this.#lineStart, this.#length));
  }
}

/** White space and zeros, which some peers send between messages. */
function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0 || (byte >= 0x09 && byte <= 0x0d);
}

function decodeUtf8(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
