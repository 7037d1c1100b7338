/**
 * The log: lines on standard error, as text or as JSON. Standard output is for results only.
 *
 * @module
 */

import { configureSync, getJsonLinesFormatter, getLogger, getTextFormatter, type LogRecord } from "@logtape/logtape";
import { choice, inGroup, type Option, type OptionValues } from "../options/option.ts";
import { standardError } from "./line_output.ts";

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

/** Sends the log to standard error, one line a record, whatever is in it. */
export function configureLogging(options: OptionValues<LoggingOptions>): void {
  const format = options["log-format"] === "json" ? formatJson : formatText;
  configureSync({
    reset: true,
    sinks: { stderr: (record: LogRecord) => standardError.line(format(record).trimEnd()) },
    loggers: [
      { category: ["mjpegrtsp"], lowestLevel: options["log-level"], sinks: ["stderr"] },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["stderr"] },
    ],
  });
  const log = getLogger(["mjpegrtsp", "log"]);
  standardError.onDropped = (count) =>
    log.warn("{count} messages are missing here: nobody read them, or they could not be written", { count });
}

// The output escapes what peers wrote; nothing here does it before.
const UNESCAPED = { value: "bare", sanitize: false } as const;

const formatText = getTextFormatter({
  ...UNESCAPED,
  timestamp: "time",
  timeZone: null,
  level: (level) => level.padEnd(7),
  format: ({ timestamp, level, message }) => `${timestamp} ${level} ${message}`,
});

const formatMessage = getTextFormatter({ ...UNESCAPED, format: ({ message }) => message });
const formatObject = getJsonLinesFormatter();

/** Formats the message as in the text format; LogTape's own JSON formatter would quote the strings in it. */
function formatJson(record: LogRecord): string {
  return formatObject({ ...record, message: [formatMessage(record).trimEnd()] });
}
