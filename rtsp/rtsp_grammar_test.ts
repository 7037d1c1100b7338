import { assertEquals, assertThrows } from "@std/assert";
import { decodeHeaders, RtspHeaders } from "./headers.ts";
import {
  decodeRtspRequest,
  decodeRtspResponse,
  decodeSession,
  encodeRtspRequest,
  encodeRtspResponse,
} from "./rtsp_grammar.ts";

Deno.test("encodeRtspRequest() and decodeRtspRequest() agree", () => {
  const text = encodeRtspRequest({
    method: "SETUP",
    url: "rtsp://127.0.0.1/a/track1",
    cseq: 3,
    headers: [["Transport", "RTP/AVP;unicast;client_port=5000-5001"], ["Session", "abc"]],
  });
  assertEquals(
    text,
    "SETUP rtsp://127.0.0.1/a/track1 RTSP/1.0\r\nCSeq: 3\r\nTransport: RTP/AVP;unicast;client_port=5000-5001\r\n" +
      "Session: abc\r\n\r\n",
  );
  const { method, uri, cseq, session, version, dialect } = decodeRtspRequest(text, "");
  assertEquals({ method, uri, cseq, session, version, dialect }, {
    method: "SETUP",
    uri: "rtsp://127.0.0.1/a/track1",
    cseq: 3,
    session: "abc",
    version: "1.0",
    dialect: "rtsp",
  });
});

Deno.test("encodeRtspResponse() counts the bytes of its body, not its characters", () => {
  const text = encodeRtspResponse({ status: 200, cseq: 2, session: undefined, headers: [["A", "b"]], body: "ä" });
  assertEquals(text, "RTSP/1.0 200 OK\r\nCSeq: 2\r\nA: b\r\nContent-Length: 2\r\n\r\nä");
});

Deno.test("encodeRtspRequest() writes line breaks in values as spaces", () => {
  const text = encodeRtspRequest({ method: "PLAY", url: "rtsp://a", cseq: 1, headers: [["A", "b\r\nEvil: 1"]] });
  assertEquals(text, "PLAY rtsp://a RTSP/1.0\r\nCSeq: 1\r\nA: b Evil: 1\r\n\r\n");
});

Deno.test("decodeRtspResponse() reads status, fields and body", () => {
  const text = "RTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\nWWW-Authenticate: Basic\r\nwww-authenticate: Digest\r\n\r\n";
  const { status, reason, cseq, headers, body } = decodeRtspResponse(text, "v=0");
  assertEquals([status, reason, cseq, body], [401, "Unauthorized", 2, "v=0"]);
  assertEquals(headers.getAll("WWW-Authenticate"), ["Basic", "Digest"]);
});

Deno.test("decodeRtspRequest() takes all that stands between method and version for the URL", () => {
  for (const uri of ["rtsp://a/my movie.mjpeg", "rtsp://a/a RTSP/1.0 b", "*"]) {
    assertEquals(decodeRtspRequest(`PLAY \t ${uri}  RTSP/1.0 \r\nCSeq: 1`, "").uri, uri);
  }
});

Deno.test("decodeRtspRequest() and decodeRtspResponse() reject other first lines", () => {
  for (const text of ["", "GET / HTTP/1.1", "PLAY rtsp://a", "RTSP/1.0 200 OK"]) {
    assertThrows(() => decodeRtspRequest(text, ""), SyntaxError, "is not a request line");
  }
  for (const text of ["", "HTTP/1.1 200 OK", "RTSP/1.0 20 OK"]) {
    assertThrows(() => decodeRtspResponse(text, ""), SyntaxError, "is not a status line");
  }
});

const SESSIONS: readonly [value: string | undefined, id: string | undefined, timeoutSeconds: number | undefined][] = [
  ["12345678;timeout=60", "12345678", 60],
  ["abc; Timeout = 30 ; x=y", "abc", 30],
  ["abc", "abc", undefined],
  ["abc;timeout=soon", "abc", undefined],
  ["", undefined, undefined],
  [undefined, undefined, undefined],
];

for (const [value, id, timeoutSeconds] of SESSIONS) {
  Deno.test(`decodeSession() reads ${JSON.stringify(value)}`, () => {
    const session = decodeSession(new RtspHeaders(value === undefined ? [] : [["Session", value]]));
    assertEquals(session, id === undefined ? undefined : { id, timeoutSeconds });
  });
}

Deno.test("decodeHeaders() joins continuation lines, trims, and ignores lines without a name", () => {
  const headers = decodeHeaders([
    "A : 1 ",
    "Long: one",
    " ",
    "  two",
    "\tthree",
    " ",
    "no colon",
    ": nameless",
    "a: 2",
  ]);
  assertEquals([...headers], [["A", "1"], ["Long", "one two three"], ["a", "2"]]);
  assertEquals([headers.get("A"), headers.getAll("a"), headers.get("b")], ["1", ["1", "2"], undefined]);
});
