/**
 * The terminal as a remote control and as a place for a line that is rewritten.
 *
 * @module
 */

const CTRL_C = 0x03;
const CTRL_D = 0x04;

/** Names of the keys that mean something. */
export type Key = "space" | "quit";

/** Calls `onKey` for each key, without waiting for Enter, where standard input is a terminal. Returns the undoing. */
export function listenForKeys(onKey: (key: Key) => void): () => void {
  if (!Deno.stdin.isTerminal()) return () => {};
  const isWindows = Deno.build.os === "windows";
  // With cbreak the terminal itself makes a signal of Ctrl-C; Windows does not know it.
  Deno.stdin.setRaw(true, { cbreak: !isWindows });
  let isListening = true;
  const read = async () => {
    const bytes = new Uint8Array(16);
    while (isListening) {
      const count = await Deno.stdin.read(bytes);
      if (count === null) return;
      for (const byte of bytes.subarray(0, count)) {
        if (!isListening) return;
        if (byte === 0x20) onKey("space");
        else if (byte === CTRL_C || byte === CTRL_D || String.fromCharCode(byte).toLowerCase() === "q") onKey("quit");
      }
    }
  };
  read().catch((error) => console.error(`mjpegrtsp: the keyboard cannot be read any more: ${error.message}`));
  return () => {
    isListening = false;
    Deno.stdin.setRaw(false);
  };
}

/** A line on standard error that shows how far something is; silent where that is no terminal. */
export class ProgressLine {
  readonly #isTerminal = Deno.stderr.isTerminal();
  readonly #encoder = new TextEncoder();
  #lastPercent = -1;

  /** Shows `share`, 0 to 1, and what it is of. */
  show(share: number, label: string): void {
    const percent = Math.floor(share * 100);
    if (!this.#isTerminal || percent === this.#lastPercent) return;
    this.#lastPercent = percent;
    const width = 30;
    const bar = "█".repeat(Math.round(share * width)).padEnd(width, "░");
    Deno.stderr.writeSync(this.#encoder.encode(`\r${bar} ${String(percent).padStart(3)} % ${label}\x1b[K`));
  }

  /** Leaves the line as it is and goes to the next. */
  end(): void {
    if (this.#isTerminal && this.#lastPercent >= 0) Deno.stderr.writeSync(this.#encoder.encode("\n"));
  }
}
