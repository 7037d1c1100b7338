/**
 * The log: lines on standard error, for people or as JSON. Standard output is left to results.
 *
 * @module
 */

import { configureSync, getJsonLinesFormatter, getTextFormatter, type LogRecord } from "@logtape/logtape";
import { choice } from "./options.ts";

/** Levels of `--log-level`; `debug` shows the RTSP dialogue as it goes over the wire. */
const LEVELS = ["debug", "info", "warning", "error"] as const;

/** How to log: the values of {@linkcode LOGGING_OPTIONS}. */
export interface LoggingChoices {
  /** The least level that is logged. */
  readonly "log-level": "debug" | "info" | "warning" | "error";
  /** Lines for people or objects for programs. */
  readonly "log-format": "text" | "json";
}

/** The options of every subcommand that logs. */
export const LOGGING_OPTIONS = {
  "log-level": choice(LEVELS, "How much to log; debug shows the RTSP dialogue word for word", "info"),
  "log-format": choice(["text", "json"], "Log lines for people or for programs"),
};

/** Sends the log to standard error. Peers' text is escaped: it cannot move the cursor or forge a line. */
export function configureLogging(options: LoggingChoices): void {
  const format = options["log-format"] === "json" ? formatJson : formatText;
  const encoder = new TextEncoder();
  configureSync({
    reset: true,
    sinks: { stderr: (record: LogRecord) => void Deno.stderr.writeSync(encoder.encode(format(record))) },
    loggers: [
      { category: ["mjpegrtsp"], lowestLevel: options["log-level"], sinks: ["stderr"] },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["stderr"] },
    ],
  });
}

const formatText = getTextFormatter({
  value: "bare",
  timestamp: "time",
  timeZone: null,
  level: (level) => level.padEnd(7),
  format: ({ timestamp, level, message }) => `${timestamp} ${level} ${message}`,
});

const formatMessage = getTextFormatter({ value: "bare", format: ({ message }) => message });
const formatObject = getJsonLinesFormatter();

/** The message reads as in the text format; LogTape's own formatter would put strings in it between quotes. */
function formatJson(record: LogRecord): string {
  return formatObject({ ...record, message: [formatMessage(record).trimEnd()] });
}
