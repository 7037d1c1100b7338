/** Sessions at a camera of HTTP that follows a script, over real connections. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { concat } from "@std/bytes";
import { createHash } from "node:crypto";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { until } from "../../tests/support/until.ts";
import type { TrackFrame } from "../../rtp/receiver/track_receiver.ts";
import { FRESH_ANSWER_MS } from "../limits.ts";
import { RefusedError } from "../rtsp/refusal.ts";
import { HttpSession, type HttpSessionOptions } from "./http_session.ts";
import { parseHttpUrl } from "./http_url.ts";

const JPEGS = await Promise.all([0, 1, 2].map((seed) => makeJpeg({ seed })));
const encode = (text: string) => new TextEncoder().encode(text);
const MULTIPART = { "Content-Type": "multipart/x-mixed-replace; boundary=frame" };

/** A camera that answers as it is told, and what was asked of it. */
function serve(answer: (request: Request, count: number) => Response | Promise<Response>) {
  const requests: { readonly userAgent: string | null }[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    requests.push({ userAgent: request.headers.get("User-Agent") });
    return answer(request, requests.length);
  });
  return { requests, port: server.addr.port, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** A session, and what it has told. */
function open(port: number, path = "/stream", options: Partial<HttpSessionOptions> = {}) {
  const clock = new FakeClock();
  const frames: TrackFrame[] = [];
  const closed: string[] = [];
  const ignore = () => {};
  const session = new HttpSession({
    url: parseHttpUrl(`http://127.0.0.1:${port}${path}`),
    userAgent: "test",
    clock,
    random: () => 0.5,
    events: {
      onFrame: (frame) => frames.push(frame),
      onSound() {},
      onWire() {},
      onPacket: ignore,
      onUnexpectedSource: ignore,
      onEnd: ignore,
      onNotice: ignore,
      onWaiting: ignore,
      onRenewal: ignore,
      onClosed: (reason) => closed.push(reason),
    },
    ...options,
  });
  return { clock, frames, closed, session, [Symbol.dispose]: () => session.close() };
}

/** A part, with a head of those fields. */
function part(jpeg: Uint8Array, fields: string): Uint8Array<ArrayBuffer> {
  return concat([encode(`--frame\r\nContent-Type: image/jpeg\r\n${fields}\r\n`), jpeg, encode("\r\n")]).slice();
}

Deno.test("HttpSession gives the pictures of a multipart stream, at the times of their parts", async () => {
  const times = [1_700_000_000, 1_700_000_000.04, 1_700_000_000.5];
  const body = concat(
    JPEGS.map((jpeg, at) => part(jpeg, `Content-Length: ${jpeg.length}\r\nX-Timestamp: ${times[at]}\r\n`)),
  );
  await using camera = serve(() => new Response(body, { headers: MULTIPART }));
  using opened = open(camera.port);
  const { session, frames, closed } = opened;
  await session.setUp();
  await session.play();
  await until(() => closed.length === 1);
  assertEquals(closed, ["the stream has ended"]);
  assertEquals(frames.map(({ data }) => data), JPEGS);
  assertEquals(frames.map(({ timestamp }) => timestamp - frames[0].timestamp), [0, 3600, 45_000]);
  assertEquals(frames.map(({ senderTimeMs }) => senderTimeMs), times.map((seconds) => Math.round(seconds * 1000)));
  const { frames: count, packets, bytes } = session.video.statistics();
  assertEquals([count, packets, bytes], [3, 3, JPEGS.reduce((sum, { length }) => sum + length, 0)]);
  assertEquals(camera.requests, [{ userAgent: "test" }]);
});

Deno.test("HttpSession asks for a snapshot again and again, as often as it is told", async () => {
  await using camera = serve((_, count) =>
    new Response(JPEGS[(count - 1) % 3].slice(), { headers: { "Content-Type": "image/jpeg" } })
  );
  using opened = open(camera.port, "/snapshot.jpg", { snapshotFps: 4 });
  const { session, frames, clock } = opened;
  await session.setUp();
  await session.play();
  for (let count = 1; count <= 4; count++) {
    await until(() => frames.length === count && clock.pendingTimers === 1);
    clock.advance(249);
    assertEquals(camera.requests.length, count);
    clock.advance(1);
    await until(() => camera.requests.length === count + 1);
  }
  assertEquals(frames.slice(0, 4).map(({ data }) => data), [0, 1, 2, 0].map((at) => JPEGS[at]));
});

Deno.test("HttpSession: pictures of an answer that is old are not shown, and a pause leaves the stream", async () => {
  await using camera = serve((_, count) => new Response(part(JPEGS[count - 1], ""), { headers: MULTIPART }));
  using opened = open(camera.port);
  const { session, frames, closed, clock } = opened;
  await session.setUp();
  clock.advance(FRESH_ANSWER_MS);
  await session.play();
  await until(() => closed.length === 1);
  assertEquals(frames.map(({ data }) => data), [JPEGS[1]]);
  await session.pause();
  await session.play();
  await until(() => closed.length === 2);
  assertEquals(frames.map(({ data }) => data), [JPEGS[1], JPEGS[2]]);
});

Deno.test("HttpSession answers Basic and Digest", async () => {
  const md5 = (text: string) => createHash("md5").update(text).digest("hex");
  const challenges = ['Basic realm="cam"', 'Digest realm="cam", nonce="abc", qop="auth", algorithm=MD5'];
  for (const challenge of challenges) {
    await using camera = serve(({ headers }) => {
      const given = headers.get("Authorization") ?? "";
      const [, response] = /response="([^"]*)"/.exec(given) ?? [];
      const [, cnonce] = /cnonce="([^"]*)"/.exec(given) ?? [];
      const digest = md5(`${md5("admin:cam:p:w")}:abc:00000001:${cnonce}:auth:${md5("GET:/stream?a=1")}`);
      const isRight = challenge.startsWith("Basic") ? given === `Basic ${btoa("admin:p:w")}` : response === digest;
      if (!isRight) return new Response("no", { status: 401, headers: { "WWW-Authenticate": challenge } });
      return new Response(part(JPEGS[0], ""), { headers: MULTIPART });
    });
    const url = (password: string) => parseHttpUrl(`http://admin:${password}@127.0.0.1:${camera.port}/stream?a=1`);
    using right = open(camera.port, "", { url: url("p%3Aw") });
    await right.session.setUp();
    assertEquals(camera.requests.length, 2);
    using wrong = open(camera.port, "", { url: url("secret") });
    const error = await assertRejects(() => wrong.session.setUp(), RefusedError, "401 Unauthorized; check user name");
    assertEquals([error.isFinal, error.message.includes("secret")], [true, false]);
  }
});

Deno.test("HttpSession tells what is no stream, and what cannot be had", async () => {
  await using camera = serve(({ url }) => {
    if (url.endsWith("/page")) return new Response("<html>", { headers: { "Content-Type": "text/html" } });
    return new Response("", { status: 404 });
  });
  const messageOf = async (port: number, path: string) => {
    using opened = open(port, path);
    return (await assertRejects(() => opened.session.setUp(), Error)).message;
  };
  assertMatch(
    await messageOf(camera.port, "/page"),
    /\/page is no picture but text\/html: the stream has another path/,
  );
  assertMatch(await messageOf(camera.port, "/none"), /refused http:.*\/none: 404 Not Found; check its path/);
  assertMatch(await messageOf(1025, "/"), /^Cannot get http:\/\/127\.0\.0\.1:1025\/: Connection refused/);
});

Deno.test("HttpSession waits for an answer as long as it is told, and close() ends the wait", async () => {
  const { promise: never, resolve } = Promise.withResolvers<Response>();
  await using camera = serve(() => never);
  using slow = open(camera.port, "/stream", { replyTimeoutMs: 3000 });
  const answer = assertRejects(() => slow.session.setUp(), Error, "/stream has not answered for 3 s");
  await until(() => camera.requests.length === 1);
  slow.clock.advance(3000);
  await answer;
  using left = open(camera.port);
  const leaving = assertRejects(() => left.session.setUp(), Error);
  await until(() => camera.requests.length === 2);
  left.session.close();
  await leaving;
  assert(left.session.isClosed);
  resolve(new Response());
});

Deno.test("HttpSession follows redirects, and sends a password to the server that it was typed for alone", async () => {
  const seen: (string | null)[] = [];
  const challenge = { "WWW-Authenticate": 'Basic realm="x"' };
  await using other = serve(({ headers }) => {
    seen.push(headers.get("Authorization"));
    return new Response("", { status: 401, headers: challenge });
  });
  const to = (location: string) => new Response(null, { status: 302, headers: { Location: location } });
  await using camera = serve(({ url, headers }) => {
    if (url.endsWith("/away")) return to(`http://localhost:${other.port}/x`);
    if (url.endsWith("/circle")) return to("/circle");
    if (url.endsWith("/file")) return to("file:///etc/passwd");
    if (url.endsWith("/old")) return to("/new");
    if (headers.get("Authorization") === null) return new Response("", { status: 401, headers: challenge });
    return new Response(part(JPEGS[0], ""), { headers: MULTIPART });
  });
  const asked = (path: string) =>
    open(camera.port, "", { url: parseHttpUrl(`http://u:p@127.0.0.1:${camera.port}${path}`) });
  using followed = asked("/old");
  await followed.session.setUp();
  for (
    const [path, message] of [
      ["/away", `has redirected us to localhost:${other.port}, and its user name and password are not sent there`],
      ["/circle", "302"],
      ["/file", "redirects to what is no URL of HTTP"],
    ]
  ) {
    using opened = asked(path);
    await assertRejects(() => opened.session.setUp(), Error, message);
  }
  assertEquals(seen, [null]);
});
