import { assertEquals } from "@std/assert";
import type { WireMessage } from "../../page/playback.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { MAX_WIRE_LINE_CHARS, MAX_WIRE_LINES, MAX_WIRE_MESSAGES } from "../limits.ts";
import { WireLog } from "./wire_log.ts";

function start() {
  const told: WireMessage[] = [];
  return { log: new WireLog({ clock: new FakeClock(), onMessage: (message) => told.push(message) }), told };
}

Deno.test("WireLog has the lines of each message, without their ends, and its time", () => {
  const { log, told } = start();
  log.take("sent", "PLAY movie.mjpeg RTSP/1.0\nCSeq: 2\n\n");
  log.take("received", "RTSP/1.0 200 OK\r\nCSeq: 2\r\n\r\n");
  assertEquals(told.map(({ direction, lines }) => [direction, ...lines]), [
    ["sent", "PLAY movie.mjpeg RTSP/1.0", "CSeq: 2"],
    ["received", "RTSP/1.0 200 OK", "CSeq: 2"],
  ]);
  assertEquals(told.map(({ atMs }) => atMs), [new FakeClock().unixMs(), new FakeClock().unixMs()]);
  assertEquals(log.messages, told);
});

Deno.test("WireLog keeps the newest messages", () => {
  const { log, told } = start();
  for (let cseq = 0; cseq <= MAX_WIRE_MESSAGES; cseq++) log.take("sent", `OPTIONS ${cseq}`);
  assertEquals([log.messages.length, log.messages[0]], [MAX_WIRE_MESSAGES, told[1]]);
});

Deno.test("WireLog shows so many lines of so many characters", () => {
  const { log, told } = start();
  const longest = "x".repeat(MAX_WIRE_LINE_CHARS);
  log.take("received", [longest, `${longest}y`, ..."a".repeat(MAX_WIRE_LINES - 2)].join("\n"));
  assertEquals(told[0].lines.slice(0, 2), [longest, `${longest}…`]);
  assertEquals(told[0].lines.length, MAX_WIRE_LINES);
  log.take("received", "a\n".repeat(MAX_WIRE_LINES + 2));
  assertEquals(told[1].lines.slice(-2), ["a", "… and 2 lines"]);
});
