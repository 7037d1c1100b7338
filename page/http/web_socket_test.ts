import { assertEquals, assertMatch } from "@std/assert";
import { concat } from "@std/bytes";
import { until } from "../../tests/support/until.ts";
import { MAX_PAGE_MESSAGE_BYTES } from "../limits.ts";
import { HttpServer } from "./http_server.ts";
import { decodeRequest } from "./request_reader.ts";
import { encodeHandshake, handshakeRefusal, type ServerWebSocket } from "./web_socket.ts";

/** Nothing may be left open. */
const STRICT = { sanitizeOps: true, sanitizeResources: true };
/** That of RFC 6455, 1.3. */
const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
const HANDSHAKE = [
  "GET /ws HTTP/1.1",
  "Connection: keep-alive, Upgrade",
  "Upgrade: WebSocket",
  "Sec-WebSocket-Version: 13",
  `Sec-WebSocket-Key: ${KEY}`,
];
const requestOf = (lines: readonly string[]) => [...lines, "", ""].join("\r\n");

Deno.test("encodeHandshake() answers the key of RFC 6455, 1.3", async () => {
  const head = new TextDecoder().decode(await encodeHandshake(decodeRequest(requestOf(HANDSHAKE))));
  assertEquals(head.split("\r\n"), [
    "HTTP/1.1 101 Switching Protocols",
    "upgrade: websocket",
    "connection: Upgrade",
    `sec-websocket-accept: ${ACCEPT}`,
    "",
    "",
  ]);
});

Deno.test("handshakeRefusal() refuses what is not RFC 6455's handshake", () => {
  const statusWith = (line: number, text: string) =>
    handshakeRefusal(decodeRequest(requestOf(HANDSHAKE.with(line, text))))?.status;
  assertEquals(statusWith(0, HANDSHAKE[0]), undefined);
  assertEquals(statusWith(0, "HEAD /ws HTTP/1.1"), 426);
  assertEquals(statusWith(2, "Upgrade: h2c"), 426);
  assertEquals(statusWith(3, "Sec-WebSocket-Version: 8"), 426);
  assertEquals(statusWith(4, "Sec-WebSocket-Key: short"), 400);
});

type Frame = readonly [first: number, payload: string | Uint8Array];

/** A socket of ours, and what the page at its other end reads: nothing before it is asked to. */
async function open() {
  const heard: (string | Uint8Array)[] = [];
  let closedCount = 0;
  let socket: ServerWebSocket | undefined;
  const server = new HttpServer({
    hostname: "127.0.0.1",
    port: 0,
    answer: () => ({
      accept(accepted) {
        socket = accepted;
        return { onMessage: (data) => heard.push(data), onClosed: () => closedCount++ };
      },
    }),
  });
  server.start();
  const page = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await page.write(new TextEncoder().encode(requestOf(HANDSHAKE)));
  await until(() => socket !== undefined);
  const received: Uint8Array[] = [];
  const read = async () => {
    const bytes = new Uint8Array(65_536);
    const count = await page.read(bytes);
    if (count !== null) received.push(bytes.slice(0, count));
    return count !== null;
  };
  while (!new TextDecoder().decode(concat(received)).includes("\r\n\r\n")) await read();
  received.length = 0;
  return {
    server,
    socket: socket!,
    heard,
    closedCount: () => closedCount,
    /** Sends frames with a mask of zeros. */
    async send(...frames: readonly Frame[]): Promise<void> {
      const bytes = concat(frames.map(([first, payload]) => {
        const data = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
        const length = data.length < 126 ? [0x80 | data.length] : [0xfe, data.length >> 8, data.length & 0xff];
        return Uint8Array.of(first, ...length, 0, 0, 0, 0, ...data);
      }));
      for (let count = 0; count < bytes.length;) count += await page.write(bytes.subarray(count));
    },
    /** Reads as much as `bytes` has. */
    async receive(bytes: Uint8Array): Promise<Uint8Array> {
      while (concat(received).length < bytes.length && await read());
      return concat(received).slice(0, bytes.length);
    },
    async receiveAll(): Promise<Uint8Array> {
      while (await read());
      return concat(received);
    },
    async [Symbol.asyncDispose]() {
      page.close();
      await server.close("the test has ended");
    },
  };
}

const frameOf = (first: number, ...payload: number[]) => Uint8Array.of(first, payload.length, ...payload);
const closeFrame = (code: number, reason = "") =>
  frameOf(0x88, code >> 8, code & 0xff, ...new TextEncoder().encode(reason));

Deno.test("ServerWebSocket takes texts and bytes, and answers a ping", STRICT, async () => {
  await using opened = await open();
  await opened.send([0x81, "text"], [0x82, Uint8Array.of(1, 2)], [0x89, "hi"], [0x8a, "no answer"]);
  const pong = frameOf(0x8a, 0x68, 0x69);
  assertEquals(await opened.receive(pong), pong);
  assertEquals(opened.heard, ["text", Uint8Array.of(1, 2)]);
  opened.socket.sendText("ok");
  opened.socket.sendBytes(Uint8Array.of(7), Uint8Array.of(8));
  const all = concat([pong, frameOf(0x81, 0x6f, 0x6b), frameOf(0x82, 7, 8)]);
  assertEquals(await opened.receive(all), all);
});

Deno.test("ServerWebSocket answers a Close, and the connection ends", STRICT, async () => {
  await using opened = await open();
  await opened.send([0x88, Uint8Array.of(0x03, 0xe8)], [0x81, "too late"]);
  assertEquals(await opened.receiveAll(), closeFrame(1000));
  assertEquals([opened.closedCount(), opened.heard, opened.socket.isOpen], [1, [], false]);
  opened.socket.sendText("too late, too");
  assertEquals(opened.socket.bufferedBytes, 0);
});

const codeBytes = (code: number) => Uint8Array.of(code >> 8, code & 0xff);

for (const code of [1000, 1001, 1002, 1003, 1007, 1008, 1011, 1014, 3000, 3999, 4000, 4999]) {
  Deno.test(`ServerWebSocket echoes a Close with ${code} and its reason`, STRICT, async () => {
    await using opened = await open();
    await opened.send([0x88, concat([codeBytes(code), new TextEncoder().encode("bye ü")])]);
    assertEquals(await opened.receiveAll(), closeFrame(code, "bye ü"));
  });
}

for (const code of [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535]) {
  Deno.test(
    `ServerWebSocket answers a Close with ${code}, which may not be sent, with 1002, and ends`,
    STRICT,
    async () => {
      await using opened = await open();
      await opened.send([0x88, codeBytes(code)], [0x81, "too late"]);
      assertEquals(
        await opened.receiveAll(),
        closeFrame(1002, `A Close frame has the code ${code}, which may not be sent`),
      );
      assertEquals([opened.closedCount(), opened.heard], [1, []]);
    },
  );
}

Deno.test(
  "ServerWebSocket answers half a code with 1002, and a reason that is not UTF-8 with 1007",
  STRICT,
  async () => {
    for (
      const [payload, answer] of [
        [Uint8Array.of(0x03), closeFrame(1002, "A Close frame has half a code")],
        [Uint8Array.of(0x03, 0xe8, 0xff), closeFrame(1007, "A text is not UTF-8")],
      ]
    ) {
      await using opened = await open();
      await opened.send([0x88, payload]);
      assertEquals(await opened.receiveAll(), answer);
    }
  },
);

Deno.test("ServerWebSocket that has closed sends nothing more, whatever Close the page answers", STRICT, async () => {
  await using opened = await open();
  await opened.socket.close(1001, "gone");
  await opened.send([0x88, codeBytes(1005)]);
  assertEquals(await opened.receiveAll(), closeFrame(1001, "gone"));
});

Deno.test("ServerWebSocket echoes a Close without a code", STRICT, async () => {
  await using opened = await open();
  await opened.send([0x88, ""]);
  assertEquals(await opened.receiveAll(), frameOf(0x88));
});

Deno.test(
  "ServerWebSocket.close() says why, and the connection ends when the page has closed, too",
  STRICT,
  async () => {
    await using opened = await open();
    await opened.socket.close(1013, "full");
    const close = closeFrame(1013, "full");
    assertEquals([await opened.receive(close), opened.closedCount()], [close, 1]);
    await opened.send([0x81, "not heard"], [0x88, ""]);
    assertEquals(await opened.receiveAll(), close);
    assertEquals([opened.heard, opened.closedCount()], [[], 1]);
  },
);

Deno.test("HttpServer.close() tells the pages of its WebSockets why", STRICT, async () => {
  await using opened = await open();
  await opened.server.close("the player has ended");
  assertEquals(await opened.receiveAll(), closeFrame(1001, "the player has ended"));
});

const FAULTS: readonly [what: string, code: number, frames: readonly Frame[]][] = [
  ["a message that is too long", 1009, [[0x81, "x".repeat(MAX_PAGE_MESSAGE_BYTES + 1)]]],
  ["fragments without an end", 1009, [[0x01, "x"], ...Array<Frame>(MAX_PAGE_MESSAGE_BYTES).fill([0x00, "x"])]],
  ["a text that is not UTF-8", 1007, [[0x81, Uint8Array.of(0xff)]]],
  ["reserved bits", 1002, [[0xf1, "x"]]],
];

for (const [what, code, frames] of FAULTS) {
  Deno.test(`ServerWebSocket closes at ${what} with ${code}, and ends although the page goes on`, STRICT, async () => {
    await using opened = await open();
    await opened.send(...frames);
    const [opcode, length, high, low] = await opened.receive(new Uint8Array(4));
    assertEquals([opcode, length > 2, high << 8 | low], [0x88, true, code]);
    assertEquals([opened.closedCount(), opened.heard], [1, []]);
    const isEnded = Promise.withResolvers<void>();
    opened.receiveAll().then(() => isEnded.resolve(), () => isEnded.resolve());
    const sending = (async () => {
      for (;;) await opened.send([0x81, new Uint8Array(10_000)]);
    })();
    await isEnded.promise;
    await sending.catch((error) => assertMatch(String(error), /BrokenPipe|ConnectionReset/));
  });
}

Deno.test("ServerWebSocket holds nothing for a page that pings and does not read", STRICT, async () => {
  await using opened = await open();
  // More than the system takes: from here on a pong would have to wait.
  const large = new Uint8Array(16 * 1024 * 1024);
  opened.socket.sendBytes(large);
  const { bufferedBytes } = opened.socket;
  await opened.send(...Array<Frame>(200).fill([0x89, "x".repeat(100)]), [0x81, "heard"]);
  await until(() => opened.heard.length === 1);
  assertEquals(opened.socket.bufferedBytes, bufferedBytes);
});
