/**
 * Whatever a peer sends as RTSP: messages are the same however they are cut, and nothing else than the named errors comes of
 * anything.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { chooseChallenge, encodeAuthorization, isStale } from "../../rtsp/fields/authentication.ts";
import { decodeHeaders } from "../../rtsp/headers.ts";
import { decodeLabRequest, decodeLabResponse, encodeLabReply, encodeLabRequest } from "../../rtsp/lab/lab_grammar.ts";
import { MAX_BODY_BYTES, MAX_LOOKS_PER_BYTE, MAX_MESSAGE_BYTES } from "../../rtsp/limits.ts";
import { createLabResponseReader, createRequestReader, createRtspReader } from "../../rtsp/readers.ts";
import { type MessageReader, type ReaderOutput, UnreadableMessageError } from "../../rtsp/reading/message_reader.ts";
import { decodeRange } from "../../rtsp/fields/range.ts";
import { decodePresentation, encodeStreamDescription } from "../../rtsp/sdp.ts";
import {
  decodeRtspRequest,
  decodeRtspResponse,
  decodeSession,
  encodeRtspRequest,
  encodeRtspResponse,
} from "../../rtsp/rtsp_grammar.ts";
import { STATUS_LINE_START } from "../../rtsp/status.ts";
import { decodeTransports, encodeTransport } from "../../rtsp/fields/transport.ts";
import { fuzz, mayThrow, mutated, repetitive } from "./fuzz.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const MAX_HEAD_CHARS = 4000;
/** A byte is stored, moved, examined with its line before and after that ends, and decoded. */
const MAX_STEPS_PER_BYTE = 8 + MAX_LOOKS_PER_BYTE;

/** Words of every grammar, so that random text comes close to it. */
const WORDS = [
  ...[
    " ",
    "\t",
    "\r",
    "\n",
    "\r\n",
    "\r\n\r\n",
    ":",
    ";",
    ",",
    "=",
    "-",
    '"',
    "\\",
    "$",
    "/",
    "*",
    "0",
    "7",
    "65536",
    "a",
  ],
  ...["SETUP", "PLAY", "OPTIONS", "movie.Mjpeg", "rtsp://a/b", "RTSP/1.0", " 200 OK", "CSeq: 1", "Session: 123456"],
  ...["FORWARD", "SCRUB", "LIST", "Session 123456", "Frame: 9", "Position: 50", "RTSP/1.0 RTP/UDP 5008", " Prefer: HD"],
  ...["Transport: RTP/UDP; client_port= 25000", "flow_num= 2", "Content-Length: 3", "Content-Type: application/sdp"],
  ...["RTP/AVP", "/TCP", "unicast", "interleaved=0-1", "client_port=5000-5001", "ssrc=", "mode=", "timeout=60"],
  ...["npt=", "now", "0:01:30.5", "Digest ", "Basic ", 'realm="a"', 'nonce="b"', "qop=", "auth", "algorithm=SHA-256"],
  ...[
    "v=0",
    "m=video 0 RTP/AVP 26",
    "a=control:",
    "a=rtpmap:26 JPEG/90000",
    "a=framesize:26 320-240",
    "a=range:npt=0-",
  ],
];
const text = repetitive(WORDS, MAX_HEAD_CHARS);

const token = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,10}$/);
const value = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);
const headers = fc.array(fc.tuple(token.map((name) => `X-${name}`), value), { maxLength: 4 });
const cseq = fc.nat(999_999_999);
const url = fc.stringMatching(/^[a-z0-9.]{1,10}(:[0-9]{1,5})?(\/[a-zA-Z0-9_.%?=-]{0,10}){0,3}$/).map((rest) =>
  `rtsp://${rest}`
);
const body = fc.oneof(fc.constant(""), fc.string({ maxLength: 40 }), text.map((long) => long.slice(0, 2000)));
/** A client takes such a line for the next response, which came where a body was announced that did not. */
const HOLDS_STATUS_LINE = new RegExp(STATUS_LINE_START.source, "im");

interface Piece {
  readonly bytes: Uint8Array;
  readonly output: string;
}

const packet: fc.Arbitrary<Piece> = fc.tuple(fc.nat(255), fc.uint8Array({ maxLength: 300 })).map(([channel, data]) => ({
  bytes: Uint8Array.of(0x24, channel, data.length >> 8, data.length & 255, ...data),
  output: `packet ${channel}: ${data}`,
}));
const request: fc.Arbitrary<Piece> = fc.record({
  method: fc.constantFrom("OPTIONS", "SETUP", "PLAY"),
  url,
  cseq,
  headers,
  body,
})
  .map((message) => ({
    bytes: utf8(encodeRtspRequest(message)),
    output: JSON.stringify([
      message.method,
      message.url,
      message.cseq,
      message.headers.length,
      wellFormed(message.body),
    ]),
  }));
const response: fc.Arbitrary<Piece> = fc.record({
  status: fc.constantFrom(200 as const, 401 as never, 404 as const),
  cseq,
  session: fc.option(token, { nil: undefined }),
  headers,
  body: body.filter((body) => !HOLDS_STATUS_LINE.test(body)),
}).map((message) => ({
  bytes: utf8(encodeRtspResponse({ ...message, status: message.status === 401 as never ? 404 : message.status })),
  output: JSON.stringify([message.cseq, message.session ?? null, message.headers.length, wellFormed(message.body)]),
}));

/** What comes of text that goes through UTF-8. */
function wellFormed(text: string): string {
  return new TextDecoder().decode(utf8(text));
}

function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

/** Pushes bytes cut at these shares of them. */
function read<T>(reader: MessageReader<T>, bytes: Uint8Array, cuts: readonly number[]): ReaderOutput<T>[] {
  const places = [...cuts.map((share) => Math.floor(share * bytes.length)), bytes.length].toSorted((a, b) => a - b);
  return places.flatMap((end, index) => reader.push(bytes.subarray(index === 0 ? 0 : places[index - 1], end)));
}

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });

fuzz(
  "requests and packets come out as they went in, however they are cut",
  fc.tuple(fc.array(fc.oneof(request, packet), { maxLength: 8 }), cuts),
  ([pieces, cuts]) => {
    const bytes = concatenate(pieces.map((piece) => piece.bytes));
    const outputs = read(createRequestReader(), bytes, cuts).map((output) => {
      if (output.kind === "packet") return `packet ${output.channel}: ${output.data}`;
      assert(output.kind === "message");
      const { method, uri, cseq, headers, body } = output.message;
      return JSON.stringify([method, uri, cseq, [...headers].filter(([name]) => name.startsWith("X-")).length, body]);
    });
    assertEquals(outputs, pieces.map(({ output }) => output));
  },
);

fuzz(
  "responses and packets come out as they went in, however they are cut",
  fc.tuple(fc.array(fc.oneof(response, packet), { maxLength: 8 }), cuts),
  ([pieces, cuts]) => {
    const bytes = concatenate(pieces.map((piece) => piece.bytes));
    const outputs = read(createRtspReader(), bytes, cuts).map((output) => {
      if (output.kind === "packet") return `packet ${output.channel}: ${output.data}`;
      assert(output.kind === "message");
      const { cseq, session, headers, body } = output.message;
      return JSON.stringify([
        cseq,
        session ?? null,
        [...headers].filter(([name]) => name.startsWith("X-")).length,
        body,
      ]);
    });
    assertEquals(outputs, pieces.map(({ output }) => output));
  },
);

// What the lab's peers send may be cut anywhere where a line end ends it, except within numbers that have no certain length.
const labRequest: fc.Arbitrary<Piece> = fc.record({
  dialect: fc.constantFrom("lab" as const, "lab-b" as const),
  method: fc.constantFrom("SETUP", "PLAY", "PAUSE", "TEARDOWN"),
  file: fc.stringMatching(/^[a-z]{1,8}\.Mjpeg$/),
  cseq: fc.integer({ min: 1, max: 9 }),
  port: fc.integer({ min: 1025, max: 9999 }),
  session: fc.integer({ min: 100_000, max: 999_999 }).map(String),
  end: fc.constantFrom("", "\n", "\r\n\r\n", "\n\n"),
}).map(({ dialect, method, file, cseq, port, session, end }) => {
  const transport = method === "SETUP" ? { clientPort: port, flowCount: undefined } : undefined;
  const text = encodeLabRequest(dialect, { method, file, cseq, session, transport });
  const uri = dialect === "lab" || method === "SETUP" ? file : "";
  return {
    bytes: utf8(text + end),
    output: JSON.stringify([dialect, method, uri, cseq, transport?.clientPort ?? null]),
  };
});

fuzz(
  "requests of the lab come out as they went in, however they are cut",
  fc.tuple(fc.array(labRequest, { maxLength: 6 }), cuts),
  ([pieces, cuts]) => {
    const bytes = concatenate(pieces.map((piece) => piece.bytes));
    const outputs = read(createRequestReader(), bytes, cuts).map((output) => {
      assert(output.kind === "message");
      const { dialect, method, uri, cseq, transport } = output.message;
      return JSON.stringify([dialect, method, uri, cseq, transport?.clientPort ?? null]);
    });
    assertEquals(outputs, pieces.map(({ output }) => output));
  },
);

const labReply: fc.Arbitrary<Piece> = fc.record({
  status: fc.constantFrom(200 as const, 404 as const, 455 as const),
  cseq: fc.nat(9999),
  session: fc.integer({ min: 100_000, max: 999_999 }).map(String),
  end: fc.constantFrom("\n", "\r\n", "\n\n", "\r\n\r\n"),
}).map(({ end, ...reply }) => ({
  bytes: utf8(encodeLabReply(reply) + end),
  output: JSON.stringify([reply.status, reply.cseq, reply.session]),
}));

fuzz(
  "replies of the lab come out as they went in, however they are cut",
  fc.tuple(fc.array(labReply, { maxLength: 6 }), cuts),
  ([pieces, cuts]) => {
    const bytes = concatenate(pieces.map((piece) => piece.bytes));
    const outputs = read(createLabResponseReader(), bytes, cuts).map((output) => {
      assert(output.kind === "message");
      const { status, cseq, session } = output.message;
      return JSON.stringify([status, cseq, session]);
    });
    assertEquals(outputs, pieces.map(({ output }) => output));
  },
);

const anything = fc.oneof(
  text.map((long) => utf8(long.slice(0, 20_000))),
  fc.uint8Array({ maxLength: 400 }),
  mutated(
    fc.array(fc.oneof(request, response, packet), { minLength: 1, maxLength: 4 }).map((pieces) =>
      concatenate(pieces.map(({ bytes }) => bytes))
    ),
  ),
);

const READERS = { createRequestReader, createLabResponseReader, createRtspReader };
for (const [name, create] of Object.entries(READERS)) {
  fuzz(
    `${name}: any bytes in any pieces are messages, malformed or too large`,
    fc.tuple(fc.array(anything, { maxLength: 4 }), cuts),
    ([chunks, cuts]) => {
      mayThrow([UnreadableMessageError], () => {
        const reader = create();
        for (const chunk of chunks) {
          for (const output of read<unknown>(reader, chunk, cuts)) {
            if (output.kind === "malformed") assert(output.error instanceof SyntaxError);
            if (output.kind !== "packet") {
              assert(output.text.length <= MAX_MESSAGE_BYTES + MAX_BODY_BYTES + chunk.length);
            }
          }
          if (reader.mayBeWhole) reader.takePending();
        }
      });
    },
  );
}

for (const [name, create] of Object.entries(READERS)) {
  fuzz(
    `${name}: steps are linear in the bytes, however they are cut`,
    fc.tuple(fc.array(anything, { minLength: 1, maxLength: 4 }), fc.oneof(cuts, fc.constant("everywhere" as const))),
    ([chunks, cuts]) => {
      const reader = create();
      let length = 0;
      mayThrow([UnreadableMessageError], () => {
        for (const chunk of chunks) {
          length += chunk.length;
          if (cuts !== "everywhere") read<unknown>(reader, chunk, cuts);
          else for (let at = 0; at < chunk.length; at++) reader.push(chunk.subarray(at, at + 1));
        }
      });
      assert(reader.steps <= MAX_STEPS_PER_BYTE * length, `${reader.steps} steps for ${length} bytes`);
    },
  );
}

fuzz("the decoders of messages throw nothing but SyntaxError", text, (text) => {
  for (const decode of [decodeLabRequest, decodeLabResponse]) mayThrow([SyntaxError], () => decode(text));
  for (const decode of [decodeRtspRequest, decodeRtspResponse]) mayThrow([SyntaxError], () => decode(text, ""));
});

fuzz("the decoders of headers throw nothing", text, (text) => {
  const fields = decodeHeaders(text.split("\n"));
  for (const [name, value] of fields) assertEquals([name, value], [name.trim(), value.trim()]);
  decodeSession(decodeHeaders([`Session: ${text.replaceAll("\n", " ")}`]));
  decodeRange(text);
  decodeRange(`npt=${text}`);
});

fuzz("decodeTransports() gives what encodeTransport() writes of it again", text, (text) => {
  const line = text.replaceAll(/[\r\n]/g, " ");
  for (const header of [line, `RTP/AVP;${line}`, `RTP/AVP/TCP;${line}`]) {
    for (const spec of decodeTransports(header)) {
      assertEquals(decodeTransports(encodeTransport(spec)), [spec]);
    }
  }
});

fuzz("chooseChallenge() finds a challenge that can be answered, or none", text, (text) => {
  for (const headers of [[text], [`Digest realm="a", nonce="b", ${text}`], [`Basic ${text}`, `Digest ${text}`]]) {
    const challenge = chooseChallenge(headers);
    if (challenge === undefined) continue;
    isStale(challenge);
    const request = { method: "PLAY", uri: "rtsp://a", nonceCount: 1, clientNonce: "c" };
    const header = encodeAuthorization(challenge, { user: "ü", password: "p" }, request);
    assert(/^(?:Basic|Digest) /.test(header));
  }
});

const description = fc.record({
  title: fc.string({ maxLength: 30 }),
  sessionId: fc.nat(),
  address: fc.constantFrom("127.0.0.1", "::1"),
  duration: fc.option(fc.nat(1_000_000), { nil: undefined }),
  frameRate: fc.double({ min: 0.1, max: 1000, noNaN: true }),
  width: fc.integer({ min: 1, max: 65_535 }),
  height: fc.integer({ min: 1, max: 65_535 }),
  control: fc.stringMatching(/^[a-zA-Z0-9/=_]{1,20}$/),
  tool: fc.constant("mjpegrtsp/0"),
});

fuzz("decodePresentation() reads what encodeStreamDescription() writes", description, (stream) => {
  const { tracks, isFinite } = decodePresentation(encodeStreamDescription(stream));
  const { width, height, control, duration } = stream;
  assertEquals([tracks.map(({ control, dimensions }) => [control, dimensions]), isFinite], [
    [[control, { width, height }]],
    duration !== undefined,
  ]);
});

const sdpText = fc.oneof(
  text,
  text.map((rest) => `v=0\r\nm=video 0 RTP/AVP 26\r\n${rest}`),
  fc.array(
    fc.tuple(fc.constantFrom(..."vosicbtrzkam"), fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 20 }))),
    { maxLength: 12 },
  )
    .map((lines) =>
      `v=0\r\nm=video 0 RTP/AVP 26\r\n${lines.map(([type, value]) => `${type}=${value}`).join("\r\n")}\r\n`
    ),
);

fuzz("decodePresentation() throws nothing but SyntaxError, and its sizes can stand in a JPEG", sdpText, (text) => {
  const presentation = mayThrow([SyntaxError], () => decodePresentation(text));
  for (const { dimensions, payloadTypes, formats } of presentation?.tracks ?? []) {
    assert(payloadTypes.every((payloadType) => payloadType >= 0 && payloadType <= 127));
    for (const { encoding } of formats.values()) assertEquals(encoding, encoding.toUpperCase());
    if (dimensions === undefined) continue;
    for (const length of [dimensions.width, dimensions.height]) assert(length >= 1 && length <= 65_535, `${length}`);
  }
});

Deno.test("fuzz, found before: stretches of spaces before a lone CR are read at once", () => {
  const spaces = " ".repeat(MAX_HEAD_CHARS);
  assertThrows(() => decodeLabRequest(`PLAY${spaces}\rx`), SyntaxError, "is not a request line");
  assertThrows(() => decodeLabResponse(`RTSP/1.0 200${spaces}\rx`), SyntaxError, "is not a status line");
  assertThrows(() => decodeRtspResponse(`RTSP/1.0 200${spaces}\rx`, ""), SyntaxError, "is not a status line");
  assertEquals(decodeRange(`npt=${spaces}x`), undefined);
});
