import { assertEquals, assertMatch } from "@std/assert";
import { NO_COUNTS, type SessionReport } from "../../server/observation/overview.ts";
import { encodeMetrics } from "./metrics.ts";

/** A comment, or a sample with its labels and value (https://prometheus.io/docs/instrumenting/exposition_formats/). */
const LINE =
  /^(?:# (?:HELP|TYPE) [a-z_]+ .+|[a-z_]+(?:\{[a-z]+="(?:[^"\\\n]|\\["\\n])*"(?:,[a-z]+="(?:[^"\\\n]|\\["\\n])*")*\})? [\d.e+-]+)$/;

const SESSION: SessionReport = {
  ...{ number: 1, name: "movie.avi", peer: "127.0.0.1:5000", dialect: "rtsp", transport: "udp", state: "PLAYING" },
  ...{ positionSeconds: 1, seconds: 2, frames: 3, packets: 4, bytes: 5, droppedFrames: 6 },
};

Deno.test("encodeMetrics() writes what Prometheus reads", () => {
  const sessions = [SESSION, { ...SESSION, state: "READY" as const }, { ...SESSION, name: 'a"\\\n\u202e.avi' }];
  const counts = {
    ...NO_COUNTS,
    ...{ errorReplies: { 404: 2, 454: 1 }, clients: 3, lateMs: 250, failedThreads: 1 },
    sent: { ...NO_COUNTS.sent, udp: { ...NO_COUNTS.sent.udp, frames: 7, resentPackets: 2 } },
  };
  const text = encodeMetrics({
    ...{ version: "1.2.3", counts, sessions, httpSessions: 4 },
    httpAnswers: new Map([[200, 9]]),
  });
  const lines = text.trimEnd().split("\n").filter((line) => line !== "");
  for (const line of lines) assertMatch(line, LINE);
  const samples = lines.filter((line) => !line.startsWith("#"));
  for (
    const sample of [
      'mjpegrtsp_build_info{version="1.2.3"} 1',
      "mjpegrtsp_clients 3",
      'mjpegrtsp_sessions{transport="udp",state="PLAYING"} 2',
      'mjpegrtsp_sessions{transport="udp",state="READY"} 1',
      'mjpegrtsp_stream_viewers{stream="movie.avi"} 1',
      String.raw`mjpegrtsp_stream_viewers{stream="a\"\\\\n\\u202e.avi"} 1`,
      'mjpegrtsp_frames_sent_total{transport="udp"} 7',
      'mjpegrtsp_frames_sent_total{transport="tcp"} 0',
      'mjpegrtsp_packets_sent_again_total{transport="udp"} 2',
      'mjpegrtsp_rtsp_errors_total{status="404"} 2',
      'mjpegrtsp_http_answers_total{status="200"} 9',
      "mjpegrtsp_late_seconds 0.25",
      "mjpegrtsp_failed_threads_total 1",
      "mjpegrtsp_http_sessions 4",
    ]
  ) assertEquals(samples.filter((line) => line === sample), [sample]);
});
