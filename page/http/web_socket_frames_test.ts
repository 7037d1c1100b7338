import { assertEquals, assertThrows } from "@std/assert";
import { concat } from "@std/bytes";
import { MAX_PAGE_MESSAGE_BYTES } from "../limits.ts";
import {
  ClientFrameReader,
  type ClientMessage,
  encodeClosePayload,
  encodeServerFrame,
  OPCODE,
  WebSocketError,
} from "./web_socket_frames.ts";

const MASK = [0x37, 0xfa, 0x21, 0x3d];

/** A frame as a client sends it. */
function clientFrame(first: number, payload: Uint8Array | string, announcedBytes?: bigint): Uint8Array {
  const bytes = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
  const head = bytes.length < 126
    ? [first, 0x80 | bytes.length]
    : [first, 0xfe, bytes.length >> 8, bytes.length & 0xff];
  const long = new Uint8Array(10);
  long.set([first, 0xff]);
  if (announcedBytes !== undefined) new DataView(long.buffer).setBigUint64(2, announcedBytes);
  return concat([
    announcedBytes === undefined ? Uint8Array.from(head) : long,
    Uint8Array.from(MASK),
    bytes.map((byte, index) => byte ^ MASK[index % 4]),
  ]);
}

const text = ({ opcode, data }: ClientMessage) => `${opcode} ${new TextDecoder().decode(data)}`;
const FINAL_TEXT = 0x81;
const FINAL_CONTINUATION = 0x80;

Deno.test("ClientFrameReader reads the masked frame of RFC 6455, 5.7", () => {
  const hello = Uint8Array.of(0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58);
  assertEquals([...new ClientFrameReader().push(hello)].map(text), ["1 Hello"]);
});

Deno.test("ClientFrameReader puts fragments together, with control frames between them, wherever the bytes are split", () => {
  const bytes = concat([
    clientFrame(OPCODE.text, "Hel"),
    clientFrame(0x80 | OPCODE.ping, "?"),
    clientFrame(OPCODE.continuation, ""),
    clientFrame(FINAL_CONTINUATION, "lo"),
    clientFrame(0x80 | OPCODE.binary, ""),
    clientFrame(FINAL_TEXT, "x".repeat(200)),
    clientFrame(FINAL_TEXT, "long", 4n),
    clientFrame(0x80 | OPCODE.close, "\x03\xe8"),
  ]);
  const messages = ["9 ?", "1 Hello", "2 ", `1 ${"x".repeat(200)}`, "1 long", "8 \x03\xe8"];
  for (let at = 0; at <= bytes.length; at++) {
    const reader = new ClientFrameReader();
    assertEquals([...reader.push(bytes.subarray(0, at)), ...reader.push(bytes.subarray(at))].map(text), messages);
  }
});

Deno.test(`ClientFrameReader takes a message of ${MAX_PAGE_MESSAGE_BYTES} bytes, and not of one more, in one frame and in many`, () => {
  const whole = "x".repeat(MAX_PAGE_MESSAGE_BYTES);
  const inFragments = (message: string) => [
    clientFrame(OPCODE.text, ""),
    ...[...message].map((char) => clientFrame(OPCODE.continuation, char)),
    clientFrame(FINAL_CONTINUATION, ""),
  ];
  for (const frames of [[clientFrame(FINAL_TEXT, whole)], inFragments(whole)]) {
    assertEquals([...new ClientFrameReader().push(concat(frames))].map(text), [`1 ${whole}`]);
  }
  for (const frames of [[clientFrame(FINAL_TEXT, whole + "x")], inFragments(whole + "x")]) {
    const error = assertThrows(() => [...new ClientFrameReader().push(concat(frames))], WebSocketError);
    assertEquals([error.code, error.message], [1009, `A message exceeds ${MAX_PAGE_MESSAGE_BYTES} bytes`]);
  }
});

for (
  const [what, code, bytes] of [
    ["a message of 2^63 bytes, by its head alone", 1009, clientFrame(FINAL_TEXT, "", 2n ** 63n)],
    ["a frame without a mask", 1002, Uint8Array.of(FINAL_TEXT, 0)],
    ["reserved bits", 1002, clientFrame(0xc1, "x")],
    ["an unknown opcode", 1002, clientFrame(0x83, "x")],
    ["a continuation of nothing", 1002, clientFrame(FINAL_CONTINUATION, "x")],
    ["a message within another", 1002, concat([clientFrame(OPCODE.text, "x"), clientFrame(FINAL_TEXT, "x")])],
    ["a control frame in fragments", 1002, clientFrame(OPCODE.ping, "x")],
    ["a control frame of 126 bytes", 1002, clientFrame(0x80 | OPCODE.ping, "x".repeat(126))],
  ] as const
) {
  Deno.test(`ClientFrameReader refuses ${what} with ${code}`, () => {
    // What is wrong shows before any payload has to be held.
    const reader = new ClientFrameReader();
    assertEquals(assertThrows(() => [...reader.push(bytes)], WebSocketError).code, code);
  });
}

Deno.test("ClientFrameReader takes a control frame of 125 bytes", () => {
  assertEquals([...new ClientFrameReader().push(clientFrame(0x80 | OPCODE.ping, "x".repeat(125)))].length, 1);
});

for (
  const [length, head] of [
    [0, [0x82, 0]],
    [125, [0x82, 125]],
    [126, [0x82, 126, 0, 126]],
    [65_535, [0x82, 126, 0xff, 0xff]],
    [65_536, [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]],
  ] as const
) {
  Deno.test(`encodeServerFrame() announces ${length} bytes in ${head.length - 2 || 1} of its own`, () => {
    const payload = new Uint8Array(length).fill(7);
    const half = length >> 1;
    assertEquals(
      encodeServerFrame(OPCODE.binary, payload.subarray(0, half), payload.subarray(half)),
      concat([Uint8Array.from(head), payload]),
    );
  });
}

Deno.test("encodeClosePayload() fits a control frame, however long the reason", () => {
  assertEquals(encodeClosePayload(1001, "Bye"), Uint8Array.of(3, 0xe9, 0x42, 0x79, 0x65));
  assertEquals(encodeClosePayload(1001, "x".repeat(1000)).length, 125);
});
