/**
 * The log of a thread, written by another one. What nobody takes in time is dropped and counted: logging never waits, and what waits
 * is bounded.
 *
 * @module
 */

import { configureSync, getLogger, type LogRecord } from "@logtape/logtape";
import { MAX_WAITING_RECORDS } from "../limits.ts";
import type { LogLevel } from "./settings.ts";

/** Records that wait, and those that were dropped since that was told; all threads count in the same memory. */
export type LogCounts = Int32Array<SharedArrayBuffer>;

/** How long {@linkcode logWritten} waits, and how often it looks, in milliseconds. */
const PATIENCE_MS = 500;
const TURN_MS = 2;

const WAITING = 0;
const DROPPED = 1;

/** Where a thread sends its log. */
export interface LogTarget {
  readonly port: MessagePort;
  readonly counts: LogCounts;
  readonly level: LogLevel;
}

/** Counts of one pipe, which many threads may send into. */
export function createLogCounts(): LogCounts {
  return new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
}

/** Sends the log of this thread elsewhere. */
export function sendLog({ port, counts, level }: LogTarget): void {
  const send = (record: LogRecord) => {
    if (Atomics.load(counts, WAITING) >= MAX_WAITING_RECORDS) {
      Atomics.add(counts, DROPPED, 1);
      return;
    }
    Atomics.add(counts, WAITING, 1);
    port.postMessage(record);
  };
  configureSync({
    reset: true,
    sinks: { pipe: send },
    loggers: [
      { category: ["mjpegrtsp"], lowestLevel: level, sinks: ["pipe"] },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["pipe"] },
    ],
  });
}

/** Writes the log of other threads to that of this one. `onDropped` is told how many records are missing. */
export function receiveLog(port: MessagePort, counts: LogCounts, onDropped: (count: number) => void): void {
  port.onmessage = ({ data: record }: MessageEvent<LogRecord>) => {
    Atomics.sub(counts, WAITING, 1);
    getLogger(record.category).emit(record);
    const dropped = Atomics.exchange(counts, DROPPED, 0);
    if (dropped > 0) onDropped(dropped);
  };
}

/** Resolves when all that was sent so far has been written, or after a while. */
export async function logWritten(counts: LogCounts): Promise<void> {
  for (let waitedMs = 0; Atomics.load(counts, WAITING) > 0 && waitedMs < PATIENCE_MS; waitedMs += TURN_MS) {
    await new Promise((resolve) => setTimeout(resolve, TURN_MS));
  }
}
