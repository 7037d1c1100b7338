import { assertEquals } from "@std/assert";
import { adaptationText, sentencesOf } from "./report_words.js";

const RECEPTION = {
  ...{ atMs: 0, expected: 250, lost: 3, fractionLost: 3, cumulativeLost: 1200, highestSequenceNumber: 0x1000a },
  ...{ jitterMs: 2.345, sinceSenderReportMs: 1240 },
};

Deno.test("sentencesOf() says what a receiver has told its sender", () => {
  const text = (change: Partial<typeof RECEPTION>) => sentencesOf({ receiver: { ...RECEPTION, ...change } })[0].text;
  assertEquals(
    text({}),
    "“I have lost 3 of the last 250 packets (3/256), and 1,200 in all. The highest number was 10; the jitter is 2.3 ms. " +
      "Your last report had come 1.2 s before.”",
  );
  const nothing = text({ lost: -2, fractionLost: 0, cumulativeLost: -2, sinceSenderReportMs: undefined });
  assertEquals(nothing.startsWith("“I have lost none of the last 250 packets (0/256), and none in all. The"), true);
  assertEquals(nothing.endsWith("I have had no report of yours yet.”"), true);
  assertEquals(text({ expected: 0, lost: 0 }).startsWith("“Nothing has come since my last report, and"), true);
});

Deno.test("sentencesOf() says what a sender has told, and which packets were asked for again", () => {
  const sender = {
    atMs: 5,
    senderMs: new Date(2026, 0, 1, 12, 0, 5, 123).getTime(),
    rtpTimestamp: 7,
    packets: 4210,
    bytes: 5.8e6,
  };
  const nack = { atMs: 6, sequenceNumbers: Array.from({ length: 10 }, (_, index) => index) };
  assertEquals(sentencesOf({ sender, nack }), [
    {
      ...{ atMs: 5, kind: "Sender report", from: "sender" },
      text:
        "“I have sent 4,210 packets with 5,800,000 bytes of payload. By my clock it is 12:00:05.123, which is timestamp 7.”",
    },
    { atMs: 6, kind: "NACK", from: "receiver", text: "“Send me 0, 1, 2, 3, 4, 5, 6, 7 and 2 more again.”" },
  ]);
  assertEquals(sentencesOf({}), []);
});

Deno.test("adaptationText() says what the server sends", () => {
  const text = (sent: number, of: number, coarseness: number) =>
    adaptationText({ atMs: 0, frames: [sent, of], coarseness });
  assertEquals(text(1, 1, 1), "all frames as they are");
  assertEquals(text(2, 3, 1), "2 of 3 frames");
  assertEquals(text(1, 2, 2), "half the frames, 2 times as coarse");
  assertEquals(text(1, 8, 12), "1 of 8 frames, 12 times as coarse");
});
