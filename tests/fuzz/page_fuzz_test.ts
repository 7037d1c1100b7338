/**
 * Any bytes as what a viewer of the page sends: requests and frames, the same however they are cut into reads, or an error that
 * names a status.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import fc from "fast-check";
import { RequestError, RequestReader } from "../../page/http/request_reader.ts";
import { ClientFrameReader, encodeServerFrame, OPCODE, WebSocketError } from "../../page/http/web_socket_frames.ts";
import { MAX_PAGE_MESSAGE_BYTES } from "../../page/limits.ts";
import { fuzz, mutated } from "./fuzz.ts";

/** What a reader gives of these pieces, and the error that ends it. */
function readAll<T>(push: (bytes: Uint8Array) => Iterable<T>, pieces: readonly Uint8Array[]) {
  const outputs: T[] = [];
  try {
    for (const piece of pieces) for (const output of push(piece)) outputs.push(output);
  } catch (error) {
    assert(error instanceof RequestError || error instanceof WebSocketError, String(error));
    return { outputs, error: error.message };
  }
  return { outputs, error: undefined };
}

/** Bytes cut in two, and into single ones. */
function cuts(bytes: Uint8Array, share: number): readonly (readonly Uint8Array[])[] {
  const at = Math.floor(share * bytes.length);
  return [[bytes.subarray(0, at), bytes.subarray(at)], [...bytes].map((byte) => Uint8Array.of(byte))];
}

const share = fc.double({ min: 0, max: 1, noNaN: true });

const request = fc.tuple(
  fc.constantFrom("GET", "HEAD", "POST", "get"),
  fc.constantFrom("/", "/ws?x#y", "http://host/stream.mjpeg", "*", "//"),
  fc.array(fc.constantFrom("Host: a:1", "Connection: close", "Content-Length: 3", "A : b", " folded", ":", "é: ü")),
).map(([method, target, lines]) =>
  new TextEncoder().encode([`${method} ${target} HTTP/1.1`, ...lines, "", ""].join("\r\n"))
);
const requests = fc.array(mutated(request), { maxLength: 4 }).map(concat);

fuzz("RequestReader finds the same requests however the bytes are cut", fc.tuple(requests, share), ([bytes, at]) => {
  const read = (pieces: readonly Uint8Array[]) => {
    const reader = new RequestReader();
    const { outputs, error } = readAll((piece) => reader.push(piece), pieces);
    return { error, requests: outputs.map(({ headers, ...rest }) => ({ ...rest, headers: [...headers] })) };
  };
  const whole = read([bytes]);
  for (const pieces of cuts(bytes, at)) assertEquals(read(pieces), whole);
});

/** A frame as a client sends it: with a mask, whole or a fragment. */
const frame = fc.tuple(
  fc.constantFrom(...Object.values(OPCODE)),
  fc.uint8Array({ maxLength: 150 }),
  fc.uint8Array({ minLength: 4, maxLength: 4 }),
  fc.boolean(),
).map(([opcode, payload, mask, isFinal]) => {
  const bytes = encodeServerFrame(opcode, payload);
  const head = bytes.slice(0, bytes.length - payload.length);
  head[0] &= isFinal ? 0xff : 0x7f;
  head[1] |= 0x80;
  return concat([head, mask, payload.map((byte, index) => byte ^ mask[index % 4])]);
});
const frames = fc.array(fc.oneof({ weight: 5, arbitrary: frame }, mutated(frame)), { maxLength: 6 }).map(concat);

fuzz("ClientFrameReader finds the same messages however the bytes are cut, none too long", fc.tuple(frames, share), ([
  bytes,
  at,
]) => {
  const read = (pieces: readonly Uint8Array[]) => {
    const reader = new ClientFrameReader();
    return readAll((piece) => reader.push(piece), pieces);
  };
  const whole = read([bytes]);
  for (const pieces of cuts(bytes, at)) assertEquals(read(pieces), whole);
  for (const { data } of whole.outputs) assert(data.length <= MAX_PAGE_MESSAGE_BYTES);
});

fuzz(
  "ClientFrameReader reads what a client writes",
  fc.uint8Array({ maxLength: MAX_PAGE_MESSAGE_BYTES }),
  (payload) => {
    const bytes = encodeServerFrame(OPCODE.binary, payload);
    const head = bytes.slice(0, bytes.length - payload.length);
    head[1] |= 0x80;
    const [message] = new ClientFrameReader().push(concat([head, new Uint8Array(4), payload]));
    assertEquals(message, { opcode: OPCODE.binary, data: payload });
  },
);
