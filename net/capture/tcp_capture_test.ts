import { assertEquals } from "@std/assert";
import { TcpCapture } from "./tcp_capture.ts";

/** What a capture of one connection writes: who sends, flags, sequence number, acknowledgment, payload bytes. */
function captured(use: (capture: TcpCapture) => void, blank = (bytes: Uint8Array) => bytes): unknown[] {
  const rows: unknown[] = [];
  use(
    new TcpCapture({
      local: { hostname: "127.0.0.1", port: 1 },
      remote: { hostname: "127.0.0.1", port: 2 },
      createBlank: () => blank,
      add(packet) {
        const view = new DataView(packet.buffer, 20);
        const payload = packet.length - 20 - (view.getUint8(12) >> 4) * 4;
        rows.push([view.getUint16(0), view.getUint8(13), view.getUint32(4), view.getUint32(8), payload]);
      },
    }),
  );
  return rows;
}

Deno.test("TcpCapture leaves out interleaved packets that nobody wants, and begins with a whole one", () => {
  const encoder = new TextEncoder();
  const texts: string[] = [];
  let takesMedia = false;
  const capture = new TcpCapture({
    local: { hostname: "127.0.0.1", port: 1 },
    remote: { hostname: "127.0.0.1", port: 2 },
    createBlank: () => (bytes) => bytes,
    takesMedia: () => takesMedia,
    add(packet, { isMedia }) {
      const payload = packet.subarray(20 + (packet[32] >> 4) * 4);
      if (payload.length > 0) texts.push(`${isMedia ? "media " : ""}${new TextDecoder().decode(payload)}`);
    },
  });
  const packet = "$\0\0\x04wxyz";
  capture.received(encoder.encode(`RTSP/1.0 200 OK\r\n\r\n${packet}$\0`));
  capture.received(encoder.encode(`\0\x04rest${packet}`));
  takesMedia = true;
  // The rest of a packet whose beginning was left out.
  capture.received(encoder.encode("yz"));
  capture.received(encoder.encode(packet));
  capture.received(encoder.encode("within"));
  assertEquals(texts, ["RTSP/1.0 200 OK\r\n\r\n", `media ${packet}`, "media within"]);
});

const HANDSHAKE = [[1, 0x02, 0, 0, 0], [2, 0x12, 0, 1, 0], [1, 0x10, 1, 1, 0]];

Deno.test("TcpCapture numbers the bytes of both sides, from a handshake to an end", () => {
  const rows = captured((capture) => {
    capture.sent(new Uint8Array(1461));
    capture.received(new Uint8Array(10));
    capture.close("remote");
    capture.close("local");
    capture.sent(new Uint8Array(1));
  });
  assertEquals(rows, [
    ...HANDSHAKE,
    ...[[1, 0x10, 1, 1, 1460], [1, 0x18, 1461, 1, 1], [2, 0x10, 1, 1462, 0]],
    ...[[2, 0x18, 1, 1462, 10], [1, 0x10, 1462, 11, 0]],
    ...[[2, 0x11, 11, 1462, 0], [1, 0x11, 1462, 12, 0], [2, 0x10, 12, 1463, 0]],
  ]);
});
