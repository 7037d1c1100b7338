/**
 * What the server counts, in the text format of Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/).
 *
 * @module
 */

import { printable } from "../../net/printable.ts";
import type { ServerCounts, SessionReport } from "../../server/observation/overview.ts";

/** What metrics are made of. */
export interface Measured {
  readonly version: string;
  readonly counts: ServerCounts;
  readonly sessions: readonly SessionReport[];
  /** Players that watch over HTTP. */
  readonly httpSessions: number;
  /** Answers over HTTP, by their status codes. */
  readonly httpAnswers: ReadonlyMap<number, number>;
}

/** The values of a metric, each with its labels. */
type Values = readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[];

/** A metric, without what its name begins with. */
interface Metric {
  readonly name: string;
  readonly help: string;
  readonly values: Values;
}

/** The media type of the text. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** All metrics as text. */
export function encodeMetrics(measured: Measured): string {
  const gauges = gaugesOf(measured).map((metric) => encodeMetric("gauge", metric));
  const counters = countersOf(measured).map((metric) =>
    encodeMetric("counter", { ...metric, name: `${metric.name}_total` })
  );
  return [...gauges, ...counters].join("");
}

function encodeMetric(type: "gauge" | "counter", { name, help, values }: Metric): string {
  const full = `mjpegrtsp_${name}`;
  const samples = values.map(([labels, value]) => `${full}${encodeLabels(labels)} ${value}`);
  return [`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`, ...samples, ""].join("\n");
}

function encodeLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

/** A backslash, a quotation mark and the end of a line have escapes, and nothing else has. */
function escapeLabel(value: string): string {
  return value.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n");
}

/** What goes up and down. */
function gaugesOf({ version, counts, sessions, httpSessions }: Measured): Metric[] {
  const one = (value: number): Values => [[{}, value]];
  return [
    { name: "build_info", help: "The version of this program; always 1", ...labelled("version", [[version, 1]]) },
    { name: "clients", help: "RTSP connections", values: one(counts.clients) },
    {
      ...{ name: "sessions", help: "RTSP sessions" },
      values: sessionValues(sessions),
    },
    { name: "stream_viewers", help: "Sessions that play a stream", ...labelled("stream", viewersOf(sessions)) },
    { name: "http_sessions", help: "Pages, streams and snapshots over HTTP", values: one(httpSessions) },
    {
      ...{ name: "late_seconds", help: "How much later than due frames have left for two seconds or more" },
      values: one(counts.lateMs / 1000),
    },
  ];
}

/** What only grows. */
function countersOf({ counts, httpAnswers }: Measured): Metric[] {
  const byTransport = (name: string, help: string, field: keyof ServerCounts["sent"]["udp"]): Metric => ({
    ...{ name, help },
    ...labelled("transport", Object.entries(counts.sent).map(([transport, totals]) => [transport, totals[field]])),
  });
  return [
    byTransport("sessions", "RTSP sessions that were set up", "sessions"),
    byTransport("frames_sent", "Whole frames sent", "frames"),
    byTransport(
      "frames_dropped",
      "Frames dropped: client or server too slow, or not fit for RTP/JPEG",
      "droppedFrames",
    ),
    byTransport("frames_left_out", "Frames left out to fit sessions to slow networks", "leftOutFrames"),
    byTransport("packets_sent", "RTP packets of frames sent", "packets"),
    byTransport("bytes_sent", "Bytes of them", "bytes"),
    byTransport("packets_asked_again", "Packets that clients asked for again (NACK)", "askedPackets"),
    byTransport("packets_sent_again", "Packets sent again", "resentPackets"),
    {
      ...{ name: "rtsp_errors", help: "Replies that refuse a request" },
      ...labelled("status", Object.entries(counts.errorReplies)),
    },
    { name: "http_answers", help: "Answers over HTTP", ...labelled("status", [...httpAnswers]) },
    {
      name: "failed_threads",
      help: "Threads that have failed and were replaced",
      values: [[{}, counts.failedThreads]],
    },
  ];
}

/** Values of a metric that has one label. */
function labelled(
  name: string,
  entries: readonly (readonly [label: string | number, value: number])[],
): Pick<Metric, "values"> {
  return { values: entries.map(([label, value]) => [{ [name]: String(label) }, value]) };
}

function sessionValues(sessions: readonly SessionReport[]): Values {
  const groups = Map.groupBy(sessions, ({ transport, state }) => `${transport} ${state}`);
  return [...groups].map(([key, { length }]) => {
    const [transport, state] = key.split(" ");
    return [{ transport, state }, length];
  });
}

function viewersOf(sessions: readonly SessionReport[]): [name: string, viewers: number][] {
  const playing = sessions.filter(({ state }) => state === "PLAYING");
  return [...Map.groupBy(playing, ({ name }) => name)].map(([name, { length }]) => [printable(name), length]);
}
