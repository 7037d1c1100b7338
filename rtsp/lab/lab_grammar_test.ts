import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  decodeLabRequest,
  decodeLabResponse,
  encodeLabReply,
  encodeLabRequest,
  type LabRequest,
} from "./lab_grammar.ts";
import type { RtspRequest } from "../message.ts";

const FILE = "movie.Mjpeg";

/** Both directions: what is written, and what it is read as. */
const REQUESTS: readonly { dialect: "lab" | "lab-b"; request: LabRequest; text: string; uri: string }[] = [
  {
    dialect: "lab",
    request: { method: "SETUP", file: FILE, cseq: 1, transport: { clientPort: 25_000, flowCount: undefined } },
    text: "SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 25000\n",
    uri: FILE,
  },
  {
    dialect: "lab",
    request: { method: "SETUP", file: FILE, cseq: 1, transport: { clientPort: 25_000, flowCount: 3 } },
    text: "SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 25000 flow_num= 3\n",
    uri: FILE,
  },
  {
    dialect: "lab",
    request: { method: "PAUSE", file: FILE, cseq: 3, session: "123456" },
    text: "PAUSE movie.Mjpeg RTSP/1.0\nCSeq: 3\nSession: 123456\n",
    uri: FILE,
  },
  {
    dialect: "lab-b",
    request: { method: "SETUP", file: FILE, cseq: 1, transport: { clientPort: 5008, flowCount: undefined } },
    text: "SETUP movie.Mjpeg\n1\n RTSP/1.0 RTP/UDP 5008\n",
    uri: FILE,
  },
  {
    dialect: "lab-b",
    request: { method: "TEARDOWN", file: FILE, cseq: 4, session: "123456" },
    text: "TEARDOWN \n4\n",
    uri: "",
  },
];

for (const { dialect, request, text, uri } of REQUESTS) {
  const { method, cseq, transport, session } = request;
  Deno.test(`encodeLabRequest() and decodeLabRequest() agree on ${JSON.stringify(text)}`, () => {
    assertEquals(encodeLabRequest(dialect, request), text);
    const { headers: _, ...decoded } = decodeLabRequest(text);
    assertEquals(decoded, {
      dialect,
      version: "1.0",
      body: "",
      method,
      uri,
      cseq,
      session: dialect === "lab" ? session : undefined,
      transport,
      lineStyle: { lineEnd: "\n", endsLastLine: true },
    });
  });
}

/** What has been seen in the wild, and what counts of it. */
const VARIANTS: readonly { title: string; text: string; expected: Partial<RtspRequest> }[] = [
  {
    title: "no newline at the end",
    text: "PLAY movie.Mjpeg RTSP/1.0\nCSeq: 2\nSession: 123456",
    expected: { cseq: 2, session: "123456", lineStyle: { lineEnd: "\n", endsLastLine: false } },
  },
  {
    title: "CR LF and a blank line",
    text: "SETUP m RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/UDP; client_port= 25000\r\n\r\n",
    expected: {
      dialect: "lab",
      uri: "m",
      transport: { clientPort: 25_000, flowCount: undefined },
      lineStyle: { lineEnd: "\r\n", endsLastLine: true, hasBlankLine: true },
    },
  },
  {
    title: "CR LF without one at the end, from a program that reads by lines all the same",
    text: "PLAY m RTSP/1.0\r\nCSeq: 2\r\nSession: 123456",
    expected: { cseq: 2, session: "123456", lineStyle: { lineEnd: "\r\n", endsLastLine: true } },
  },
  {
    title: "Cseq and a bare third line",
    text: "SETUP m\nCseq: 1\nRTSP/1.0 RTP/UDP 5008",
    expected: { dialect: "lab", uri: "m", cseq: 1, transport: { clientPort: 5008, flowCount: undefined } },
  },
  {
    title: "a URL",
    text: "SETUP rtsp://127.0.0.1:1025/m RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/UDP; client_port= 5008\r\n",
    expected: { dialect: "lab", uri: "rtsp://127.0.0.1:1025/m", transport: { clientPort: 5008, flowCount: undefined } },
  },
  {
    title: "Session without a colon",
    text: "PLAY m RTSP/1.0\nCSeq: 2\nSession 123456",
    expected: { cseq: 2, session: "123456" },
  },
  {
    title: "no session in a longer name",
    text: "PLAY m RTSP/1.0\nCSeq: 2\nSessionId: 123456",
    expected: { session: undefined },
  },
  {
    title: "a fork's version, and a method without a file",
    text: "CONNECT RTSP/1.4\nCSeq: 1\nTransport: RTP/UDP; client_port= 5008\n",
    expected: { method: "CONNECT", uri: "", version: "1.4" },
  },
  {
    title: "client_port with a colon",
    text: "SETUP m RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port: 5008",
    expected: { transport: { clientPort: 5008, flowCount: undefined } },
  },
  {
    title: "client_port without a space",
    text: "SETUP m RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP;client_port=5008",
    expected: { transport: { clientPort: 5008, flowCount: undefined } },
  },
  {
    title: "port for client_port",
    text: "SETUP m RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP;port=5008",
    expected: { transport: { clientPort: 5008, flowCount: undefined } },
  },
  {
    title: "a third line without its name",
    text: "SETUP m RTSP/1.0\nCSeq: 1\nRTP/UDP; client_port= 5008",
    expected: { transport: { clientPort: 5008, flowCount: undefined } },
  },
  {
    title: "TRANSPORT and trailing spaces",
    text: "SETUP m RTSP/1.0 \nCSeq: 1 \nTRANSPORT: RTP/UDP; client_port= 5008 ",
    expected: { uri: "m", cseq: 1, transport: { clientPort: 5008, flowCount: undefined } },
  },
  {
    title: "a bare port",
    text: "SETUP m RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP 5008",
    expected: { transport: { clientPort: 5008, flowCount: undefined } },
  },
  {
    title: "flow_num behind a semicolon",
    text: "SETUP m RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 5008; flow_num= 4",
    expected: { transport: { clientPort: 5008, flowCount: 4 } },
  },
  {
    title: "dialect B with spaces around the number",
    text: "PLAY \n 2 \n",
    expected: { dialect: "lab-b", method: "PLAY", cseq: 2 },
  },
  {
    title: "dialect B with Seq:",
    text: "SETUP m\nSeq: 1\n RTSP/1.0 RTP/UDP 5008",
    expected: { dialect: "lab-b", cseq: 1, transport: { clientPort: 5008, flowCount: undefined } },
  },
  {
    title: "a file name with spaces",
    text: "SETUP my holidays.mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 5008",
    expected: { uri: "my holidays.mjpeg" },
  },
  {
    title: "a method in small letters",
    text: "play m RTSP/1.0\nCSeq: 2\nSession: 123456",
    expected: { method: "PLAY" },
  },
  {
    title: "a session with a timeout",
    text: "PLAY m RTSP/1.0\nCSeq: 2\nSession: 123456;timeout=60",
    expected: { session: "123456" },
  },
  {
    title: "a CSeq that is no number",
    text: "PLAY m RTSP/1.0\nCSeq: x\nSession: 123456",
    expected: { cseq: undefined },
  },
  {
    title: "port 0, which is none",
    text: "SETUP m RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 0",
    expected: { transport: undefined },
  },
  {
    title: "port 65536, which is none",
    text: "SETUP m RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 65536",
    expected: { transport: undefined },
  },
];

for (const { title, text, expected } of VARIANTS) {
  Deno.test(`decodeLabRequest() reads ${title}`, () => {
    const decoded: Partial<RtspRequest> = decodeLabRequest(text);
    const seen = Object.fromEntries(
      Object.keys(expected).map((key) => [key, decoded[key as keyof RtspRequest]]),
    );
    assertEquals(seen, expected);
  });
}

Deno.test("decodeLabRequest() rejects a first line that is not a request line, and quotes only its start", () => {
  for (const text of ["", "\x00\x01", "<html>", `!${"x".repeat(5000)}`]) {
    const { message } = assertThrows(() => decodeLabRequest(text), SyntaxError, "is not a request line");
    assertEquals(message.length < 120, true);
  }
});

Deno.test("encodeLabReply() writes three lines that split as the lab's clients split them", () => {
  const text = encodeLabReply({ status: 200, cseq: 7, session: "123456" });
  assertEquals(text, "RTSP/1.0 200 OK\nCSeq: 7\nSession: 123456");
  const lines = text.split("\n");
  assertEquals([lines[0].split(" ")[1], lines[1].split(" ")[1], lines[2].split(" ")[1]], ["200", "7", "123456"]);
});

Deno.test("encodeLabReply() has a Session line even without a session", () => {
  assertEquals(
    encodeLabReply({ status: 404, cseq: undefined, session: undefined }),
    "RTSP/1.0 404 Not Found\nCSeq: 0\nSession: 0",
  );
});

Deno.test("encodeLabReply() ends in a blank line where one is wanted", () => {
  const reply = { status: 200, cseq: 1, session: "123456" } as const;
  assertEquals(
    encodeLabReply(reply, { lineEnd: "\n", endsLastLine: true, hasBlankLine: true }),
    "RTSP/1.0 200 OK\nCSeq: 1\nSession: 123456\n\n",
  );
});

Deno.test("encodeLabReply() has further lines behind the three, or in their place", () => {
  const reply = { status: 200, cseq: 1, session: "123456" } as const;
  const lines = ["Frames: 500", "500"];
  assertEquals(
    encodeLabReply({ ...reply, labLines: { lines } }),
    "RTSP/1.0 200 OK\nCSeq: 1\nSession: 123456\nFrames: 500\n500",
  );
  const style = { lineEnd: "\n", endsLastLine: true } as const;
  assertEquals(
    encodeLabReply({ ...reply, labLines: { lines: ["a,b,"], isWholeReply: true, endsLastLine: false } }, style),
    "a,b,",
  );
});

Deno.test("decodeLabRequest() takes a field that starts with a space for one of its own", () => {
  const { headers, transport } = decodeLabRequest(
    "SETUP m RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 5008\n Prefer: HD",
  );
  assertEquals([headers.get("Prefer"), transport?.clientPort], ["HD", 5008]);
});

Deno.test("encodeLabReply() has the line style asked for", () => {
  const reply = { status: 200, cseq: 1, session: "123456" } as const;
  assertEquals(
    encodeLabReply(reply, { lineEnd: "\r\n", endsLastLine: true }),
    "RTSP/1.0 200 OK\r\nCSeq: 1\r\nSession: 123456\r\n",
  );
});

const RESPONSES: readonly [text: string, status: number, reason: string, cseq?: number, session?: string][] = [
  ["RTSP/1.0 200 OK\nCSeq: 1\nSession: 123456", 200, "OK", 1, "123456"],
  ["RTSP/1.0 200 OK\r\nCSeq: 1\r\nSession: 123456\r\n", 200, "OK", 1, "123456"],
  ["RTSP/1.0 200 OK\nCSeq: CSeq:\nSession: 123456", 200, "OK", undefined, "123456"],
  ["RTSP/1.0 404 NOT FOUND\nCSeq: 1", 404, "NOT FOUND", 1, undefined],
  ["RTSP/1.0 500", 500, "", undefined, undefined],
];

for (const [text, status, reason, cseq, session] of RESPONSES) {
  Deno.test(`decodeLabResponse() reads ${JSON.stringify(text)}`, () => {
    const { headers: _, ...decoded } = decodeLabResponse(text);
    assertEquals(decoded, { status, reason, cseq, session, body: "" });
  });
}

Deno.test("decodeLabResponse() rejects a first line that is not a status line", () => {
  assertThrows(() => decodeLabResponse("HTTP/1.1 200 OK"), SyntaxError, "is not a status line");
});

Deno.test("decodeLabRequest() survives any text", () => {
  fc.assert(
    fc.property(fc.uint16Array({ maxLength: 200 }), (codeUnits) => {
      try {
        decodeLabRequest(String.fromCharCode(...codeUnits));
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
      }
    }),
    { numRuns: 500 },
  );
});
