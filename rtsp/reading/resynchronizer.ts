/**
 * Finds where an RTSP/1.0 connection goes on behind bytes that are neither a message nor a packet: the rest of a packet without its
 * header, a body that is longer or shorter than its Content-Length. Used by the message reader of clients. Like ffmpeg and GStreamer,
 * it passes over what cannot be read, up to the next `$` of a channel of the session (RFC 2326, 10.12) or the next message.
 *
 * @module
 */

import { decodeInterleavedHeader, INTERLEAVED_HEADER_BYTES, INTERLEAVED_MAGIC } from "../../net/interleaved.ts";
import { METHODS } from "../message.ts";
import { STATUS_LINE_PREFIX, STATUS_LINE_START } from "../status.ts";

/** Version 2 in the first two bits of every RTP and RTCP packet (RFC 3550, 5.1 and 6.4). */
const RTP_VERSION = 2;
const NEWLINE = 0x0a;
/** Bytes that tell whether a message begins. */
const START_BYTES = 24;
/** Characters of the first word of a message at least. */
const SHORTEST_WORD = 3;
/** How requests begin, for the search in bytes of any kind. */
const REQUEST_STARTS: readonly string[] = METHODS.map((method) => `${method} `);
/** First bytes of packets and messages. */
const FIRST_BYTES: ReadonlySet<number> = new Set([
  INTERLEAVED_MAGIC,
  ...["RTSP", ...METHODS].map((start) => start.charCodeAt(0)),
]);

/** Watches the bounds between messages and packets. Counts what it passes over. */
export class Resynchronizer {
  readonly #isChannel: (channel: number) => boolean;
  #isLost = false;
  #skippedBytes = 0;

  /** `isChannel` tells the channels of the session. */
  constructor(isChannel: (channel: number) => boolean) {
    this.#isChannel = isChannel;
  }

  /** Bytes passed over so far. */
  get skippedBytes(): number {
    return this.#skippedBytes;
  }

  /** What was taken for the first line of a message, with its `bytes`, is none: only what is sure begins the next. */
  lose(bytes: number): void {
    this.#isLost = true;
    this.#skippedBytes += bytes;
  }

  /**
   * Takes bytes that should begin a message or packet. Returns how many of them to pass over; 0 where one begins, and `undefined`
   * where more bytes have to come to tell.
   */
  skip(bytes: Uint8Array): number | undefined {
    for (let at = 0; at < bytes.length; at++) {
      if (this.#isLost && !FIRST_BYTES.has(bytes[at])) continue;
      const begins = this.#begins(bytes, at);
      if (begins === undefined && at === 0) return undefined;
      this.#isLost = this.#isLost && begins !== true || begins === false;
      if (begins === false) continue;
      this.#skippedBytes += at;
      return at;
    }
    this.#skippedBytes += bytes.length;
    return bytes.length;
  }

  /** Whether a packet or a reply may begin with the bytes. */
  isStart(bytes: Uint8Array): boolean {
    return mayBeReply(bytes, 0) !== false || this.#isKnownPacket(bytes, 0) !== false;
  }

  /**
   * Where, within the bytes of a body, a packet or a reply begins that does not belong to it; -1 if none does. `isSure` is false where
   * more bytes have to come to tell.
   */
  findInBody(body: Uint8Array, isLineStart: boolean): { readonly at: number; readonly isSure: boolean } {
    for (let at = 0; at < body.length; at++) {
      let begins: boolean | undefined = false;
      if (body[at] === INTERLEAVED_MAGIC) begins = this.#isKnownPacket(body, at);
      else if (at === 0 ? isLineStart : body[at - 1] === NEWLINE) begins = mayBeReply(body, at);
      if (begins !== false) return { at, isSure: begins === true };
    }
    return { at: -1, isSure: true };
  }

  /** Whether a message or packet begins at `at`; `undefined` where too few bytes have come. */
  #begins(bytes: Uint8Array, at: number): boolean | undefined {
    if (bytes[at] !== INTERLEAVED_MAGIC) return this.#isLost ? mayBeMessage(bytes, at) : mayBeLine(bytes, at);
    if (this.#isLost) return this.#isKnownPacket(bytes, at);
    if (at + 1 >= bytes.length) return undefined;
    // Servers may use channels that nobody has set up.
    return this.#isChannel(bytes[at + 1]) || looksLikeRtp(bytes, at);
  }

  #isKnownPacket(bytes: Uint8Array, at: number): boolean | undefined {
    if (bytes[at] !== INTERLEAVED_MAGIC) return false;
    if (at + 1 < bytes.length && !this.#isChannel(bytes[at + 1])) return false;
    return looksLikeRtp(bytes, at);
  }
}

/** Whether a status line begins at `at`. */
function mayBeReply(bytes: Uint8Array, at: number): boolean | undefined {
  const text = textAt(bytes, at);
  if (STATUS_LINE_START.test(text)) return true;
  return text.length < START_BYTES && STATUS_LINE_PREFIX.test(text) ? undefined : false;
}

/** Whether what follows the `$` at `at` is RTP or RTCP. */
function looksLikeRtp(bytes: Uint8Array, at: number): boolean | undefined {
  const header = decodeInterleavedHeader(bytes, at);
  if (header === undefined) return undefined;
  if (header.lengthBytes === 0) return false;
  const first = at + INTERLEAVED_HEADER_BYTES;
  return first < bytes.length ? bytes[first] >> 6 === RTP_VERSION : undefined;
}

/** Whether a line of text begins as messages do: with a word, and a space or a slash. */
function mayBeLine(bytes: Uint8Array, at: number): boolean | undefined {
  const text = textAt(bytes, at);
  const [word] = /^[A-Za-z_]*/.exec(text)!;
  if (word.length === text.length) return text.length < START_BYTES ? undefined : false;
  return word.length >= SHORTEST_WORD && /[ \t/]/.test(text[word.length]);
}

function mayBeMessage(bytes: Uint8Array, at: number): boolean | undefined {
  const text = textAt(bytes, at);
  if (REQUEST_STARTS.some((start) => text.startsWith(start))) return true;
  return REQUEST_STARTS.some((start) => start.startsWith(text)) ? undefined : mayBeReply(bytes, at);
}

function textAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + START_BYTES));
}
