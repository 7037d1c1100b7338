import { assertEquals, assertRejects } from "@std/assert";
import { reservePort } from "../../tests/support/ports.ts";
import { serve } from "../../tests/support/rtsp_test_server.ts";
import { type Answers, ScriptedCamera } from "../../tests/support/scripted_camera.ts";
import { systemClock } from "../../net/system_clock.ts";
import { MAX_CATALOG_STREAMS } from "../limits.ts";
import { parseRtspUrl } from "../rtsp/rtsp_url.ts";
import { titleOf } from "../session/target.ts";
import { askForCatalog, decodeCatalog } from "./catalog.ts";

function ask(port: number, userInfo = "") {
  const { signal } = new AbortController();
  return askForCatalog(parseRtspUrl(`rtsp://${userInfo}127.0.0.1:${port}`), {
    ...{ userAgent: "test", clock: systemClock, signal },
  });
}

Deno.test("askForCatalog() knows what a server of ours serves", async () => {
  await using server = await serve();
  const streams = await ask(server.port);
  assertEquals(streams?.map(({ target, known }) => [titleOf(target), known?.durationSeconds, known?.width]), [
    ...[["large.mjpeg", 1, 320], ["movie.mjpeg", 2, 96], ["optimized.mjpeg", 0.15, 48]],
  ]);
});

const OTHERS: readonly [what: string, answers: Answers][] = [
  ["describes a stream all the same", {}],
  ["has nothing of that name", { DESCRIBE: { status: "404 Not Found" } }],
  ["accepts no such request", { DESCRIBE: { status: "406 Not Acceptable" } }],
  ["sends its clients elsewhere", { DESCRIBE: { status: "302 Moved", lines: ["Location: rtsp://other/"] } }],
  ["has other JSON", { DESCRIBE: { lines: ["Content-Type: application/json"], body: "[1]" } }],
  ["has broken JSON", { DESCRIBE: { lines: ["Content-Type: application/json"], body: "{" } }],
];

for (const [what, answers] of OTHERS) {
  Deno.test(`askForCatalog() finds none at a server that ${what}`, async () => {
    await using camera = new ScriptedCamera(answers);
    assertEquals(await ask(camera.port), undefined);
    assertEquals(camera.asked, ["OPTIONS rtsp://camera/", "DESCRIBE rtsp://camera/"]);
  });
}

Deno.test("askForCatalog() says why a server cannot be reached", async () => {
  await assertRejects(() => ask(reservePort()), Error, "nobody listens there");
});

const SERVER = parseRtspUrl("rtsp://user:secret@camera:8554/");

Deno.test("decodeCatalog() takes streams of the same server, with its password, and what makes sense of what they say", () => {
  const streams = [
    { name: "a", url: "rtsp://camera:8554/a", duration: null, width: 640, height: 480, frameRate: 25 },
    { url: "rtsp://camera:8554/b", duration: -1, width: "640", frameRate: 1e999 },
    { url: "rtsp://other:8554/c", duration: 1 },
    { url: "rtsp://camera/d", duration: 1 },
    ...[{ url: "no URL" }, { url: 1 }, {}, null, 7, []],
  ];
  const decoded = decodeCatalog(JSON.stringify({ streams }), SERVER);
  const unknown = { durationSeconds: undefined, width: undefined, height: undefined, frameRate: undefined };
  assertEquals(decoded?.map(({ known }) => known), [
    { ...unknown, isLive: true, width: 640, height: 480, frameRate: 25 },
    { ...unknown, isLive: false },
  ]);
  assertEquals(decoded?.map(({ target }) => "url" in target && [target.url.href, target.url.password]), [
    ...[["rtsp://camera:8554/a", "secret"], ["rtsp://camera:8554/b", "secret"]],
  ]);
});

Deno.test(`decodeCatalog() takes ${MAX_CATALOG_STREAMS} streams, and not one more`, () => {
  for (const count of [MAX_CATALOG_STREAMS, MAX_CATALOG_STREAMS + 1]) {
    const streams = Array.from({ length: count }, (_, index) => ({ url: `rtsp://camera:8554/${index}` }));
    assertEquals(decodeCatalog(JSON.stringify({ streams }), SERVER)?.length, MAX_CATALOG_STREAMS);
  }
});

Deno.test("decodeCatalog() finds none in what is none", () => {
  for (const body of ["", "null", "[]", "1", "{}", '{"streams":1}', '{"streams":{}}']) {
    assertEquals(decodeCatalog(body, SERVER), undefined, body);
  }
});
