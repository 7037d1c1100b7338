/**
 * Standard error: the log, the final error, summaries and progress all leave through here. What peers wrote is shown escaped, and
 * nobody waits for whoever reads it: a full pipe, a closed one or a full disk costs messages and nothing else.
 *
 * @module
 */

import { printable } from "../../net/printable.ts";
import { MAX_WAITING_CHARS } from "../limits.ts";

const RETRY_MS = 20;

/** Writes lines in their order, while the program goes on. */
export class LineOutput {
  /** Told how many messages were dropped, as soon as messages can be written again. */
  onDropped: (count: number) => void = () => {};
  readonly #target: { write(bytes: Uint8Array): Promise<number> };
  readonly #encoder = new TextEncoder();
  #waiting: string[] = [];
  #waitingChars = 0;
  #dropped = 0;
  #writing: Promise<void> | undefined;

  constructor(target: { write(bytes: Uint8Array): Promise<number> }) {
    this.#target = target;
  }

  /** Writes one line, whatever is in the text. */
  line(text: string): void {
    this.raw(`${printable(text)}\n`);
  }

  /** Writes text of our own as it is, for instance to rewrite a line. */
  raw(text: string): void {
    if (this.#waitingChars > 0 && this.#waitingChars + text.length > MAX_WAITING_CHARS) {
      this.#dropped++;
      return;
    }
    this.#waiting.push(text);
    this.#waitingChars += text.length;
    this.#writing ??= this.#write();
  }

  /** Resolves when all is written, which may be never. */
  async written(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const messages = this.#waiting;
      this.#waiting = [];
      this.#waitingChars = 0;
      try {
        const bytes = this.#encoder.encode(messages.join(""));
        for (let count = 0; count < bytes.length;) count += await this.#writeSome(bytes.subarray(count));
        // With more waiting there may be no room for the news.
        if (this.#waiting.length === 0) this.#tellDropped();
      } catch {
        // There is no other place to say so; the next message may get through.
        this.#dropped += messages.length;
      }
    }
    this.#writing = undefined;
  }

  /** Writes what is taken, and returns how much that is. Whoever shares a terminal or a pipe with us may have it refuse to wait. */
  async #writeSome(bytes: Uint8Array): Promise<number> {
    try {
      return await this.#target.write(bytes);
    } catch (error) {
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      return 0;
    }
  }

  #tellDropped(): void {
    if (this.#dropped === 0) return;
    const count = this.#dropped;
    this.#dropped = 0;
    this.onDropped(count);
  }
}

/** The program's standard error. */
export const standardError = new LineOutput(Deno.stderr);
