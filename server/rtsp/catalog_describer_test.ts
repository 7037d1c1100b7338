import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { serve } from "../../tests/support/rtsp_test_server.ts";
import { until } from "../../tests/support/until.ts";
import { ownCommons } from "../commons.ts";
import { CATALOG_PATIENCE_MS, MAX_CATALOG_BYTES } from "../limits.ts";
import { type IndexFile, indexHere } from "../source/files/file_index.ts";
import { catalogForm } from "./catalog_describer.ts";

const JSON_TYPE = { Accept: "application/json" };

Deno.test("DESCRIBE of the server lists what can be played, with its length, size and rate", async () => {
  await using server = await serve();
  const client = await server.connect();
  const { status, headers, body } = await client.ask("DESCRIBE", "", JSON_TYPE);
  assertEquals([status, headers.get("Content-Type"), headers.get("Content-Base")], [
    ...[200, "application/json", client.url("")],
  ]);
  const { total, streams } = JSON.parse(body);
  // A grey one is there, and RTP/JPEG cannot carry it.
  assertEquals(total, 4);
  assertEquals(
    streams,
    [
      ["large.mjpeg", 1, 320, 240],
      ["movie.mjpeg", 2, 96, 32],
      ["optimized.mjpeg", 0.15, 48, 32],
    ].map(([name, duration, width, height]) => (
      { name, url: client.url(String(name)), duration, width, height, frameRate: 20 }
    )),
  );
});

Deno.test("DESCRIBE of the server gives a list of URLs, as they are sent", async () => {
  await using server = await serve();
  for (const name of ["my movie.avi", "100%.mjpeg"]) await Deno.writeFile(join(server.root, name), await makeJpeg());
  const client = await server.connect();
  const { headers, body } = await client.ask("DESCRIBE", "", { Accept: "text/uri-list" });
  assertEquals(headers.get("Content-Type"), "text/uri-list");
  const urls = ["100%25", "grey", "large", "movie", "my%20movie.avi", "optimized"];
  assertEquals(body, urls.map((name) => `${client.url(name.includes(".") ? name : `${name}.mjpeg`)}\r\n`).join(""));
});

Deno.test("DESCRIBE of the server says that a movie without an end has none", async () => {
  await using server = await serve({ loop: true });
  const client = await server.connect();
  const { streams } = JSON.parse((await client.ask("DESCRIBE", "", JSON_TYPE)).body);
  assertEquals(streams.map(({ duration }: { duration: number | null }) => duration), [null, null, null]);
});

Deno.test("DESCRIBE of the server is answered as ever where nobody asks for a catalogue, or for a stream first", async () => {
  await using server = await serve();
  const client = await server.connect();
  for (
    const fields of [{}, { Accept: "application/sdp" }, { Accept: "*/*" }, { Accept: "application/sdp, text/uri-list" }]
  ) {
    assertEquals((await client.ask("DESCRIBE", "", fields as Record<string, string>)).status, 404);
  }
  const { headers } = await client.ask("DESCRIBE", "movie.mjpeg", JSON_TYPE);
  assertEquals(headers.get("Content-Type"), "application/sdp");
});

Deno.test(`DESCRIBE of the server has at most ${MAX_CATALOG_BYTES} bytes of streams, in whole lines`, async () => {
  await using server = await serve();
  const jpeg = await makeJpeg();
  for (let count = 0; count < 400; count++) {
    await Deno.writeFile(join(server.root, `${String(count).padStart(150, "x")}.jpg`), jpeg);
  }
  const client = await server.connect();
  const { body } = await client.ask("DESCRIBE", "", { Accept: "text/uri-list" });
  assert(body.length <= MAX_CATALOG_BYTES && body.length > MAX_CATALOG_BYTES - 200 && body.endsWith("\r\n"));
  const { total, streams } = JSON.parse((await client.ask("DESCRIBE", "", JSON_TYPE)).body);
  assertEquals([total, streams.length < total], [404, true]);
});

Deno.test("DESCRIBE of the server has movies in folders, and the test source where there is nothing else", async () => {
  await using server = await serve();
  const client = await server.connect();
  const urls = async () => (await client.ask("DESCRIBE", "", { Accept: "text/uri-list" })).body.trim().split("\r\n");
  await Deno.mkdir(join(server.root, "a folder"));
  await Deno.writeFile(join(server.root, "a folder", "one.avi"), await makeJpeg());
  assertEquals((await urls()).at(-1), client.url("a%20folder/one.avi"));
  for (const { name } of Deno.readDirSync(server.root)) await Deno.remove(join(server.root, name), { recursive: true });
  await until(async () => (await urls()).length === 1);
  assertEquals(await urls(), [client.url("testsrc")]);
});

Deno.test(`DESCRIBE of the server looks into files for ${CATALOG_PATIENCE_MS} ms, and lists the others by name`, async () => {
  const clock = new FakeClock();
  const isReached = Promise.withResolvers<void>();
  const index: IndexFile = (path, signal, before) => {
    if (!path.endsWith("movie.mjpeg")) return indexHere(path, signal, before);
    isReached.resolve();
    return Promise.withResolvers<never>().promise;
  };
  await using server = await serve({ clock, commons: { ...ownCommons({ clock }), index } });
  const client = await server.connect();
  let isAnswered = false;
  const answer = client.ask("DESCRIBE", "", JSON_TYPE).finally(() => isAnswered = true);
  await isReached.promise;
  await server.advanceUntil(() => isAnswered);
  assert(clock.nowMs() >= CATALOG_PATIENCE_MS, `answered after ${clock.nowMs()} ms`);
  const { streams } = JSON.parse((await answer).body);
  assertEquals(streams.map((stream: object) => Object.keys(stream).length), [6, 2, 2]);
});

Deno.test("catalogForm() takes the first form that a client names, whatever its case and its parameters", () => {
  assertEquals(catalogForm("Application/JSON;q=0.8, application/sdp"), "application/json");
  assertEquals(catalogForm("text/html, text/uri-list, application/json"), "text/uri-list");
  for (const none of [undefined, "", "application/sdp, application/json", "application/jsonp", "*/*"]) {
    assertEquals(catalogForm(none), undefined);
  }
});
