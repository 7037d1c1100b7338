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

/** The media type of the text. */
export const METRICS_TYPE: string = Registry.PROMETHEUS_CONTENT_TYPE;

/** All metrics as text. */
export async function encodeMetrics(
  { version, counts, sessions, httpSessions, httpAnswers }: Measured,
): Promise<string> {
  const registers = [new Registry()];
  const count = (name: string, help: string, values: Values, labelNames = labelsOf(values)) => {
    const counter = new Counter({ name: `mjpegrtsp_${name}_total`, help, labelNames, registers });
    for (const [labels, value] of values) counter.inc(labels, value);
  };
  const gauge = (name: string, help: string, values: Values, labelNames = labelsOf(values)) => {
    const gauge = new Gauge({ name: `mjpegrtsp_${name}`, help, labelNames, registers });
    for (const [labels, value] of values) gauge.set(labels, value);
  };
  const sent = Object.entries(counts.sent);
  const byTransport = (field: keyof ServerCounts["sent"]["udp"]): Values =>
    sent.map(([transport, totals]) => [{ transport }, totals[field]]);

  gauge("build_info", "The version of this program; always 1", [[{ version }, 1]]);
  gauge("clients", "RTSP connections", [[{}, counts.clients]]);
  gauge("sessions", "RTSP sessions", sessionValues(sessions), ["transport", "state"]);
  gauge("stream_viewers", "Sessions that play a stream", viewerValues(sessions), ["stream"]);
  gauge("http_sessions", "Pages, streams and snapshots over HTTP, each of which has an RTSP session", [[
    {},
    httpSessions,
  ]]);
  gauge("late_seconds", "How much later than due frames have left for two seconds or more", [[
    {},
    counts.lateMs / 1000,
  ]]);
  count("sessions", "RTSP sessions that were set up", byTransport("sessions"));
  count("frames_sent", "Whole frames sent", byTransport("frames"));
  count(
    "frames_dropped",
    "Frames dropped: client or server too slow, or not fit for RTP/JPEG",
    byTransport("droppedFrames"),
  );
  count("frames_left_out", "Frames left out to fit sessions to slow networks", byTransport("leftOutFrames"));
  count("packets_sent", "RTP packets sent", byTransport("packets"));
  count("bytes_sent", "Bytes of RTP sent", byTransport("bytes"));
  count("packets_asked_again", "Packets that clients asked for again (NACK)", byTransport("askedPackets"));
  count("packets_sent_again", "Packets sent again", byTransport("resentPackets"));
  count(
    "rtsp_errors",
    "Replies that refuse a request, by status code",
    statusValues(Object.entries(counts.errorReplies)),
  );
  count("http_answers", "Answers over HTTP, by status code", statusValues([...httpAnswers]), ["status"]);
  count("failed_threads", "Threads that have failed and were replaced", [[{}, counts.failedThreads]]);
  return await registers[0].metrics();
}

function labelsOf([first]: Values): string[] {
  return Object.keys(first?.[0] ?? {});
}

function statusValues(entries: readonly (readonly [status: string | number, count: number])[]): Values {
  return entries.map(([status, count]) => [{ status: String(status) }, count]);
}

function sessionValues(sessions: readonly SessionReport[]): Values {
  const groups = Map.groupBy(sessions, ({ transport, state }) => `${transport} ${state}`);
  return [...groups].map(([key, { length }]) => {
    const [transport, state] = key.split(" ");
    return [{ transport, state }, length];
  });
}

function viewerValues(sessions: readonly SessionReport[]): Values {
  const playing = sessions.filter(({ state }) => state === "PLAYING");
  return [...Map.groupBy(playing, ({ name }) => name)].map((
    [name, { length }],
  ) => [{ stream: printable(name) }, length]);
}
