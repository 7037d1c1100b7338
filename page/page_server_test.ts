import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { concat } from "@std/bytes";
import { TcpClient } from "../tests/support/tcp_client.ts";
import { reservePort } from "../tests/support/ports.ts";
import { TestPlayback } from "../tests/support/test_playback.ts";
import { MAX_VIEWERS, PAGE_MAX_BUFFERED_BYTES } from "./limits.ts";
import { BOUNDARY } from "./multipart_stream.ts";
import { startPreview } from "./page_server.ts";
import { soon, until } from "../tests/support/until.ts";

const FRAME = new Uint8Array([0xff, 0xd8, 1, 2, 3, 0xff, 0xd9]);

async function open() {
  const playback = new TestPlayback();
  const preview = await startPreview(playback, { port: reservePort() });
  return { playback, ...preview, [Symbol.asyncDispose]: () => preview.shutdown() };
}

/** A page's WebSocket, and the messages that came over it. */
async function openSocket(port: number) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
  socket.binaryType = "arraybuffer";
  const messages: (ArrayBuffer | { type: string } & Record<string, unknown>)[] = [];
  socket.onmessage = ({ data }) => {
    messages.push(typeof data === "string" ? JSON.parse(data) : data);
  };
  const closed = Promise.withResolvers<void>();
  socket.onclose = () => closed.resolve();
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error("The page's socket was refused"));
  });
  socket.onerror = null;
  return {
    socket,
    messages,
    closed: closed.promise,
    /** Waits for a message that `test` holds for. */
    async receive(test: (message: typeof messages[number]) => boolean): Promise<typeof messages[number]> {
      await until(() => messages.some(test));
      return messages.find(test)!;
    },
    async [Symbol.asyncDispose]() {
      socket.close();
      await closed.promise;
    },
  };
}

Deno.test("preview: serves the page, its parts, and nothing else", async () => {
  await using preview = await open();
  for (
    const [path, status, type] of [
      ["", 200, "text/html; charset=utf-8"],
      ["assets/stage/picture.js", 200, "text/javascript; charset=utf-8"],
      ["assets/page.css", 200, "text/css; charset=utf-8"],
      ["stats.json", 200, "application/json"],
      ["main.ts", 404, "text/plain; charset=utf-8"],
      ["../deno.json", 404, "text/plain; charset=utf-8"],
      ["toString", 404, "text/plain; charset=utf-8"],
    ] as const
  ) {
    const response = await fetch(preview.url + path);
    await response.body?.cancel();
    assertEquals([response.status, response.headers.get("content-type")], [status, type], path);
    assertEquals(response.headers.get("cache-control"), "no-store");
    assertStringIncludes(response.headers.get("content-security-policy") ?? "", "default-src 'none'");
  }
});

Deno.test("preview: refuses other sites' requests, whatever they ask for", async () => {
  await using preview = await open();
  for (const path of ["/", "/ws", "/stream.mjpeg", "/snapshot.jpg", "/stats.json"]) {
    using client = await TcpClient.connect(preview.port);
    await client.send(`GET ${path} HTTP/1.1\r\nHost: evil.example:${preview.port}\r\nConnection: close\r\n\r\n`);
    const answer = await client.receiveAll();
    assertMatch(answer, /^HTTP\/1\.1 403 /, path);
    assertStringIncludes(answer, "Refused: Host is evil.example");
    const response = await fetch(new URL(path, preview.url), { headers: { origin: "http://evil.example" } });
    assertEquals(response.status, 403, path);
    await response.body?.cancel();
  }
});

Deno.test("preview: answers other methods than GET and HEAD 405", async () => {
  await using preview = await open();
  const response = await fetch(preview.url, { method: "POST", body: "PLAY" });
  assertEquals([response.status, await response.text()], [405, "Only GET and HEAD are answered\n"]);
  assertEquals(response.headers.get("allow"), "GET, HEAD");
});

Deno.test("preview: answers HEAD as GET, without the body", async () => {
  await using preview = await open();
  preview.playback.show(FRAME);
  for (const path of ["", "assets/page.css", "stats.json", "snapshot.jpg", "stream.mjpeg", "ws", "nothing"]) {
    const [get, head] = [await fetch(preview.url + path), await fetch(preview.url + path, { method: "HEAD" })];
    const { length } = path === "stream.mjpeg" ? (await get.body!.cancel(), "") : await get.text();
    assertEquals(await head.text(), "");
    const [wanted, given] = [get, head].map(({ status, headers }) => [
      status,
      ...[...headers].filter(([name]) => name !== "date"),
    ]);
    assertEquals(given, wanted, path);
    if (length > 0) assert(Number(head.headers.get("content-length")) >= length, path);
  }
});

Deno.test("preview: is bound to the loopback only", async () => {
  await using preview = await open();
  const others = Deno.networkInterfaces().filter(({ family, address }) => family === "IPv4" && address !== "127.0.0.1");
  for (const { address } of others) {
    await assertRejects(() => Deno.connect({ hostname: address, port: preview.port }), Error);
  }
});

Deno.test("preview: names a free port where the one asked for is taken, and takes the next one by default", async () => {
  await using preview = await open();
  await assertRejects(
    () => startPreview(new TestPlayback(), { port: preview.port }),
    Error,
    `Port ${preview.port} for the page is in use by another program; leave --preview-port out for a free one`,
  );
  const one = await startPreview(new TestPlayback());
  const two = await startPreview(new TestPlayback());
  assert(one.port >= 8025 && two.port > one.port);
  await one.shutdown();
  await two.shutdown();
});

Deno.test("preview: /snapshot.jpg is the newest frame, 503 before the first", async () => {
  await using preview = await open();
  const before = await fetch(`${preview.url}snapshot.jpg`);
  assertEquals([before.status, await before.text()], [503, "There is no frame yet\n"]);
  preview.playback.show(FRAME);
  const after = await fetch(`${preview.url}snapshot.jpg`);
  assertEquals([after.headers.get("content-type"), new Uint8Array(await after.arrayBuffer())], ["image/jpeg", FRAME]);
});

Deno.test("preview: /stats.json tells state and counters", async () => {
  await using preview = await open();
  preview.playback.show(FRAME);
  const stats = await (await fetch(`${preview.url}stats.json`)).json();
  assertEquals([stats.title, stats.state, stats.frames, stats.viewers], ["movie.mjpeg", "READY", 1, 0]);
});

Deno.test("preview: /stream.mjpeg gives the newest frame each time that its reader wants one", async () => {
  await using preview = await open();
  preview.playback.show(FRAME);
  const response = await fetch(`${preview.url}stream.mjpeg`);
  assertEquals(response.headers.get("content-type"), `multipart/x-mixed-replace; boundary=${BOUNDARY}`);
  const reader = response.body!.getReader();
  const encoder = new TextEncoder();
  const first = encoder.encode(`--${BOUNDARY}\r\n`);
  // Each part ends with the delimiter of the next, which browsers wait for.
  const part = concat([
    encoder.encode("Content-Type: image/jpeg\r\nContent-Length: 7\r\n\r\n"),
    FRAME,
    encoder.encode(`\r\n--${BOUNDARY}\r\n`),
  ]);
  let received = new Uint8Array(0);
  while (received.length < first.length + 2 * part.length) {
    if (received.length === first.length + part.length) preview.playback.show(FRAME);
    received = concat([received, (await soon(reader.read())).value!]);
  }
  assertEquals(received, concat([first, part, part]));
  await reader.cancel();
  // No further frame is needed to notice.
  await until(() => preview.playback.listenerCount === 0);
});

Deno.test("preview: /stream.mjpeg gives a browser the last frame once more where nothing follows, and others not", async () => {
  await using preview = await open();
  preview.playback.show(FRAME);
  for (const [headers, count] of [[{ "sec-fetch-dest": "image" }, 2], [{}, 1]] as const) {
    const response = await fetch(`${preview.url}stream.mjpeg`, { headers });
    const reader = response.body!.pipeThrough(new TextDecoderStream("latin1")).getReader();
    let text = "";
    const parts = () => text.split("Content-Length: 7").length - 1;
    while (parts() < count) text += (await soon(reader.read())).value;
    // What comes next is the next frame.
    const next = new Uint8Array(9);
    preview.playback.show(next);
    while (!text.includes("Content-Length: 9")) text += (await soon(reader.read())).value;
    assertEquals(parts(), count);
    await reader.cancel();
    preview.playback.show(FRAME);
  }
});

Deno.test("preview: pages of allowed origins may show the video, and others say how to allow theirs", async () => {
  const origin = "http://localhost:3000";
  const playback = new TestPlayback();
  const preview = await startPreview(playback, { port: reservePort(), allowedOrigins: [origin] });
  playback.show(FRAME);
  const image = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" };
  const get = async (path: string, headers: Record<string, string>) => {
    const response = await fetch(preview.url + path, { headers: { ...image, ...headers } });
    return { status: response.status, policy: response.headers.get("cross-origin-resource-policy"), response };
  };
  for (const path of ["stream.mjpeg", "snapshot.jpg", "stats.json"]) {
    const { status, policy, response } = await get(path, { referer: `${origin}/page` });
    assertEquals([status, policy, response.headers.get("access-control-allow-origin")], [200, "cross-origin", origin]);
    await response.body!.cancel();
    const refused = await get(path, { referer: "http://localhost:4000/" });
    assertEquals([refused.status, refused.policy], [403, "same-origin"]);
    assertStringIncludes(await refused.response.text(), "--allow-origin http://localhost:4000");
  }
  for (const path of ["", "assets/page.js", "ws"]) {
    const { status, response } = await get(path, { referer: `${origin}/page` });
    assertEquals(status, 403);
    await response.body!.cancel();
  }
  await preview.shutdown();
});

Deno.test("preview: the socket tells what it is, then states, statistics and frames", async () => {
  await using preview = await open();
  preview.playback.show(FRAME);
  await using page = await openSocket(preview.port);
  const frame = await page.receive((message) => message instanceof ArrayBuffer) as ArrayBuffer;
  const view = new DataView(frame);
  assertEquals([view.getUint32(0), view.getFloat64(4), view.getFloat64(12)], [1, 1_700_000_000_001, 50_000]);
  assertEquals(new Uint8Array(frame.slice(28)), FRAME);
  assertEquals(page.messages.slice(0, 3).map((message) => message instanceof ArrayBuffer ? "frame" : message.type), [
    ...["hello", "status", "stats"],
  ]);
  preview.playback.become({ state: "PLAYING" });
  await page.receive((message) => !(message instanceof ArrayBuffer) && message.state === "PLAYING");
});

Deno.test("preview: the socket's commands reach the player, and other messages are answered with an error", async () => {
  await using preview = await open();
  await using page = await openSocket(preview.port);
  const errors = () =>
    page.messages.flatMap((message) => "type" in message && message.type === "error" ? [message.text] : []);
  page.socket.send(JSON.stringify({ command: "PLAY" }));
  page.socket.send(JSON.stringify({ command: "SETUP" }));
  await page.receive((message) => "text" in message && message.text === "SETUP is not valid");
  assertEquals(preview.playback.commands, ["PLAY", "SETUP"]);
  for (const text of ["DROP TABLE", '{"command":"RECORD"}', "null", "[]", new Uint8Array(4)]) page.socket.send(text);
  page.socket.send(JSON.stringify({ command: "TEARDOWN" }));
  await until(() => preview.playback.commands.length === 3);
  await page.receive(() => errors().length === 6);
  assertEquals(preview.playback.commands, ["PLAY", "SETUP", "TEARDOWN"]);
});

Deno.test("preview: a page that does not read loses frames, and the others lose none", async () => {
  await using preview = await open();
  using slow = await TcpClient.connect(preview.port);
  await slow.send(
    `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${preview.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
  );
  await slow.receive(/"type":"stats"/);
  await using page = await openSocket(preview.port);
  const frames = 100;
  const large = new Uint8Array(PAGE_MAX_BUFFERED_BYTES / 4);
  for (let number = 1; number <= frames; number++) {
    preview.playback.show(large);
    await page.receive((message) => message instanceof ArrayBuffer && new DataView(message).getUint32(0) === number);
  }
  const { droppedFrames } = await (await fetch(`${preview.url}stats.json`)).json();
  assert(droppedFrames > 0 && droppedFrames < frames, `${droppedFrames} of ${frames} frames dropped`);
});

Deno.test(`preview: ${MAX_VIEWERS} viewers may watch, one more is refused until one has gone`, async () => {
  await using preview = await open();
  preview.playback.show(FRAME);
  await using viewers = new AsyncDisposableStack();
  for (let count = 1; count < MAX_VIEWERS; count++) viewers.use(await openSocket(preview.port));
  const stream = await fetch(`${preview.url}stream.mjpeg`);
  const refused = await fetch(`${preview.url}stream.mjpeg`);
  assertEquals([stream.status, refused.status], [200, 503]);
  assertEquals(await refused.text(), `There are ${MAX_VIEWERS} viewers already: close a page\n`);
  // A page learns the reason from the code with which its socket closes.
  const closing = Promise.withResolvers<CloseEvent>();
  new WebSocket(`ws://127.0.0.1:${preview.port}/ws`).onclose = closing.resolve;
  const { code, reason } = await closing.promise;
  assertEquals([code, reason], [1013, `There are ${MAX_VIEWERS} viewers already: close a page`]);
  await stream.body!.cancel();
  for (let status = 503; status === 503;) {
    const next = await fetch(`${preview.url}stream.mjpeg`);
    status = next.status;
    await next.body!.cancel();
    preview.playback.show(FRAME);
  }
});

Deno.test("preview: shutdown() closes the pages", async () => {
  const preview = await open();
  const page = await openSocket(preview.port);
  await preview[Symbol.asyncDispose]();
  await page.closed;
  assertEquals(preview.playback.listenerCount, 0);
});

Deno.test("preview: what a server wrote is shown on the page, not obeyed", async () => {
  await using preview = await open();
  await using page = await openSocket(preview.port);
  preview.playback.become({ notice: { level: "error", text: "404 \u202eToN\x9b31m <b>" } });
  await page.receive((message) =>
    "notice" in message && (message.notice as { text: string } | undefined)?.text === "404 \\u202eToN\\u009b31m <b>"
  );
});
