import { assert, assertEquals, assertThrows } from "@std/assert";
import { concat } from "@std/bytes";
import fc from "fast-check";
import { MAX_BODY_BYTES, MAX_LINE_BYTES, MAX_LOOKS_PER_BYTE, MAX_MESSAGE_BYTES } from "../limits.ts";
import { createLabResponseReader, createRequestReader, createRtspReader } from "../readers.ts";
import { type ReaderOutput, UnreadableMessageError } from "./message_reader.ts";

const SDP_HEAD = "RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Type: application/sdp\r\n\r\n";

/** A byte is stored, moved to a larger buffer, examined with its line, and decoded with its message. */
const MAX_STEPS_PER_BYTE = 8;
/** A line of the lab is examined before it has ended. */
const MAX_LAB_STEPS_PER_BYTE = MAX_STEPS_PER_BYTE + MAX_LOOKS_PER_BYTE;

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** What a reader makes of a stream cut at the given places; what is pending at the end is taken as it is. */
function read(text: string, cuts: readonly number[]): string[] {
  const reader = createRequestReader();
  const outputs: ReaderOutput<unknown>[] = [];
  let start = 0;
  for (const cut of [...cuts, text.length]) {
    outputs.push(...reader.push(bytes(text.slice(start, cut))));
    start = cut;
  }
  outputs.push(...reader.takePending());
  return outputs.map((output) =>
    output.kind === "packet" ? `packet ${output.channel}` : `${output.kind}: ${output.text}`
  );
}

const STREAMS: readonly { title: string; text: string; messages: string[] }[] = [
  {
    title: "dialect A without an end",
    text: "SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 25000",
    messages: ["SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 25000"],
  },
  {
    title: "dialect B without an end",
    text: "SETUP movie.mjpeg\n1\n RTSP/1.0 RTP/UDP 5008",
    messages: ["SETUP movie.mjpeg\n1\n RTSP/1.0 RTP/UDP 5008"],
  },
  {
    title: "CR LF with a blank line",
    text: "SETUP m RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/UDP; client_port= 25000\r\n\r\n",
    messages: ["SETUP m RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/UDP; client_port= 25000"],
  },
  {
    title: "a URL with the lab's transport",
    text: "SETUP rtsp://127.0.0.1/m RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/UDP; client_port= 25000\r\n",
    messages: ["SETUP rtsp://127.0.0.1/m RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/UDP; client_port= 25000"],
  },
  {
    title: "an RTSP/1.0 request",
    text: "OPTIONS rtsp://127.0.0.1/m RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: x\r\n\r\n",
    messages: ["OPTIONS rtsp://127.0.0.1/m RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: x"],
  },
];

for (const { title, text, messages } of STREAMS) {
  Deno.test(`MessageReader finds ${title} in one piece`, () => {
    assertEquals(read(text, []), messages.map((message) => `message: ${message}`));
  });

  Deno.test(`MessageReader finds ${title} cut at every byte`, () => {
    for (let cut = 1; cut < text.length; cut++) {
      // A port of four digits looks whole where the fifth is cut off: only a blank line could tell.
      if (/client_port= \d{4}$/.test(text.slice(0, cut))) continue;
      assertEquals(read(text, [cut]), messages.map((message) => `message: ${message}`), `cut at ${cut}`);
    }
  });

  Deno.test(`MessageReader finds no message in a strict prefix of ${title}`, () => {
    for (let length = 0; length < text.length; length++) {
      const prefix = text.slice(0, length);
      if (/client_port= \d{4,}$|client_port= 25000[\r\n]*$/.test(prefix)) continue;
      assertEquals(createRequestReader().push(bytes(prefix)), [], JSON.stringify(prefix));
    }
  });
}

Deno.test("MessageReader separates two requests that come at once", () => {
  const first = "PLAY movie.Mjpeg RTSP/1.0\nCSeq: 2\nSession: 123456";
  const second = "PAUSE movie.Mjpeg RTSP/1.0\nCSeq: 3\nSession: 123456";
  for (const between of ["", "\n", "\n\n", "\r\n\r\n"]) {
    assertEquals(
      read(first + between + second, []),
      [`message: ${first}`, `message: ${second}`],
      JSON.stringify(between),
    );
  }
});

Deno.test("MessageReader separates two requests although the second one is cut", () => {
  const first = "PLAY movie.Mjpeg RTSP/1.0\nCSeq: 2\nSession: 123456\n";
  const second = "PAUSE movie.Mjpeg RTSP/1.0\nCSeq: 3\nSession: 123456\n";
  for (let cut = 0; cut <= second.length; cut++) {
    const outputs = read(first + second, [first.length + cut]);
    assertEquals(outputs, [first, second].map((text) => `message: ${text.trimEnd()}`), `cut at ${cut}`);
  }
});

Deno.test("MessageReader separates two requests of dialect B that come at once", () => {
  assertEquals(read("PLAY \n2\nPAUSE \n3\n", []), ["message: PLAY \n2", "message: PAUSE \n3"]);
});

Deno.test("MessageReader separates a fork's methods from the requests before them", () => {
  const first = "PAUSE movie.Mjpeg RTSP/1.0\nCSeq: 3\nSession: 123456";
  const second = "SCRUB movie.Mjpeg RTSP/1.0\nCSeq: 4\nSession: 123456\nPosition: 50";
  assertEquals(read(first + second, []), [`message: ${first}`, `message: ${second}`]);
  assertEquals(read("FORWARD \n3SPEEDUP \n4", []), ["message: FORWARD \n3", "message: SPEEDUP \n4"]);
});

Deno.test("MessageReader skips blank lines and NULs between requests", () => {
  assertEquals(read("\r\n\n\0\0PLAY \n2\n", []), ["message: PLAY \n2"]);
});

Deno.test("MessageReader.takePending() takes the pending bytes as a message", () => {
  const reader = createRequestReader();
  assertEquals(reader.push(bytes("DESCRIBE movie.Mjpeg RTSP/1.0\nCSeq: 1\n")), []);
  assert(reader.mayBeWhole);
  assertEquals(reader.takePending().map(({ kind }) => kind), ["message"]);
  assertEquals(reader.isPending, false);
  assertEquals(reader.takePending(), []);
});

Deno.test("MessageReader does not take half a line or half an RTSP/1.0 request as a message", () => {
  const reader = createRequestReader();
  reader.push(bytes("SETUP movie"));
  assert(reader.isPending && !reader.mayBeWhole);
  const rtsp = createRequestReader();
  rtsp.push(bytes("OPTIONS rtsp://a/b RTSP/1.0\r\nCSeq: 1\r\n"));
  assert(rtsp.isPending && !rtsp.mayBeWhole);
});

Deno.test("MessageReader outputs malformed text as such, and goes on behind it", () => {
  const reader = createRequestReader();
  const outputs = [
    ...reader.push(bytes("<html>\n\n")),
    ...reader.push(bytes("PLAY \n2\n")),
  ];
  assertEquals(outputs.map(({ kind }) => kind), ["malformed", "message"]);
});

Deno.test(`MessageReader takes a line of ${MAX_LINE_BYTES} bytes, and not one more`, () => {
  createRequestReader().push(bytes("x".repeat(MAX_LINE_BYTES)));
  assertThrows(
    () => createRequestReader().push(bytes("x".repeat(MAX_LINE_BYTES + 1))),
    UnreadableMessageError,
    `A line exceeds ${MAX_LINE_BYTES} bytes`,
  );
});

Deno.test("MessageReader outputs what came before a message that is too large, then fails", () => {
  const reader = createRequestReader();
  const outputs = reader.push(bytes("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n" + "x".repeat(MAX_LINE_BYTES + 1)));
  assertEquals(outputs.map(({ kind }) => kind), ["message"]);
  assert(reader.failure instanceof UnreadableMessageError);
  assertThrows(() => reader.push(bytes("y")), UnreadableMessageError);
});

Deno.test("MessageReader sees a lab request end with a read, however long its last line is", () => {
  const start = "PLAY m RTSP/1.0\nCSeq: 1\n";
  const line = "Session: 123456;".padEnd(MAX_LINE_BYTES, "x");
  assertEquals(createRequestReader().push(bytes(start + line)).length, 1);
  const reader = createRequestReader();
  assertEquals(reader.push(bytes(start + line.slice(0, 12))), []);
  assertEquals(reader.push(bytes(line.slice(12))).length, 1);
});

Deno.test(`MessageReader examines an open line with each byte up to ${MAX_LOOKS_PER_BYTE} bytes, and a longer one not with each`, () => {
  for (const [length, count] of [[MAX_LOOKS_PER_BYTE, 1], [MAX_LOOKS_PER_BYTE + 1, 0]]) {
    const line = `Session:${"123456".padStart(length - "Session:".length)}`;
    const reader = createRequestReader();
    assertEquals(reader.push(bytes(`PLAY m RTSP/1.0\nCSeq: 1\n${line.slice(0, -1)}`)), []);
    assertEquals(reader.push(bytes(line.slice(-1))).length, count);
    assertEquals(reader.mayBeWhole, count === 0);
    assertEquals(reader.takePending().length, 1 - count);
  }
});

Deno.test(`MessageReader takes a message of ${MAX_MESSAGE_BYTES} bytes, and not one more`, () => {
  const line = `${"x".repeat(1023)}\n`;
  const whole = "OPTIONS rtsp://a RTSP/1.0\n".padEnd(1024, "y") + line.repeat(MAX_MESSAGE_BYTES / 1024 - 1);
  assertEquals(whole.length, MAX_MESSAGE_BYTES);
  const reader = createRequestReader();
  reader.push(bytes(whole));
  assertThrows(() => reader.push(bytes("z")), UnreadableMessageError, `A message exceeds ${MAX_MESSAGE_BYTES} bytes`);
});

Deno.test("MessageReader for responses finds them with and without an end, and two at once", () => {
  const one = "RTSP/1.0 200 OK\nCSeq: 1\nSession: 123456";
  const two = "RTSP/1.0 404 Not Found\nCSeq: 2\nSession: 123456";
  for (const text of [one, `${one}\n`, `${one}\n\n`, one + two, `${one}\r\n${two}`]) {
    const texts = createLabResponseReader().push(bytes(text)).map((output) => output.kind === "message" && output.text);
    assertEquals(texts, text.includes("404") ? [one, two] : [one], JSON.stringify(text));
  }
});

Deno.test("MessageReader for responses gives the same however the bytes are cut", () => {
  const text = "RTSP/1.0 200 OK\r\nCSeq: 1\r\nSession: 123456\r\n\r\nRTSP/1.0 200 OK\nCSeq: 2\nSession: 654321";
  for (let cut = 1; cut < text.length; cut++) {
    const reader = createLabResponseReader();
    const outputs = [...reader.push(bytes(text.slice(0, cut))), ...reader.push(bytes(text.slice(cut)))];
    assertEquals(outputs.map((output) => output.kind === "message" && output.message.cseq), [1, 2], `cut at ${cut}`);
  }
});

Deno.test("MessageReader survives any bytes in any pieces", () => {
  const chunk = fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.constantFrom(...STREAMS.map(({ text }) => bytes(text))));
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 20 }), (chunks) => {
      const reader = createRequestReader();
      try {
        for (const piece of chunks) reader.push(piece);
        reader.takePending();
      } catch (error) {
        if (!(error instanceof UnreadableMessageError)) throw error;
      }
    }),
    { numRuns: 1000 },
  );
});

/** What comes out of a reader, a packet as its channel and bytes. */
function summarize(outputs: readonly ReaderOutput<unknown>[]): string[] {
  return outputs.map((output) =>
    output.kind === "packet" ? `packet ${output.channel}: ${output.data}` : `${output.kind}: ${output.text}`
  );
}

const INTERLEAVED = Uint8Array.of(
  ...[0x24, 0, 0, 3, 1, 2, 3],
  ...bytes("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"),
  ...[0x24, 1, 0, 0],
  ...[0x24, 1, 0, 4, 0x24, 0x80, 0xff, 0x0a],
  ...bytes("\r\nSET_PARAMETER rtsp://a RTSP/1.0\r\nCSeq: 2\r\nContent-Length: 4\r\n\r\n$a\r\n"),
  ...[0x24, 2, 0, 1, 9],
);
const INTERLEAVED_OUTPUTS = [
  "packet 0: 1,2,3",
  "message: OPTIONS * RTSP/1.0\r\nCSeq: 1",
  "packet 1: ",
  "packet 1: 36,128,255,10",
  "message: SET_PARAMETER rtsp://a RTSP/1.0\r\nCSeq: 2\r\nContent-Length: 4\r\n\r\n$a",
  "packet 2: 9",
];

Deno.test("MessageReader finds packets between messages, and bodies", () => {
  assertEquals(summarize(createRequestReader().push(INTERLEAVED)), INTERLEAVED_OUTPUTS);
});

Deno.test("MessageReader finds packets between messages cut at every byte, and byte by byte", () => {
  for (let cut = 1; cut < INTERLEAVED.length; cut++) {
    const reader = createRequestReader();
    const outputs = [...reader.push(INTERLEAVED.subarray(0, cut)), ...reader.push(INTERLEAVED.subarray(cut))];
    assertEquals(summarize(outputs), INTERLEAVED_OUTPUTS, `cut at ${cut}`);
  }
  const reader = createRequestReader();
  assertEquals(summarize([...INTERLEAVED].flatMap((byte) => reader.push(Uint8Array.of(byte)))), INTERLEAVED_OUTPUTS);
});

Deno.test("MessageReader for RTSP/1.0 responses waits for the body, and finds packets behind it", () => {
  const stream = Uint8Array.of(
    ...bytes("RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 5\r\n\r\nv=0\r\n"),
    ...[0x24, 0, 0, 1, 7],
  );
  for (let cut = 1; cut < stream.length; cut++) {
    const reader = createRtspReader();
    const outputs = [...reader.push(stream.subarray(0, cut)), ...reader.push(stream.subarray(cut))];
    const [response, packet] = outputs;
    assertEquals(response.kind === "message" && response.message.body, "v=0\r\n", `cut at ${cut}`);
    assertEquals([outputs.length, packet.kind], [2, "packet"]);
  }
});

Deno.test("MessageReader separates the requests of a server from its replies, cut at every byte", () => {
  const stream = bytes(
    "REDIRECT rtsp://a/x RTSP/1.0\r\nCSeq: 7\r\nLocation: rtsp://b/x\r\n\r\nRTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n" +
      "SET_PARAMETER rtsp://a/x RTSP/1.0\r\nCSeq: 8\r\nContent-Length: 3\r\n\r\na: ",
  );
  for (let cut = 1; cut < stream.length; cut++) {
    const reader = createRtspReader();
    const outputs = [...reader.push(stream.subarray(0, cut)), ...reader.push(stream.subarray(cut))];
    const read = outputs.map((output) => {
      if (output.kind !== "message") return output.kind;
      return "method" in output.message ? output.message.method : output.message.status;
    });
    assertEquals(read, ["REDIRECT", 200, "SET_PARAMETER"], `cut at ${cut}`);
  }
});

Deno.test(`MessageReader takes a body of ${MAX_BODY_BYTES} bytes, and not one more`, () => {
  const request = (length: number) =>
    bytes(`SET_PARAMETER rtsp://a RTSP/1.0\r\nCSeq: 1\r\nContent-Length: ${length}\r\n\r\n`);
  const reader = createRequestReader();
  reader.push(request(MAX_BODY_BYTES));
  assertEquals(reader.push(new Uint8Array(MAX_BODY_BYTES).fill(0x61)).length, 1);
  assertThrows(
    () => createRequestReader().push(request(MAX_BODY_BYTES + 1)),
    UnreadableMessageError,
    `A body exceeds ${MAX_BODY_BYTES} bytes`,
  );
});

/** Wrong values of Content-Length, and whether nobody knows where the body ends. */
const WRONG_LENGTHS: readonly { fields: readonly string[]; isEndUnknown: boolean; problem: string }[] = [
  { fields: ["-3"], isEndUnknown: false, problem: '"-3" is no number of bytes' },
  { fields: ["-3", "-3"], isEndUnknown: false, problem: '"-3" is no number of bytes' },
  { fields: ["abc"], isEndUnknown: true, problem: '"abc" is no number of bytes' },
  { fields: ["3x"], isEndUnknown: true, problem: '"3x" is no number of bytes' },
  { fields: ["+3"], isEndUnknown: true, problem: '"+3" is no number of bytes' },
  { fields: ["3.0"], isEndUnknown: true, problem: '"3.0" is no number of bytes' },
  { fields: ["3, 3"], isEndUnknown: true, problem: '"3, 3" is no number of bytes' },
  { fields: [""], isEndUnknown: true, problem: '"" is no number of bytes' },
  { fields: ["0", "3"], isEndUnknown: true, problem: "it is given twice, with different values" },
  { fields: ["3", "4"], isEndUnknown: true, problem: "it is given twice, with different values" },
];

for (const { fields, isEndUnknown, problem } of WRONG_LENGTHS) {
  const lengths = fields.map((value) => `Content-Length: ${value}\r\n`).join("");
  Deno.test(`MessageReader refuses a request of ${JSON.stringify(lengths)}, cut at every byte`, () => {
    const request = bytes(`SET_PARAMETER rtsp://a RTSP/1.0\r\nCSeq: 1\r\n${lengths}\r\n`);
    const next = bytes("OPTIONS * RTSP/1.0\r\nCSeq: 2\r\n\r\n");
    for (let cut = 0; cut < request.length; cut++) {
      const reader = createRequestReader();
      reader.push(request.subarray(0, cut));
      const rest = () => reader.push(concat([request.subarray(cut), next]));
      if (isEndUnknown) {
        assertThrows(rest, UnreadableMessageError, problem);
        assert(reader.pendingText.includes("CSeq: 1"));
        continue;
      }
      const [refused, other] = rest();
      assertEquals(
        refused.kind === "malformed" && refused.error.message,
        `Cannot decode Content-Length: ${problem}`,
      );
      assertEquals(other.kind === "message" && other.message.cseq, 2);
    }
  });
}

Deno.test("MessageReader takes a Content-Length that is given twice, with the same value", () => {
  const [output] = createRequestReader().push(
    bytes("SET_PARAMETER rtsp://a RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 3\r\nContent-Length: 03\r\n\r\na: "),
  );
  assertEquals(output.kind === "message" && output.message.body, "a: ");
});

Deno.test("MessageReader refuses a request of the lab with a wrong Content-Length, also without a blank line", () => {
  const [output] = createRequestReader().push(
    bytes("PLAY movie.Mjpeg RTSP/1.0\nCSeq: 2\nContent-Length: x\nSession: 123456"),
  );
  assertEquals(output.kind, "malformed");
});

Deno.test("MessageReader reads names in UTF-8", () => {
  const [output] = createRequestReader().push(bytes("SETUP фильм.mjpeg\n1\n RTSP/1.0 RTP/UDP 5008"));
  assertEquals(output.kind === "message" && output.message.uri, "фильм.mjpeg");
});

Deno.test(`MessageReader takes a description without length of ${MAX_BODY_BYTES} bytes, and not one more`, () => {
  const head = "RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Type: application/sdp\r\n\r\n";
  const reader = createRtspReader();
  reader.push(bytes(head + "x".repeat(MAX_BODY_BYTES)));
  const [output] = reader.takePending();
  assertEquals(output.kind === "message" && output.message.body.length, MAX_BODY_BYTES);
  assertThrows(() => createRtspReader().push(bytes(head + "x".repeat(MAX_BODY_BYTES + 1))), UnreadableMessageError);
});

Deno.test("MessageReader takes no body without a length from a client", () => {
  const [request, next] = createRequestReader().push(bytes(
    "ANNOUNCE rtsp://a/b RTSP/1.0\r\nCSeq: 1\r\nContent-Type: application/sdp\r\n\r\nOPTIONS * RTSP/1.0\r\nCSeq: 2\r\n\r\n",
  ));
  assertEquals([request, next].map((output) => output.kind === "message" && output.message.cseq), [1, 2]);
});

Deno.test("MessageReader reads 64 KiB of tiny packets with line breaks between", () => {
  for (const reader of [createRequestReader(), createRtspReader()]) {
    const scrap = Uint8Array.of(0x0a, 0x24, 7, 0, 0);
    const stream = new Uint8Array(65_535);
    for (let at = 0; at + scrap.length <= stream.length; at += scrap.length) stream.set(scrap, at);
    const packets = reader.push(stream);
    assertEquals([packets.length, packets.every(({ kind }) => kind === "packet")], [
      stream.length / scrap.length,
      true,
    ]);
  }
});

/** Streams near the limits, for which readers that scan all pending text at each read take quadratic time. */
const LONG_STREAMS: readonly { title: string; text: string }[] = [
  {
    title: "an RTSP/1.0 request of many fields",
    text: `OPTIONS rtsp://a/b RTSP/1.0\r\n${"X: 1\r\n".repeat(2500)}\r\n`,
  },
  {
    title: "an RTSP/1.0 request of long lines",
    text: `OPTIONS rtsp://a/b RTSP/1.0\r\n${`X: ${"y".repeat(4000)}\r\n`.repeat(3)}\r\n`,
  },
  {
    title: "a SETUP that may turn out to be the lab's",
    text: `SETUP rtsp://a/b RTSP/1.0\r\nCSeq: 1\r\n${`X: ${"y".repeat(4000)}\r\n`.repeat(3)}\r\n`,
  },
  { title: "spaces behind Session", text: `PLAY m RTSP/1.0\nSession${" ".repeat(4000)}\n`.repeat(3) },
  { title: "a lab request of many lines", text: `SETUP m RTSP/1.0\n${"CSeq: 1\n".repeat(2000)}\n` },
  { title: "a lab request of long lines", text: `SETUP m RTSP/1.0\n${`Y: ${"z".repeat(4000)}\n`.repeat(3)}\n` },
  { title: "requests without line breaks between", text: "PLAY m\n1".repeat(1500) },
  { title: "a line of methods", text: `PLAY m RTSP/1.0\n${"PLAY ".repeat(800)}\n` },
  { title: "responses in one line", text: "RTSP/".repeat(800) + "\n" },
  { title: "colons", text: `PLAY m RTSP/1.0\n${":".repeat(4000)}\n`.repeat(3) },
  { title: "a description without a length", text: SDP_HEAD + "v=0\r\n".repeat(3000) },
];

for (const { title, text } of LONG_STREAMS) {
  Deno.test(`MessageReader examines each byte a bounded number of times: ${title}`, () => {
    const stream = bytes(text);
    for (const create of [createRequestReader, createLabResponseReader, createRtspReader]) {
      for (const size of [1, 2, 7, 100, stream.length]) {
        const reader = create();
        for (let start = 0; start < stream.length; start += size) {
          reader.push(stream.subarray(start, start + size));
          // Whether what has come may be a whole message is asked after each read, as connections do.
          if (reader.mayBeWhole) assert(reader.isPending);
        }
        const perByte = reader.steps / stream.length;
        const max = create === createRtspReader ? MAX_STEPS_PER_BYTE : MAX_LAB_STEPS_PER_BYTE;
        assert(perByte <= max, `${create.name}, reads of ${size} bytes: ${perByte} steps a byte`);
      }
    }
  });
}
