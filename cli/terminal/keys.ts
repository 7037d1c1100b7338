/**
 * The keys that control a player from the terminal.
 *
 * @module
 */

import { standardError } from "./line_output.ts";

const CTRL_C = 0x03;
const CTRL_D = 0x04;

/** What a key means; `quit` is q, `next` n, `previous` p, `interrupt` Ctrl-C or Ctrl-D. */
export type Key = "space" | "quit" | "next" | "previous" | "interrupt" | "other";

const LETTERS: Readonly<Record<string, Key>> = { " ": "space", q: "quit", n: "next", p: "previous" };

/** Calls `onKey` for each key, without waiting for Enter, if standard input is a terminal. Returns a function that stops it. */
export function listenForKeys(onKey: (key: Key) => void): () => void {
  if (!Deno.stdin.isTerminal()) return () => {};
  const isWindows = Deno.build.os === "windows";
  // In cbreak mode the terminal still turns Ctrl-C into a signal. Windows has no such mode.
  Deno.stdin.setRaw(true, { cbreak: !isWindows });
  let isListening = true;
  const read = async () => {
    const bytes = new Uint8Array(16);
    while (isListening) {
      const count = await Deno.stdin.read(bytes);
      if (count === null) return;
      for (const byte of bytes.subarray(0, count)) {
        if (!isListening) return;
        onKey(meaningOf(byte));
      }
    }
  };
  read().catch((error) => standardError.line(`mjpegrtsp: Cannot read the keyboard: ${error.message}`));
  return () => {
    isListening = false;
    Deno.stdin.setRaw(false);
  };
}

function meaningOf(byte: number): Key {
  if (byte === CTRL_C || byte === CTRL_D) return "interrupt";
  return LETTERS[String.fromCharCode(byte).toLowerCase()] ?? "other";
}
