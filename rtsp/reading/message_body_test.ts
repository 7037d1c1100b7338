import { assertEquals } from "@std/assert";
import { BodyFields } from "./completeness.ts";
import { MessageBody } from "./message_body.ts";
import { Resynchronizer } from "./resynchronizer.ts";

const RESYNCHRONIZER = () => new Resynchronizer((channel) => channel < 2);

function open(lines: readonly string[], resynchronizer?: Resynchronizer): MessageBody {
  const fields = new BodyFields();
  for (const line of lines) fields.take(line);
  return new MessageBody({ fields, mayBeLengthless: true, resynchronizer });
}

function take(body: MessageBody, text: string): readonly [count: number, isEnd: boolean] | undefined {
  const part = body.take(new TextEncoder().encode(text));
  return part && [part.count, part.isEnd];
}

Deno.test("MessageBody ends at its Content-Length, and believes it where it cannot tell", () => {
  for (const resynchronizer of [undefined, RESYNCHRONIZER()]) {
    const body = open(["Content-Length: 5"], resynchronizer);
    assertEquals([take(body, "abc"), take(body, "def")], [[3, false], [2, true]]);
    assertEquals(body.lengthBytes, 5);
  }
  const believed = open(["Content-Length: 9"]);
  assertEquals(take(believed, "a\r\nRTSP/1.0 200 OK"), [9, true]);
});

Deno.test("MessageBody ends where a reply or a packet begins, once that is sure", () => {
  const body = open(["Content-Length: 99"], RESYNCHRONIZER());
  assertEquals(take(body, "a\r\nRTSP/1.0 "), [3, false]);
  assertEquals(take(body, "RTSP/1.0 "), undefined);
  assertEquals(take(body, "RTSP/1.0 200 OK"), [0, true]);
  const other = open(["Content-Length: 99"], RESYNCHRONIZER());
  assertEquals(other.take(Uint8Array.of(0x61, 0x24, 0, 0, 9, 0x80)), { count: 1, isEnd: false });
  assertEquals(other.take(Uint8Array.of(0x24, 0, 0, 9, 0x80)), { count: 0, isEnd: true });
});

Deno.test("MessageBody of a description goes on within a line, and with another one", () => {
  for (const [length, rest] of [[3, "0\r\n"], [5, "s=x\r\n"]] as const) {
    const body = open(["Content-Type: application/sdp", `Content-Length: ${length}`], RESYNCHRONIZER());
    const text = "v=0\r\n".slice(0, length);
    assertEquals(take(body, text + rest), [length, false]);
    assertEquals([body.isLengthless, take(body, rest)], [true, [rest.length, false]]);
  }
  const whole = open(["Content-Type: application/sdp", "Content-Length: 5"], RESYNCHRONIZER());
  assertEquals(take(whole, "v=0\r\nRTSP/1.0 200 OK"), [5, true]);
});
