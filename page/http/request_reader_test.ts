import { assertEquals, assertThrows } from "@std/assert";
import { concat } from "@std/bytes";
import { MAX_REQUEST_BYTES } from "../limits.ts";
import { decodeRequest, hasToken, type HttpRequest, RequestError, RequestReader } from "./request_reader.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const summary = ({ method, path, headers, isPersistent }: HttpRequest) => [
  `${method} ${path}`,
  ...[...headers].map(([name, value]) => `${name}=${value}`),
  isPersistent,
];

const TWO =
  "\r\nGET /a?b HTTP/1.1\r\nHost: x:1\r\nAccept: */*\r\n\r\nHEAD / HTTP/1.1\nConnection: Keep-Alive, Close\n\n";
const DECODED = [["GET /a", "accept=*/*", "host=x:1", true], ["HEAD /", "connection=Keep-Alive, Close", false]];

Deno.test("RequestReader finds requests, wherever the bytes are split", () => {
  for (let at = 0; at <= TWO.length; at++) {
    const reader = new RequestReader();
    const requests = [...reader.push(encode(TWO.slice(0, at))), ...reader.push(encode(TWO.slice(at)))];
    assertEquals(requests.map(summary), DECODED);
  }
  const reader = new RequestReader();
  assertEquals([...encode(TWO)].flatMap((byte) => [...reader.push(Uint8Array.of(byte))]).map(summary), DECODED);
});

Deno.test("RequestReader takes each byte of a field for one character", () => {
  const bytes = Uint8Array.from({ length: 128 }, (_, index) => 0x80 + index);
  const [{ headers }] = new RequestReader().push(
    concat([encode("GET / HTTP/1.1\r\nHost: "), bytes, encode("\r\n\r\n")]),
  );
  assertEquals(headers.get("host"), String.fromCharCode(...bytes));
});

Deno.test(`RequestReader takes a request of ${MAX_REQUEST_BYTES} bytes, and not of one more`, () => {
  const requestOf = (bytes: number) => {
    const [start, end] = ["GET / HTTP/1.1\r\nCookie: ", "\r\n\r\n"];
    return encode(start + "x".repeat(bytes - start.length - end.length) + end);
  };
  assertEquals([...new RequestReader().push(requestOf(MAX_REQUEST_BYTES))].length, 1);
  const error = assertThrows(() => [...new RequestReader().push(requestOf(MAX_REQUEST_BYTES + 1))], RequestError);
  assertEquals([error.status, error.message], [431, `The request exceeds ${MAX_REQUEST_BYTES} bytes`]);
});

for (
  const [target, path] of [
    ["/", "/"],
    ["/stream.mjpeg?1#2", "/stream.mjpeg"],
    ["http://127.0.0.1:8025/ws", "/ws"],
    ["HTTP://host?query", "/"],
    ["//evil.example/page.js", "//evil.example/page.js"],
    ["*", "*"],
  ]
) {
  Deno.test(`decodeRequest() takes ${path} for the path of ${target}`, () => {
    assertEquals(decodeRequest(`GET ${target} HTTP/1.1\r\n\r\n`).path, path);
  });
}

Deno.test("decodeRequest() keeps a connection open unless the client speaks HTTP/1.0 or closes", () => {
  const isPersistent = (...lines: string[]) => decodeRequest([...lines, "", ""].join("\r\n")).isPersistent;
  assertEquals(isPersistent("GET / HTTP/1.1"), true);
  assertEquals(isPersistent("GET / HTTP/1.1", "Connection: close"), false);
  assertEquals(isPersistent("GET / HTTP/1.0", "Connection: keep-alive"), false);
  // A body is not read.
  assertEquals(isPersistent("POST / HTTP/1.1", "Content-Length: 0"), true);
  assertEquals(isPersistent("POST / HTTP/1.1", "Content-Length: 1"), false);
  assertEquals(isPersistent("POST / HTTP/1.1", "Content-Length: 9", "Content-Length: 9"), false);
  assertEquals(isPersistent("POST / HTTP/1.1", "Transfer-Encoding: chunked"), false);
});

Deno.test("RequestReader takes nothing for a request behind one that is the last", () => {
  const reader = new RequestReader();
  const bytes = encode("POST / HTTP/1.1\r\nContent-Length: 18\r\n\r\nGET / HTTP/1.1\r\n\r\n");
  assertEquals([...reader.push(bytes), ...reader.push(bytes)].map(({ method }) => method), ["POST"]);
});

Deno.test("RequestReader gives the requests in front of what is none", () => {
  const requests = new RequestReader().push(encode("GET / HTTP/1.1\r\n\r\nnonsense\r\n\r\n"));
  assertEquals(requests.next().value?.path, "/");
  assertThrows(() => requests.next(), RequestError);
});

for (
  const [status, text] of [
    [400, "GET /\r\n\r\n"],
    [400, "GET / HTTP/2.0\r\n\r\n"],
    [400, "get / HTTP/1.1\r\n\r\n"],
    [400, "DESCRIBE rtsp://x/y RTSP/1.0\r\n\r\n"],
    [400, "GET / HTTP/1.1\r\nno field\r\n\r\n"],
    [400, "GET / HTTP/1.1\r\nHost : x\r\n\r\n"],
    [400, "GET / HTTP/1.1\r\nA: 1\r\n folded\r\n\r\n"],
    [400, "GET / HTTP/1.1\r\nA: 1\r2\r\n\r\n"],
    [400, "GET / HTTP/1.1\r\nA: \0\r\n\r\n"],
    [400, "GET / HTTP/1.1\r\nContent-Length: -3\r\n\r\n"],
    [400, "GET / HTTP/1.1\r\nContent-Length: 3x\r\n\r\n"],
    [400, "GET / HTTP/1.1\r\nContent-Length:\r\n\r\n"],
    [400, "GET / HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 9\r\n\r\n"],
  ] as const
) {
  Deno.test(`decodeRequest() refuses ${JSON.stringify(text)} with ${status}`, () => {
    assertEquals(assertThrows(() => decodeRequest(text), RequestError).status, status);
  });
}

Deno.test("hasToken() finds a token of a list in any case, and no part of one", () => {
  assertEquals(["Upgrade", "keep-alive, UPGRADE", " upgrade ,x"].map((field) => hasToken(field, "upgrade")), [
    ...[true, true, true],
  ]);
  assertEquals([null, "", "upgrades"].map((field) => hasToken(field, "upgrade")), [false, false, false]);
});
