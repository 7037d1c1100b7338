import { assertEquals } from "@std/assert";
import { TcpCapture } from "../../net/capture/tcp_capture.ts";
import { CapturedConn } from "./captured_conn.ts";

/** A connection whose writes take at most `most` bytes, captured; `rows` has who sends, flags and payload of each segment. */
function capturedConn(reads: (Uint8Array | null)[], most = Infinity) {
  const rows: [port: number, flags: number, payload: string][] = [];
  const log: string[] = [];
  const conn = {
    read(buffer: Uint8Array) {
      const next = reads.shift() ?? null;
      if (next !== null) buffer.set(next);
      return Promise.resolve(next?.length ?? null);
    },
    write: (bytes: Uint8Array) => Promise.resolve(Math.min(bytes.length, most)),
    closeWrite: () => Promise.resolve(),
    close: () => void log.push("closed"),
  };
  const capture = new TcpCapture({
    local: { hostname: "127.0.0.1", port: 1 },
    remote: { hostname: "127.0.0.1", port: 2 },
    createBlank: () => (bytes) => bytes.map((byte) => byte === 0x78 ? 0x2a : byte),
    add(packet) {
      const view = new DataView(packet.buffer, 20);
      const payload = new TextDecoder().decode(packet.subarray(20 + (view.getUint8(12) >> 4) * 4));
      if (payload !== "" || (view.getUint8(13) & 0x01) !== 0) {
        rows.push([view.getUint16(0), view.getUint8(13), payload]);
      }
    },
  });
  return { conn: new CapturedConn(conn, capture), rows, log };
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

Deno.test("CapturedConn tells of what it reads and writes, once, whatever a write takes at a time", async () => {
  const { conn, rows, log } = capturedConn([bytesOf("ask x")], 2);
  const buffer = new Uint8Array(100);
  assertEquals(await conn.read(buffer), 5);
  for (const text of ["reply x", "$pixels"]) {
    for (let rest = bytesOf(text); rest.length > 0;) rest = rest.subarray(await conn.write(rest));
  }
  conn.close();
  // Packets are not looked through.
  assertEquals(rows, [[1, 0x18, "ask *"], [2, 0x18, "reply *"], [2, 0x18, "$pixels"], [2, 0x11, ""], [1, 0x11, ""]]);
  assertEquals(log, ["closed"]);
});

Deno.test("CapturedConn tells which end has closed it, and of the reply behind that", async () => {
  const { conn, rows } = capturedConn([null]);
  assertEquals(await conn.read(new Uint8Array(1)), null);
  await conn.write(bytesOf("bye"));
  conn.close();
  assertEquals(rows, [[2, 0x18, "bye"], [1, 0x11, ""], [2, 0x11, ""]]);
});
