/**
 * The log: lines on standard error, as text or as JSON. Standard output is for results only.
 *
 * @module
 */

import { configureSync, getJsonLinesFormatter, getTextFormatter, type LogRecord } from "@logtape/logtape";
import { choice, inGroup, type Option, type OptionValues } from "../options/option.ts";

/** The options of every command that logs. */
export type LoggingOptions = {
  readonly "log-level": Option<"debug" | "info" | "warning" | "error">;
  readonly "log-format": Option<"text" | "json">;
};

/** The options by name. */
export const LOGGING_OPTIONS: LoggingOptions = inGroup("Log", {
  "log-level": choice("LEVEL", "How much to log", {
    words: ["debug", "info", "warning", "error"],
    note: "debug shows the RTSP messages",
    fallback: "info",
  }),
  "log-format": choice("FORMAT", "Format of log lines", { words: ["text", "json"] }),
});

/** Sends the log to standard error. Text of a peer is escaped, so that it cannot move the cursor or forge a line. */
export function configureLogging(options: OptionValues<LoggingOptions>): void {
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

/** Formats the message as in the text format; LogTape's own JSON formatter would quote the strings in it. */
function formatJson(record: LogRecord): string {
  return formatObject({ ...record, message: [formatMessage(record).trimEnd()] });
}
