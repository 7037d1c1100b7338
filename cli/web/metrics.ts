/**
 * What the server counts, in the text format of Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/).
 *
 * @module
 */

import { Counter, Gauge, Registry } from "prom-client";
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
  /** Default none. */
  readonly labelNames?: string[];
  readonly values: Values;
}

/** The media type of the text. */
export const METRICS_TYPE: string = Registry.PROMETHEUS_CONTENT_TYPE;

/** All metrics as text. */
export async function encodeMetrics(measured: Measured): Promise<string> {
  const registers = [new Registry()];
  for (const { name, help, labelNames = [], values } of gaugesOf(measured)) {
    const gauge = new Gauge({ name: `mjpegrtsp_${name}`, help, labelNames, registers });
    for (const [labels, value] of values) gauge.set(labels, value);
  }
  for (const { name, help, labelNames = [], values } of countersOf(measured)) {
    const counter = new Counter({ name: `mjpegrtsp_${name}_total`, help, labelNames, registers });
    for (const [labels, value] of values) counter.inc(labels, value);
  }
  return await registers[0].metrics();
}

/** What goes up and down. */
function gaugesOf({ version, counts, sessions, httpSessions }: Measured): Metric[] {
  const one = (value: number): Values => [[{}, value]];
  return [
    { name: "build_info", help: "The version of this program; always 1", ...labelled("version", [[version, 1]]) },
    { name: "clients", help: "RTSP connections", values: one(counts.clients) },
    {
      ...{ name: "sessions", help: "RTSP sessions" },
      ...{ labelNames: ["transport", "state"], values: sessionValues(sessions) },
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
): Pick<Metric, "labelNames" | "values"> {
  return { labelNames: [name], values: entries.map(([label, value]) => [{ [name]: String(label) }, value]) };
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
