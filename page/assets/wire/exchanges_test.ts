import { assertEquals, assertMatch } from "@std/assert";
import { addMessage, dialogueText, type Exchange, type WireMessage } from "./exchanges.js";

const sent = (...lines: string[]): WireMessage => ({ direction: "sent", atMs: 1000, lines });
const received = (...lines: string[]): WireMessage => ({ direction: "received", atMs: 1020, lines });

/** What is paired with what, by first lines. */
function pair(...messages: WireMessage[]): (string | undefined)[][] {
  const exchanges: Exchange[] = [];
  for (const message of messages) addMessage(exchanges, message);
  return exchanges.map(({ request, reply }) => [request?.lines[0], reply?.lines[0]]);
}

const OK = "RTSP/1.0 200 OK";

Deno.test("a reply belongs to the oldest request that has none", () => {
  assertEquals(pair(sent("SETUP"), received(OK), sent("PLAY"), sent("PAUSE"), received(OK), received("RTSP/1.0 455")), [
    ["SETUP", OK],
    ["PLAY", OK],
    ["PAUSE", "RTSP/1.0 455"],
  ]);
});

Deno.test("a request of the server is answered by us", () => {
  assertEquals(pair(sent("PLAY"), received(OK), received("OPTIONS *"), sent(OK)), [["PLAY", OK], ["OPTIONS *", OK]]);
});

Deno.test("what comes while a reply is awaited is the reply, however it begins", () => {
  assertEquals(pair(sent("SETUP"), received("200 OK")), [["SETUP", "200 OK"]]);
});

Deno.test("a reply to nothing, and a request without a reply, stand alone", () => {
  assertEquals(pair(received(OK), sent("TEARDOWN")), [[undefined, OK], ["TEARDOWN", undefined]]);
});

Deno.test("dialogueText() has each message with its time", () => {
  const text = dialogueText([sent("PLAY a", "CSeq: 2"), received(OK, "CSeq: 2")]);
  assertMatch(
    text,
    /^\d\d:\d\d:01\.000 sent\nPLAY a\nCSeq: 2\n\n\d\d:\d\d:01\.020 received\nRTSP\/1\.0 200 OK\nCSeq: 2\n$/,
  );
});
