import { assertEquals } from "@std/assert";
import type { Completeness } from "../reading/completeness.ts";
import { LabRequestCompleteness, LabResponseCompleteness } from "./lab_completeness.ts";

/** Whether a text, all that has come, is complete. */
function isComplete(completeness: Completeness, text: string): boolean {
  const lines = text.split(/\r?\n/);
  for (const line of lines.slice(0, -1)) completeness.take(line);
  return completeness.isComplete(lines.at(-1)!);
}

const WHOLE: readonly [text: string, isWhole: boolean][] = [
  ["SETUP m RTSP/1.0", false],
  ["SETUP m RTSP/1.0\nCSeq: 1", false],
  ["SETUP m RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port=", false],
  ["SETUP m RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 500", false],
  ["SETUP m RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 500\n", true],
  ["SETUP m RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 5008", true],
  ["SETUP m RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 5008 flow", false],
  ["SETUP m RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 5008 flow_num= 2", true],
  ["SETUP m\n1", false],
  ["SETUP m\n1\n RTSP/1.0 RTP/UDP 5008", true],
  ["PLAY m RTSP/1.0\nCSeq: 2", false],
  ["PLAY m RTSP/1.0\nCSeq: 2\nSession: 1234", false],
  ["PLAY m RTSP/1.0\nCSeq: 2\nSession: 123456", true],
  ["PLAY \n2", true],
  ["PLAY \n", false],
  ["PLAY m RTSP/1.0\nCSeq: 2\nSession 12345", false],
  ["PLAY m RTSP/1.0\nCSeq: 2\nSession 123456", true],
  ["SETUP m RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP;port=500", false],
  ["SETUP m RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP;port=5008", true],
  ["SETUP m RTSP/1.0\nCSeq: 1\nRTP/UDP; client_port= 5008", true],
  ["SETUP m\nCseq: 1\nRTSP/1.0 RTP/UDP 500", false],
  ["SETUP m\nCseq: 1\nRTSP/1.0 RTP/UDP 5008", true],
  ["SETUP m RTSP/1.0\nCSeq: 3\nSession: 123456\n", true],
  ["CONNECT RTSP/1.0\nCSeq: 1", false],
  ["CONNECT RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 5008", true],
  ["SCRUB m RTSP/1.0\nCSeq: 3\nSession: 123456", false],
  ["SCRUB m RTSP/1.0\nCSeq: 3\nSession: 123456\nPosition: 50", true],
  ["SETTIME m RTSP/1.0\nCSeq: 3\nSession: 123456\nFRAME: ", false],
  ["SETTIME m RTSP/1.0\nCSeq: 3\nSession: 123456\nFRAME: 100", true],
  ["SETUP rtsp://a/m RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/UDP; client_port= 5008", true],
  ["SETUP rtsp://a/m RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/UDP; client_port= 5008\r\n", true],
  ["SETUP rtsp://a/m RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/UDP; client_port= 500", false],
];

for (const [text, isWhole] of WHOLE) {
  Deno.test(`LabRequestCompleteness says ${isWhole} of ${JSON.stringify(text)}`, () => {
    assertEquals(isComplete(new LabRequestCompleteness(), text), isWhole);
  });
}

Deno.test("LabRequestCompleteness leaves RTSP/1.0 requests to their blank line", () => {
  for (
    const [line, needed] of [["OPTIONS rtsp://a/b RTSP/1.0", true], ["OPTIONS * RTSP/1.0", true], ["PLAY m", false]]
  ) {
    const completeness = new LabRequestCompleteness();
    completeness.take(String(line));
    assertEquals(completeness.needsBlankLine, needed);
  }
});

Deno.test("LabResponseCompleteness waits for six digits of Session", () => {
  const text = "RTSP/1.0 200 OK\nCSeq: 1\nSession: 123456";
  for (let length = 0; length < text.length; length++) {
    assertEquals(isComplete(new LabResponseCompleteness(), text.slice(0, length)), false);
  }
  assertEquals(isComplete(new LabResponseCompleteness(), text), true);
});
