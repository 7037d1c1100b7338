import { encodeInterleaved } from "../../net/interleaved.ts";
import { createLabResponseReader, createRequestReader, createRtspReader } from "../readers.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const LAB = utf8("SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 25000\n");
const RTSP = utf8(
  "SETUP rtsp://127.0.0.1/movie.mjpeg RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: x\r\nTransport: RTP/AVP/TCP\r\n\r\n",
);
const LARGE = utf8(`OPTIONS rtsp://127.0.0.1/ RTSP/1.0\r\nCSeq: 1\r\n${"X-Field: value\r\n".repeat(950)}\r\n`);
const LARGE_LAB = utf8(`SETUP movie.Mjpeg RTSP/1.0\n${`X-Field: ${"x".repeat(3700)}\n`.repeat(4)}\n`);
const REPLY = utf8("RTSP/1.0 200 OK\nCSeq: 1\nSession: 123456");

const messages = "a message";
Deno.bench("lab request", { group: messages, baseline: true }, () => void createRequestReader().push(LAB));
Deno.bench("lab response", { group: messages }, () => void createLabResponseReader().push(REPLY));
Deno.bench("RTSP/1.0 request", { group: messages }, () => void createRequestReader().push(RTSP));

function pushByteByByte(bytes: Uint8Array): void {
  const reader = createRequestReader();
  for (let at = 0; at < bytes.length; at++) reader.push(bytes.subarray(at, at + 1));
}
Deno.bench("lab request in reads of one byte", { group: messages }, () => pushByteByByte(LAB));
Deno.bench("RTSP/1.0 request in reads of one byte", { group: messages }, () => pushByteByByte(RTSP));

const large = "a request of 15 kB";
Deno.bench("in one read", { group: large, baseline: true }, () => void createRequestReader().push(LARGE));
Deno.bench("in reads of one byte", { group: large }, () => pushByteByByte(LARGE));
Deno.bench("as one of the lab, of long lines, in reads of one byte", { group: large }, () => pushByteByByte(LARGE_LAB));

// 42 packets of 1400 bytes, as one read of 64 KiB has them: 1000 iterations a second are 59 MB/s.
const PACKETS = Uint8Array.from(
  Array.from({ length: 42 }, () => [...encodeInterleaved(0, new Uint8Array(1400))]).flat(),
);
const reader = createRtspReader();
Deno.bench("interleaved packets of 1400 bytes", () => void reader.push(PACKETS));
