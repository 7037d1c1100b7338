import { assertEquals, assertRejects } from "@std/assert";
import { createLabResponseReader, createRtspReader } from "../../rtsp/readers.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { reservePort } from "../../tests/support/ports.ts";
import { connectAdvice, LAB_ADVICE, RTSP_ADVICE } from "./connection_advice.ts";
import { RtspConnection } from "./rtsp_connection.ts";

const { signal } = new AbortController();

for (
  const [hostname, host] of [
    ["127.0.0.1", ""],
    ["::ffff:127.0.0.1", ""],
    ["localhost", ""],
    ["::1", "--host :: "],
    ["fe80::1%lo", "--host :: "],
  ]
) {
  Deno.test(`connectAdvice() says how to start a server that can be reached at ${hostname}`, () => {
    assertEquals(
      connectAdvice(new Deno.errors.ConnectionRefused(), { hostname, port: 1025, signal }),
      `nobody listens there; start the server first, for instance: mjpegrtsp serve ${host}--port 1025`,
    );
  });
}

Deno.test("connectAdvice() says that no way leads to an IPv6 address, by the error of the system", async () => {
  const hostname = "2001:db8::1";
  const error = await Deno.connect({ hostname, port: reservePort(), signal: AbortSignal.timeout(1000) })
    .then((conn) => conn.close(), (error) => error);
  // Where the machine has a way to networks that nobody has, the attempt takes its time.
  if (error?.name === "TimeoutError") return;
  assertEquals(
    connectAdvice(error, { hostname, port: 1025, signal }),
    "there is no way to this IPv6 address; check it, or use an IPv4 address",
  );
});

/** How HTTP servers answer what they do not understand; Python's sends its page as HTTP/0.9 has it. */
const ANSWERS: readonly (readonly [title: string, answer: string, first: string])[] = [
  ["a status line", "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", "HTTP/1.1 400 Bad Request"],
  ["half a head", "HTTP/1.1 400 Bad Request\r\nServer: x", "HTTP/1.1 400 Bad Request"],
  ["a page alone", "<!DOCTYPE HTML>\n<html>\n  <head>\n</html>\n", "<!DOCTYPE HTML>"],
  ["a page in one line", "<html><body>no</body></html>", "<html><body>no</body></html>"],
];

for (const [title, answer, first] of ANSWERS) {
  for (
    const [peer, advice, createReader] of [
      ["lab", LAB_ADVICE, createLabResponseReader],
      ["RTSP/1.0", RTSP_ADVICE, createRtspReader],
    ] as const
  ) {
    Deno.test(`RtspConnection says that an HTTP server answers a ${peer} request: ${title}`, async () => {
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const serving = listener.accept().then(async (conn) => {
        await conn.read(new Uint8Array(1000));
        await conn.write(new TextEncoder().encode(answer));
        conn.close();
      });
      const connection = await RtspConnection.connect({
        ...{ hostname: "127.0.0.1", port: listener.addr.port, clock: new FakeClock(), signal, advice },
        reader: createReader(),
        onClosed() {},
      });
      await assertRejects(
        () => connection.exchange({ text: "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", cseq: 1, label: "OPTIONS" }),
        Error,
        `${JSON.stringify(first)} is not a status line of RTSP: an HTTP server answers there; check the port`,
      );
      await serving;
      connection.close();
    });
  }
}
