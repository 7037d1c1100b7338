/**
 * Where the body of a message ends: by its Content-Length, and for clients also where that is off. Part of the message reader.
 *
 * @module
 */

import type { BodyFields } from "./completeness.ts";
import type { Resynchronizer } from "./resynchronizer.ts";

const NEWLINE = 0x0a;
const EQUALS_SIGN = 0x3d;

/** What is known of a body when its head has ended. */
export interface MessageBodyOptions {
  readonly fields: BodyFields;
  /** Whether a description may come without Content-Length. */
  readonly mayBeLengthless: boolean;
  /** Finds what follows a body whose Content-Length is off; without it, the Content-Length is believed. */
  readonly resynchronizer: Resynchronizer | undefined;
}

/** The body of one message. Holds none of its bytes. */
export class MessageBody {
  readonly #fields: BodyFields;
  readonly #resynchronizer: Resynchronizer | undefined;
  #isLengthless: boolean;
  #lengthBytes = 0;
  /** Whether the last byte so far ends a line, as the head does. */
  #endsLine = true;

  constructor({ fields, mayBeLengthless, resynchronizer }: MessageBodyOptions) {
    this.#fields = fields;
    this.#resynchronizer = resynchronizer;
    this.#isLengthless = mayBeLengthless && fields.isLengthlessDescription;
  }

  /** Bytes so far. */
  get lengthBytes(): number {
    return this.#lengthBytes;
  }

  /** Whether no length says where it ends. */
  get isLengthless(): boolean {
    return this.#isLengthless;
  }

  /**
   * Takes the next bytes of the connection. Returns how many of them belong to the body, and whether it ends behind these; `undefined`
   * where more bytes have to come to tell.
   */
  take(bytes: Uint8Array): { readonly count: number; readonly isEnd: boolean } | undefined {
    const missing = this.#isLengthless ? Infinity : (this.#fields.contentLength ?? 0) - this.#lengthBytes;
    const within = bytes.subarray(0, Math.min(missing, bytes.length));
    const next = this.#resynchronizer?.findInBody(within, this.#endsLine);
    // What may be the start of something else is part of the body where this ends there.
    const isCut = next !== undefined && next.at >= 0 && (next.isSure || within.length < missing);
    if (isCut && next.at === 0) return next.isSure ? { count: 0, isEnd: true } : undefined;
    const taken = isCut ? within.subarray(0, next.at) : within;
    this.#lengthBytes += taken.length;
    this.#endsLine = taken[taken.length - 1] === NEWLINE;
    if (taken.length < missing) return { count: taken.length, isEnd: false };
    this.#isLengthless = this.#goesOn(bytes.subarray(missing));
    return { count: taken.length, isEnd: !this.#isLengthless };
  }

  /** Whether a description goes on behind its Content-Length: within a line, or with another one. */
  #goesOn(rest: Uint8Array): boolean {
    if (this.#resynchronizer === undefined || !this.#fields.isDescription || rest.length === 0) return false;
    return this.#endsLine ? rest[1] === EQUALS_SIGN && isSmallLetter(rest[0]) : !this.#resynchronizer.isStart(rest);
  }
}

function isSmallLetter(byte: number): boolean {
  return byte >= 0x61 && byte <= 0x7a;
}
