import { assert, assertEquals, assertMatch } from "@std/assert";
import { TcpClient } from "../../tests/support/tcp_client.ts";
import { until } from "../../tests/support/until.ts";
import { MAX_PAGE_CONNECTIONS } from "../limits.ts";
import type { Answer } from "./http_connection.ts";
import { HttpServer } from "./http_server.ts";
import { textResponse } from "./response.ts";

/** Nothing may be left open. */
const STRICT = { sanitizeOps: true, sanitizeResources: true };

/** A server whose `/` is a text, `/stream` goes on until its reader goes, `/broken` fails, and `/ws` is a WebSocket. */
function open() {
  const heard: (string | Uint8Array)[] = [];
  const left: string[] = [];
  const answer: Answer = ({ path }) => {
    if (path === "/broken") throw new Error("something broke");
    if (path === "/ws") {
      return { accept: () => ({ onMessage: (data) => heard.push(data), onClosed: () => left.push("socket") }) };
    }
    if (path !== "/stream") return textResponse(200, "hello", { "x-test": "1" });
    return {
      status: 200,
      headers: {},
      body: async function* (gone) {
        gone.addEventListener("abort", () => left.push("stream"));
        yield new TextEncoder().encode("first part");
        await new Promise((resolve) => gone.addEventListener("abort", resolve));
      },
    };
  };
  const server = new HttpServer({ hostname: "127.0.0.1", port: 0, answer });
  server.start();
  return {
    server,
    heard,
    left,
    connect: () => TcpClient.connect(server.port),
    [Symbol.asyncDispose]: () => server.close("the test has ended"),
  };
}

/** Without its date. */
const HELLO =
  /^HTTP\/1\.1 200 OK\r\ndate: [^\r]* GMT\r\ncontent-length: 6\r\ncontent-type: text\/plain; charset=utf-8\r\nx-test: 1\r\n\r\n/;

Deno.test("HttpServer answers one request after the other over one connection", STRICT, async () => {
  await using opened = open();
  using client = await opened.connect();
  for (let count = 0; count < 2; count++) {
    await client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assertMatch(await client.receive(/hello\n/), HELLO);
  }
  await client.send("GET / HTTP/1.1\r\n\r\nGET /broken HTTP/1.1\r\nConnection: close\r\n\r\n");
  assertMatch(await client.receive(/hello\n/), HELLO);
  assertMatch(
    await client.receiveAll(),
    /^HTTP\/1\.1 500 Internal Server Error\r\n[^]*connection: close\r\n[^]*\r\n\r\nThe page failed: something broke\n$/,
  );
});

for (const path of ["/", "/nothing", "/broken", "/stream", "/ws"]) {
  Deno.test(`HttpServer answers HEAD ${path} with the head that GET has, and nothing else`, STRICT, async () => {
    await using opened = open();
    const heads: string[] = [];
    for (const method of ["GET", "HEAD"]) {
      using client = await opened.connect();
      await client.send(`${method} ${path} HTTP/1.1\r\nConnection: close\r\n\r\n`);
      if (method === "HEAD") heads.push(await client.receiveAll());
      else heads.push(await client.receive(/\r\n\r\n/));
    }
    const [get, head] = heads.map((text) => text.replace(/date: .*/, ""));
    assertEquals(head, get);
  });
}

Deno.test("HttpServer answers a request that it does not read to its end, and closes", STRICT, async () => {
  await using opened = open();
  for (
    const [request, status] of [
      ["nonsense\r\n\r\n", "400 Bad Request"],
      ["POST / HTTP/1.1\r\nContent-Length: 60000\r\n\r\n" + "x".repeat(60_000), "200 OK"],
      ["GET / HTTP/1.1\r\nCookie: " + "x".repeat(100_000), "431 Request Header Fields Too Large"],
    ]
  ) {
    using client = await opened.connect();
    await client.send(request);
    assertMatch(await client.receiveAll(), new RegExp(`^HTTP/1\\.1 ${status}\r\n`));
  }
});

Deno.test("HttpServer notices at once that the reader of a stream has gone", STRICT, async () => {
  await using opened = open();
  {
    using client = await opened.connect();
    await client.send("GET /stream HTTP/1.1\r\n\r\n");
    await client.receive(/first part/);
    assertEquals(opened.left, []);
  }
  await until(() => opened.left.length === 1);
});

Deno.test("HttpServer.close() ends streams and requests that are not whole", STRICT, async () => {
  const opened = open();
  using stream = await opened.connect();
  await stream.send("GET /stream HTTP/1.1\r\n\r\n");
  await stream.receive(/first part/);
  using half = await opened.connect();
  await half.send("GET / HTTP/1.1\r\nHost:");
  await opened.server.close("the test has ended");
  assertEquals([await stream.receiveAll(), await half.receiveAll(), opened.left], ["", "", ["stream"]]);
});

Deno.test(
  `HttpServer holds ${MAX_PAGE_CONNECTIONS} connections; one more closes the oldest that nobody watches`,
  STRICT,
  async () => {
    await using opened = open();
    using clients = new DisposableStack();
    const connect = async () => {
      const client = clients.use(await opened.connect());
      await client.send("GET / HTTP/1.1\r\n\r\n");
      await client.receive(/hello\n/);
      return client;
    };
    const stream = await connect();
    await stream.send("GET /stream HTTP/1.1\r\n\r\n");
    await stream.receive(/first part/);
    const others = [];
    while (others.length < MAX_PAGE_CONNECTIONS - 1) others.push(await connect());
    // As many as there may be: all are answered.
    for (const client of others) {
      await client.send("GET / HTTP/1.1\r\n\r\n");
      assertMatch(await client.receive(/hello\n/), HELLO);
    }
    await connect();
    assertEquals(await others[0].receiveAll(), "");
    await others[1].send("GET / HTTP/1.1\r\n\r\n");
    assertMatch(await others[1].receive(/hello\n/), HELLO);
    assertEquals(opened.left, []);
  },
);

Deno.test("HttpServer listens on the port that it is given, and frees it", async () => {
  await using first = open();
  const { port } = first.server;
  await first.server.close("the test goes on");
  const second = new HttpServer({ hostname: "127.0.0.1", port, answer: () => textResponse(200, "second") });
  assert(second.port === port);
  await second.close("the test has ended");
});
