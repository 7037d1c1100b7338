/** Bytes that belong to nothing cost what is unreadable and no more, however the connection is cut into reads. */
import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import fc from "fast-check";
import type { ReaderOutput } from "./message_reader.ts";
import type { RtspRequest, RtspResponse } from "../message.ts";
import { createLabResponseReader, createRtspReader } from "../readers.ts";

const CHANNELS: readonly number[] = [0, 1];

/** An interleaved packet of version 2 whose second byte is `name`. */
function packet(name: number, channel = 0, lengthBytes = 40): Uint8Array {
  const data = Uint8Array.from({ length: lengthBytes }, (_, index) => [0x80, name][index] ?? 7);
  return Uint8Array.of(0x24, channel, lengthBytes >> 8, lengthBytes & 255, ...data);
}

function reply(
  cseq: number,
  options: { readonly body?: string; readonly announced?: number; readonly type?: string } = {},
): Uint8Array {
  const { body = "", type = "application/sdp" } = options;
  const { announced = body.length } = options;
  const fields = announced === 0 ? [] : [`Content-Type: ${type}`, `Content-Length: ${announced}`];
  return text(["RTSP/1.0 200 OK", `CSeq: ${cseq}`, ...fields, "", body].join("\r\n"));
}

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

/** Replies as their CSeq and body, packets as `$` and their name. */
function describe(outputs: readonly ReaderOutput<RtspResponse | RtspRequest>[]): string[] {
  return outputs.map((output) => {
    if (output.kind === "packet") return `$${output.data[1]}`;
    if (output.kind === "malformed") return "malformed";
    const { cseq, body } = output.message;
    return body === "" ? `${cseq}` : `${cseq} ${body.trim().split("\r\n").at(-1)}`;
  });
}

function open() {
  return createRtspReader({ isChannel: (channel) => CHANNELS.includes(channel) });
}

const BODY = "v=0\r\nm=video 0 RTP/AVP 26\r\na=control:track1\r\n";
const GARBAGE = Uint8Array.from({ length: 300 }, (_, index) => [1, 200, 0, 10, 250, 13, 0x7f, 0x80][index % 8]);

const STREAMS: readonly { title: string; parts: readonly Uint8Array[]; found: readonly string[] }[] = [
  {
    title: "garbage between packets",
    parts: [reply(1), packet(2), GARBAGE, packet(3), packet(4)],
    found: ["1", "$2", "$3", "$4"],
  },
  {
    title: "garbage between messages",
    parts: [reply(1), GARBAGE, reply(2), packet(3)],
    found: ["1", "2", "$3"],
  },
  {
    title: "garbage with the start of a packet of no channel of the session",
    parts: [packet(1), Uint8Array.of(1, 0x24, 77, 200, 200, 0x80), packet(2)],
    found: ["$1", "$2"],
  },
  {
    title: "garbage with the start of a packet that is not RTP",
    parts: [packet(1), Uint8Array.of(1, 0x24, 0, 200, 200, 1), packet(2)],
    found: ["$1", "$2"],
  },
  {
    title: "garbage of one byte, of a letter, of a dollar sign",
    parts: [packet(1), Uint8Array.of(1), packet(2), text("R"), packet(3), text("$"), packet(4)],
    found: ["$1", "$2", "$3", "$4"],
  },
  {
    title: "a packet that is longer than it says",
    parts: [packet(1), packet(2), GARBAGE.subarray(0, 9), packet(3)],
    found: ["$1", "$2", "$3"],
  },
  {
    title: "a packet that is shorter than it says: it takes the beginning of the next",
    parts: [packet(1), packet(2).subarray(0, 30), packet(3, 0, 200), packet(4)],
    found: ["$1", "$2", "$4"],
  },
  {
    title: "half a line between packets",
    parts: [reply(1), text("VP 26\r\nabc def\r\nx=y\r\n"), packet(2)],
    found: ["1", "$2"],
  },
  {
    title: "text that looks like a message and is none",
    parts: [reply(1), text("PLAY it again\r\n"), reply(2), text("Total: 5 frames\r\n"), packet(3)],
    found: ["1", "2", "$3"],
  },
  {
    title: "packets of a channel that nobody has set up",
    parts: [packet(1), packet(2, 9), packet(3)],
    found: ["$1", "$2", "$3"],
  },
  {
    title: "a body that is shorter than its Content-Length, and a reply behind it",
    parts: [reply(1, { body: BODY, announced: BODY.length + 60 }), reply(2)],
    found: ["1 a=control:track1", "2"],
  },
  {
    title: "a body that is shorter than its Content-Length, and packets behind it",
    parts: [reply(1, { body: "x: y\r\n", announced: 100, type: "text/parameters" }), packet(2), packet(3)],
    found: ["1 x: y", "$2", "$3"],
  },
];

for (const { title, parts, found } of STREAMS) {
  Deno.test(`MessageReader of a client passes over ${title}`, () => {
    const bytes = concat([...parts]);
    assertEquals(describe(open().push(bytes)), [...found]);
    for (let cut = 1; cut < bytes.length; cut++) {
      const reader = open();
      const outputs = [bytes.subarray(0, cut), bytes.subarray(cut)].flatMap((piece) => describe(reader.push(piece)));
      assertEquals(outputs, [...found], `cut at ${cut}`);
    }
    const reader = open();
    assertEquals([...bytes].flatMap((byte) => describe(reader.push(Uint8Array.of(byte)))), [...found], "byte by byte");
  });
}

Deno.test("MessageReader of a client reads a description to its end, however short its Content-Length", () => {
  for (let announced = 1; announced <= BODY.length; announced++) {
    const reader = open();
    const outputs = describe(reader.push(concat([reply(1, { body: BODY, announced }), reply(2), packet(3)])));
    assertEquals(outputs, ["1 a=control:track1", "2", "$3"], `Content-Length ${announced}`);
  }
});

for (const lengths of [["-3"], ["abc"], [""], ["3", "4"], ["0", "99"], [String(BODY.length), "-1"]]) {
  const fields = lengths.map((length) => `Content-Length: ${length}\r\n`).join("");
  const head = (type: string) => text(`RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Type: ${type}\r\n${fields}\r\n`);
  Deno.test(`MessageReader of a client reads a description of ${JSON.stringify(fields)} to its end`, () => {
    const stream = concat([head("application/sdp"), text(BODY), reply(2), packet(3)]);
    for (let cut = 0; cut < stream.length; cut++) {
      const reader = open();
      const outputs = [...reader.push(stream.subarray(0, cut)), ...reader.push(stream.subarray(cut))];
      assertEquals(describe(outputs), ["1 a=control:track1", "2", "$3"], `cut at ${cut}`);
    }
  });

  Deno.test(`MessageReader of a client passes over another body of ${JSON.stringify(fields)}`, () => {
    const stream = concat([head("text/parameters"), text("17\r\n"), packet(3), reply(2), packet(4)]);
    for (let cut = 0; cut < stream.length; cut++) {
      const reader = open();
      const outputs = [...reader.push(stream.subarray(0, cut)), ...reader.push(stream.subarray(cut))];
      assertEquals(describe(outputs), ["1", "$3", "2", "$4"], `cut at ${cut}`);
    }
  });
}

Deno.test("MessageReader of a client gives a description that has come, where nothing ends it", () => {
  for (const announced of [BODY.length - 9, BODY.length + 9]) {
    const reader = open();
    assertEquals(describe(reader.push(reply(1, { body: BODY, announced }))), []);
    assert(announced < BODY.length ? reader.mayBeWhole : reader.isBodyShort);
    assertEquals(describe(reader.takePending()), ["1 a=control:track1"]);
    assertEquals(describe(reader.push(reply(2))), ["2"]);
  }
});

Deno.test("MessageReader of a client passes nothing over before the first message: another protocol is to be named", () => {
  assertEquals(describe(open().push(text("HTTP/1.1 400 Bad Request\r\n\r\n"))), ["malformed"]);
});

Deno.test("MessageReader of a client counts what it passes over", () => {
  const reader = open();
  reader.push(concat([reply(1), GARBAGE, packet(1), text("abc: d\r\nxyz 1\r\n"), packet(2)]));
  assertEquals(reader.skippedBytes, GARBAGE.length + 15);
});

Deno.test("MessageReader of a client finds every packet and reply behind any garbage that does not look like one", () => {
  const part = fc.oneof(
    fc.uint8Array({ maxLength: 60 }).map((bytes) => ({
      bytes: bytes.map((byte) => byte === 0x24 ? 0 : byte & 0x9f),
      name: "",
    })),
    fc.nat(255).map((name) => ({ bytes: packet(name), name: `$${name}` })),
    fc.nat(9).map((cseq) => ({ bytes: reply(cseq), name: `${cseq}` })),
  );
  fc.assert(fc.property(fc.array(part, { maxLength: 20 }), fc.nat(50), (parts, step) => {
    const bytes = concat([reply(1), ...parts.map((one) => one.bytes)]);
    const reader = open();
    const outputs: string[] = [];
    for (let at = 0; at < bytes.length; at += step + 1) {
      outputs.push(...describe(reader.push(bytes.subarray(at, at + step + 1))));
    }
    assertEquals(outputs, ["1", ...parts.map(({ name }) => name).filter((name) => name !== "")]);
    assert(reader.steps <= 8 * bytes.length, `${reader.steps} steps for ${bytes.length} bytes`);
  }));
});

Deno.test("MessageReader for replies of the lab takes `RTSP/` within a line for text, and further lines", () => {
  const first = "RTSP/1.0 200 OK\nCSeq: 1\nSession: 123456\nTotal: 3.0\nv: RTSP/1.0 s: 1\nw: RTSP/1.0 200 OK";
  assertEquals(labReplies([first]), [first]);
  const second = "RTSP/1.0 404 Not Found\nCSeq: 2\nSession: 123456";
  assertEquals(labReplies([first + "\n" + second]), [first, second]);
  assertEquals(labReplies([first + second]), [first, second]);
  // Further lines may come late, too.
  assertEquals(labReplies([first.slice(0, 39), first.slice(39) + "\n", second]), [first.slice(0, 39), second]);
});

Deno.test("MessageReader for replies of the lab takes one line without an end for a reply that may be whole", () => {
  const reader = createLabResponseReader();
  assertEquals(reader.push(text("RTSP/1.0 404")), []);
  assert(reader.mayBeWhole);
  assertEquals(reader.push(text(" Not Found")), []);
  assert(reader.mayBeWhole);
  assertEquals(reader.takePending().map((output) => output.kind === "message" && output.message.status), [404]);
  for (const start of ["", "RTSP/1.0 ", "RTSP/1.0 40", "Hello"]) {
    const other = createLabResponseReader();
    other.push(text(start));
    assert(!other.mayBeWhole, start);
  }
});

function labReplies(pieces: readonly string[]): (string | false)[] {
  const reader = createLabResponseReader();
  return pieces.flatMap((piece) => reader.push(text(piece))).map((output) => output.kind === "message" && output.text);
}
