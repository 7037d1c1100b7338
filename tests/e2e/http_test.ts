/** `serve --http`: what is served as HTTP streams and snapshots. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { encodeHex } from "@std/encoding/hex";
import { join } from "@std/path";
import { MAX_WEB_SESSIONS } from "../../cli/limits.ts";
import { conditionJpeg } from "../../mjpeg/conditioning/conditioning.ts";
import { rebuildJpeg } from "../../mjpeg/conditioning/rebuild.ts";
import { MultipartSplitter } from "../../mjpeg/multipart/multipart_splitter.ts";
import { ENCODINGS, makeMovie } from "../interop/movies.ts";
import { startOurs } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { until } from "../support/until.ts";
import { startWebServer } from "../support/web_server.ts";

/** Sends one request as text; the status of what comes. */
async function statusOf(port: number, head: string): Promise<number> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(new TextEncoder().encode(`${head}\r\n\r\n`));
  const bytes = new Uint8Array(4096);
  const count = await conn.read(bytes);
  return Number(new TextDecoder().decode(bytes.subarray(0, count ?? 0)).split(" ")[1]);
}

peerTest("serve --http: the stream and the snapshot are the frames of the movie", ["ffmpeg"], async () => {
  await using directory = await temporaryDirectory();
  const path = await makeMovie(directory.path, ENCODINGS["4:2:0, standard tables"]);
  const parts = new MultipartSplitter({ maxBytes: 1_000_000 }).push(await Deno.readFile(path));
  const sent = parts.map(({ data }) => encodeHex(rebuildJpeg(conditionJpeg(data))));
  const name = path.slice(directory.path.length + 1);
  await using web = await startWebServer(directory.path);

  const snapshot = await fetch(`${web.url}/${name}/snapshot.jpg`);
  assertEquals([snapshot.status, snapshot.headers.get("content-type")], [200, "image/jpeg"]);
  assertEquals(encodeHex(new Uint8Array(await snapshot.arrayBuffer())), sent[0]);

  // It ends with the movie, its last frame included.
  const stream = await fetch(`${web.url}/${name}/stream.mjpeg`);
  assertMatch(stream.headers.get("content-type") ?? "", /^multipart\/x-mixed-replace; boundary=/);
  const body = new Uint8Array(await stream.arrayBuffer());
  const got = new MultipartSplitter({ maxBytes: 1_000_000 }).push(body).map(({ data }) => encodeHex(data));
  assertEquals(got.filter((frame) => !sent.includes(frame)), []);
  assertEquals([got[0], got.at(-1)], [sent[0], sent.at(-1)]);

  const out = join(directory.path, "out.jpg");
  const args = ["-v", "error", "-f", "mpjpeg", "-i", `${web.url}/testsrc/stream.mjpeg`];
  const { success, stderr } = await new Deno.Command("ffmpeg", {
    args: [...args, "-frames:v", "3", "-update", "1", out],
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  assert((await Deno.stat(out)).size > 0);
});

Deno.test("serve --http: HEAD, /healthz, unknown names and other methods", async () => {
  await using web = await startWebServer("docs");
  const health = await fetch(`${web.url}/healthz`);
  assertEquals([health.status, await health.text()], [200, "ok\n"]);
  for (
    const [path, status] of [["testsrc/stream.mjpeg", 200], ["testsrc/snapshot.jpg", 200], ["x/snapshot.jpg", 404]]
  ) {
    const head = await fetch(`${web.url}/${path}`, { method: "HEAD" });
    assertEquals([path, head.status], [path, status]);
    assertEquals(await head.text(), "");
  }
  for (const path of ["testsrd/snapshot.jpg", "testsrd/stream.mjpeg", "%2e%2e/deno.json/snapshot.jpg", "nothing"]) {
    const missing = await fetch(`${web.url}/${path}`);
    assertEquals([path, missing.status], [path, 404]);
    const text = await missing.text();
    if (path.startsWith("testsrd")) assertStringIncludes(text, "testsrd is served");
  }
  const post = await fetch(`${web.url}/testsrc/stream.mjpeg`, { method: "POST" });
  assertEquals(post.status, 405);
  await post.body?.cancel();
});

Deno.test("serve --http: requests of other sites are refused", async () => {
  await using web = await startWebServer("docs");
  const { port } = web;
  const own = `Host: 127.0.0.1:${port}`;
  const get = "GET /testsrc/snapshot.jpg HTTP/1.1\r\n";
  assertEquals(await statusOf(port, `${get}${own}`), 200);
  assertEquals(await statusOf(port, `${get}Host: evil.example:${port}`), 403);
  assertEquals(await statusOf(port, `${get}${own}\r\nOrigin: http://evil.example`), 403);
  assertEquals(await statusOf(port, `${get}${own}\r\nSec-Fetch-Site: cross-site`), 403);
});

Deno.test("serve --http: so many viewers at once, and their places are free when they have gone", async () => {
  await using web = await startWebServer("docs");
  const url = `${web.url}/testsrc/stream.mjpeg`;
  const viewers = await Promise.all(Array.from({ length: MAX_WEB_SESSIONS }, () => fetch(url)));
  assertEquals(viewers.map(({ status }) => status), viewers.map(() => 200));
  const refused = await fetch(url);
  assertEquals(refused.status, 503);
  assertStringIncludes(await refused.text(), `${MAX_WEB_SESSIONS} viewers`);
  // A page is told likewise, and a thumbnail is no viewer.
  const page = new WebSocket(`${web.url.replace("http", "ws")}/testsrc/ws`);
  const { code, reason } = await new Promise<CloseEvent>((resolve) => page.onclose = resolve);
  assertEquals([code, reason], [1013, `There are ${MAX_WEB_SESSIONS} viewers already: close one`]);
  const thumbnail = await fetch(`${web.url}/testsrc/thumbnail.jpg`);
  assertEquals(thumbnail.status, 200);
  await thumbnail.body?.cancel();
  await viewers[0].body?.cancel();
  await until(async () => {
    const next = await fetch(url);
    await next.body?.cancel();
    return next.status === 200;
  });
  await Promise.all(viewers.slice(1).map(({ body }) => body?.cancel()));
});

Deno.test("serve --http: the end of the server ends streams", async () => {
  await using web = await startWebServer("docs");
  const stream = await fetch(`${web.url}/testsrc/stream.mjpeg`);
  const ended = stream.arrayBuffer().then(() => "ended", () => "ended");
  const { code, stderr } = await web.server.program.stop("SIGINT");
  assertEquals([await ended, code], ["ended", 0]);
  assertEquals(stderr.filter((line) => line.includes("does not end")), []);
});

Deno.test("serve --http: a port that is taken is told, and what to do", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  await using program = startOurs(["serve", "docs", "--host", "127.0.0.1", "--port", "0", "--http", String(port)]);
  const { code, stderr } = await program.exit();
  assertEquals(code, 1);
  assertMatch(stderr.join("\n"), new RegExp(`port ${port}.*--http PORT`));
});
